import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { coreScalar, expandVariables } from '../../lib/config/expand-variables.ts';

/** A piece of a text, with what it must become in an environment that has the odd variables only. */
type Piece = { readonly written: string; readonly becomes: string; readonly missing: boolean };

const environment = { V1: 'one', V3: '', V5: '${V1}', V7: '$${' };
const literal = fc.string({ unit: fc.constantFrom('a', 'ü', ' ', ':', '}', '$$ ', '{'), maxLength: 4 });
const piece: fc.Arbitrary<Piece> = fc.oneof(
  literal.map((text) => ({ written: text, becomes: text, missing: false })),
  fc.constant({ written: '$${', becomes: '${', missing: false }),
  fc.constantFrom('V1', 'V3', 'V5', 'V7').map((name) => ({
    written: `\${${name}}`,
    becomes: environment[name],
    missing: false,
  })),
  fc.constantFrom('V2', '_v', 'toString').map((name) => ({ written: `\${${name}}`, becomes: `\${${name}}`, missing: true })),
);

describe('expandVariables', () => {
  it('puts each variable in once, takes $${ for a plain ${ and names each variable that is missing', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const expansion = expandVariables(pieces.map(({ written }) => written).join(''), environment);
        expect(expansion.text).toBe(pieces.map(({ becomes }) => becomes).join(''));
        expect(expansion.problems).toHaveLength(pieces.filter(({ missing }) => missing).length);
      }),
    );
  });

  it('leaves a text without ${ as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('${'));
        expect(expandVariables(text, environment)).toEqual({ text, expanded: false, whole: false, problems: [] });
      }),
    );
  });

  it('says which variable is not set', () => {
    expect(expandVariables('pbs-${SITE}', {}).problems).toEqual(['needs ${SITE}, which the environment does not have; set SITE']);
  });

  it.each(['${}', '${A B}', '${A:-b}', '${1A}'])('refuses %s, which names no variable', (text) => {
    expect(expandVariables(text, environment).problems).toEqual([expect.stringContaining('names no variable')]);
  });

  it('refuses a ${ that is not closed', () => {
    expect(expandVariables('a ${V1', environment).problems).toEqual([expect.stringContaining('without its }')]);
  });

  it('knows whether the text is one variable and nothing else', () => {
    expect(expandVariables('${V1}', environment)).toMatchObject({ text: 'one', whole: true, expanded: true });
    expect(expandVariables('${V1}${V1}', environment)).toMatchObject({ text: 'oneone', whole: false, expanded: true });
  });
});

describe('coreScalar', () => {
  it('reads numbers and true/false as YAML does', () => {
    const number = fc.oneof(fc.integer().map(String), fc.double({ noNaN: true, noDefaultInfinity: true }).map(String));
    const odd = fc.constantFrom(
      'true',
      'FALSE',
      'True',
      'tRUE',
      '0x1F',
      '0o17',
      '010',
      '+5',
      '-.5',
      '1.',
      '1e3',
      '.',
      '1_000',
      'yes',
    );
    fc.assert(
      fc.property(fc.oneof(number, odd), (text) => {
        expect(coreScalar(text)).toEqual(parse(text));
      }),
    );
  });

  it.each(['', '~', 'null', '.inf', '.nan', 'a: b', '[1]', ' 5', '5 ', '0xZ', '0o8', '"5"'])('leaves "%s" a text', (text) => {
    expect(coreScalar(text)).toBe(text);
  });
});
