import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesFilters, parseGroupFilter } from '../../lib/sync/group-filter.ts';
import type { GroupFilter } from '../../lib/sync/group-filter.ts';

function filter(text: string): GroupFilter {
  const parsed = parseGroupFilter(text);
  if ('problem' in parsed) throw new Error(`${text} ${parsed.problem}`);
  return parsed;
}

function passes(name: string, ...texts: string[]): boolean {
  return matchesFilters(texts.map(filter), name);
}

function problemOf(text: string): string {
  const parsed = parseGroupFilter(text);
  return 'problem' in parsed ? parsed.problem : 'none';
}

describe('a group', () => {
  it('passes when there is no filter', () => {
    expect(passes('vm/100')).toBe(true);
  });

  it.each<[string, boolean]>([
    ['type:vm', true],
    ['type:ct', false],
    ['include:type:vm', true],
    ['group:vm/100', true],
    ['group:vm/1000', false],
    ['group:vm/10', false],
    ['group:ct/100', false],
    ['regex:100', true],
    ['regex:^vm/1\\d\\d$', true],
    ['regex:^100$', false],
    ['regex:VM', false],
    ['regex:(?i)VM', true],
    ['exclude:type:vm', false],
    ['exclude:group:vm/1000', true],
    ['exclude:regex:^ct/', true],
  ])('vm/100 is judged by %s alone', (text, expected) => {
    expect(passes('vm/100', text)).toBe(expected);
  });

  it('passes by any include filter, unless an exclude filter matches, whatever their order', () => {
    const filters = ['exclude:group:vm/100', 'type:vm', 'include:group:ct/1'];
    expect(['vm/100', 'vm/1000', 'ct/1', 'ct/2'].map((name) => passes(name, ...filters))).toEqual([false, true, true, false]);
    expect(passes('vm/100', ...filters.toReversed())).toBe(false);
  });

  it('is not judged by the end of another id', () => {
    expect(passes('host/web2', 'group:host/web')).toBe(false);
    expect(passes('vm/100', 'exclude:group:vm/1000')).toBe(true);
  });

  it('is searched by an expression that holds colons', () => {
    expect(filter('regex:a:b').match.kind).toBe('regex');
    expect(passes('vm/100', 'exclude:regex:^(?:vm|ct):?/1')).toBe(false);
    expect(passes('vm/100', 'regex:exclude:')).toBe(false);
  });
});

describe('parseGroupFilter', () => {
  it('keeps the text', () => {
    expect(filter('include:type:vm')).toEqual({
      text: 'include:type:vm',
      action: 'include',
      match: { kind: 'type', type: 'vm' },
    });
  });

  it.each([
    ['vm', 'is no filter; write type:vm'],
    ['vm/100', 'is no filter; write group:vm/100'],
    ['exclude:vm/100', 'is no filter; write group:vm/100'],
    ['', 'is no filter; write [include:|exclude:](type:vm|ct|host, group:TYPE/ID or regex:EXPRESSION)'],
    ['Type:vm', 'is no filter; write [include:|exclude:](type:vm|ct|host, group:TYPE/ID or regex:EXPRESSION)'],
    ['include:exclude:type:vm', 'is no filter; write [include:|exclude:](type:vm|ct|host, group:TYPE/ID or regex:EXPRESSION)'],
    ['type:qemu', 'is no type of PBS; write type:vm, type:ct or type:host'],
    ['type: vm', 'is no type of PBS; write type:vm, type:ct or type:host'],
    ['group:100', 'names no group; write it as group:vm/100'],
    ['group:vm/', 'names no group; write it as group:vm/100'],
    ['group:vm/100/x', 'names no group; write it as group:vm/100'],
    ['group:vm/.hidden', 'names no group; write it as group:vm/100'],
    ['regex:', 'has no expression; write regex:.* for all groups'],
    [`regex:${'a'.repeat(4096)}`, 'has 4102 characters; write several filters of at most 4096'],
  ])('refuses %j', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });
});

/** [expression, name, whether it is found], from what the documentation of Rust's regex says. */
const UNDERSTOOD: readonly [string, string, boolean][] = [
  ['^(vm|ct)/1[0-9]{2}$', 'ct/123', true],
  ['^(?:vm|ct)/(?P<id>1\\d{2})$', 'vm/1234', false],
  ['(?<id>[[:digit:]]+)$', 'host/web2', true],
  ['[[:^digit:]]/', 'vm/1', true],
  ['[^-a]', 'a-a', false],
  ['[-.]', 'vm/a-b', true],
  ['[a-]', 'vm/-', true],
  ['[\\]x]', 'vm/x', true],
  ['[\\w--]'.replace('--', '-'), 'vm/1', true],
  ['\\bweb\\b', 'host/web-1', true],
  ['\\bweb\\b', 'host/web_1', false],
  ['\\Bb', 'host/web', true],
  ['\\Avm\\/\\x31\\x{30}\\z', 'vm/10', true],
  ['v(?s-i:.)/', 'vm/1', true],
  ['(?i:V)m', 'vm/1', true],
  ['(?i)V(?-i)M', 'vm/1', false],
  ['a{0}vm', 'vm/1', true],
  ['1{2,}', 'vm/1', false],
  ['1{1,3}?$', 'vm/11', true],
  ['ct|', 'vm/1', true],
  ['\\.', 'host/a.b', true],
  ['\\-|\\_|\\#|\\&|\\~', 'host/a_b', true],
  ['}', 'vm/1', false],
  ['ü', 'vm/1', false],
];

describe('an expression', () => {
  it.each(UNDERSTOOD)('%s searched in %s gives %s', (source, name, found) => {
    expect(passes(name, `regex:${source}`)).toBe(found);
  });

  it.each([
    ['a(?=b)', '(?=, a look-around'],
    ['a(?!b)', '(?!, a look-around'],
    ['(?<=a)b', '(?<=, a look-around'],
    ['(?<!a)b', '(?<!, a look-around'],
    ['(a)\\1', '\\1, a backreference'],
    ['[\\1]', '\\1, a backreference'],
    ['\\012', '\\0, an octal escape'],
    ['\\pL', '\\p, a Unicode class'],
    ['[\\P{Greek}]', '\\P, a Unicode class'],
    ['\\u0061', '\\u, an escape'],
    ['\\x6', '\\x, an escape'],
    ['\\Qa\\E', '\\Q, an escape'],
    ['a\\Z', '\\Z, an escape'],
    ['\\', '\\, an escape'],
    ['[\\b]', '\\b, an escape'],
    ['\\<web', '\\<, a border of a word'],
    ['\\b{start}web', '\\b{start}, a border of a word'],
    ['(?x) a', '(?x), a flag x, R or u'],
    ['(?i-u:a)', '(?i-u:, a flag x, R or u'],
    ['(?ii)a', '(?ii, one flag twice'],
    ['(?i-i)a', '(?i-i, one flag twice'],
    ['(?)a', '(?), a kind of group'],
    ['(?>a)', '(?>, a kind of group'],
    ['(?#a)', '(?#, a kind of group'],
    ['(?P=a)', '(?P, a kind of group'],
    ['(?P<1a>b)', '(?P<1a>, a name'],
    ['(?<a.b>c)', '(?<a.b>, a name'],
    ['a{', '{, a repetition'],
    ['a{,3}', '{,3}, a repetition'],
    ['a{01}', '{01}, a repetition'],
    ['a{ 1 }', '{ 1 }, a repetition'],
    ['a**', '* after another repetition'],
    ['a{2}{3}', '{3} after another repetition'],
    ['a(?i)*', '* after flags'],
    ['[]a]', '] first in a class'],
    ['[^]a]', '] first in a class'],
    ['[a[b]]', '[, a class in a class'],
    ['[[:alfa:]]', '[, a class in a class'],
    ['[a-z&&b]', '&&, an operation between classes'],
    ['[--a]', '--, an operation between classes'],
    ['[a~~b]', '~~, an operation between classes'],
    ['[\\d-z]', '\\d-, a range that begins with a class'],
    ['[A-[:alpha:]]', '-[, which is unclear'],
  ])('%s is refused, and the construct named', (source, construct) => {
    expect(problemOf(`regex:${source}`)).toContain(`has ${construct}`);
  });

  it.each([
    '(a',
    'a)',
    '[a',
    '*a',
    '(*a)',
    'a|*',
    '[z-a]',
    'a{2,1}',
    'a{1001}',
    '(?:(?:a{100}){100}){2}',
    '(?<a>b)(?<a>c)',
    '\\x{110000}',
  ])('%s is refused with what the engine says', (source) => {
    expect(problemOf(`regex:${source}`)).toMatch(/^cannot be used: [a-z ]+/);
  });

  it('is refused when it nests too deep', () => {
    expect(problemOf(`regex:${'('.repeat(1500)}${')'.repeat(1500)}`)).toBe('cannot be used: expression nests too deeply');
  });

  it('is refused when it is too large written out', () => {
    expect(problemOf(`regex:${'(?:abcdefghij){500}'.repeat(3)}`)).toContain('is too large');
  });
});

/** An expression as a tree: `source` writes it, `ends` is the model of what it means. */
type Tree =
  | { readonly kind: 'one'; readonly text: string; readonly holds: (character: string) => boolean }
  | { readonly kind: 'border'; readonly text: string; readonly holds: (name: string, at: number) => boolean }
  | { readonly kind: 'each' | 'any'; readonly parts: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly part: Tree; readonly least: number; readonly most: number; readonly text: string };

const one = (text: string, holds: (character: string) => boolean): Tree => ({ kind: 'one', text, holds });
const border = (text: string, holds: (name: string, at: number) => boolean): Tree => ({ kind: 'border', text, holds });
const isWord = (character: string | undefined): boolean => character !== undefined && /[A-Za-z0-9_]/.test(character);
const isBorder = (name: string, at: number): boolean => isWord(name[at - 1]) !== isWord(name[at]);

const LEAVES: readonly Tree[] = [
  ...['v', 'm', '1', '0', '/', '-', '_'].map((character) => one(character, (other) => other === character)),
  one('.', () => true),
  one('\\.', (character) => character === '.'),
  one('\\d', (character) => '0' <= character && character <= '9'),
  one('\\W', (character) => !isWord(character)),
  one('[a-m]', (character) => 'a' <= character && character <= 'm'),
  one('[^0-9/]', (character) => !'0123456789/'.includes(character)),
  one('[01-]', (character) => '01-'.includes(character)),
  one('(?i:V)', (character) => 'vV'.includes(character)),
  border('^', (_, at) => at === 0),
  border('$', (name, at) => at === name.length),
  border('\\b', isBorder),
  border('\\B', (name, at) => !isBorder(name, at)),
];

const REPETITIONS: readonly (readonly [string, number, number])[] = [
  ['*', 0, Infinity],
  ['+?', 1, Infinity],
  ['?', 0, 1],
  ['{2}', 2, 2],
  ['{0,2}?', 0, 2],
  ['{1,}', 1, Infinity],
];

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...LEAVES),
    fc.record({
      kind: fc.constantFrom('each' as const, 'any' as const),
      parts: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
    }),
    fc
      .tuple(tie('tree'), fc.constantFrom(...REPETITIONS))
      .map(([part, [text, least, most]]): Tree => ({ kind: 'repeat', part, least, most, text })),
  ),
}));

function source(at: Tree): string {
  switch (at.kind) {
    case 'one':
    case 'border':
      return at.text;
    case 'each':
      return at.parts.map(source).join('');
    case 'any':
      return `(${at.parts.map(source).join('|')})`;
    case 'repeat':
      return `(?:${source(at.part)})${at.text}`;
  }
}

/** Where `at` may end in `text` when it begins at one of `from`. */
function ends(at: Tree, text: string, from: ReadonlySet<number>): ReadonlySet<number> {
  switch (at.kind) {
    case 'one':
      return new Set([...from].filter((start) => start < text.length && at.holds(text.charAt(start))).map((start) => start + 1));
    case 'border':
      return new Set([...from].filter((start) => at.holds(text, start)));
    case 'each':
      return at.parts.reduce((reached, part) => ends(part, text, reached), from);
    case 'any':
      return new Set(at.parts.flatMap((part) => [...ends(part, text, from)]));
    case 'repeat': {
      let [reached, found] = [from, at.least === 0 ? from : new Set<number>()];
      // What more rounds than places find, fewer have found.
      for (let round = 1; round <= Math.min(at.most, at.least + text.length + 1); round++) {
        reached = ends(at.part, text, reached);
        if (round >= at.least) found = new Set([...found, ...reached]);
      }
      return found;
    }
  }
}

const name = fc
  .tuple(
    fc.constantFrom('vm', 'ct', 'host'),
    fc.string({ unit: fc.constantFrom('v', 'm', '0', '1', 'a', '_', '.', '-'), minLength: 1, maxLength: 6 }),
  )
  .map(([type, id]) => `${type}/${id}`);

describe('the engine', () => {
  it('finds what the model finds', () => {
    fc.assert(
      fc.property(tree, fc.array(name, { minLength: 1, maxLength: 5 }), (expression, names) => {
        const { match } = filter(`regex:${source(expression)}`);
        for (const text of names) {
          const everywhere = new Set(Array.from({ length: text.length + 1 }, (_, at) => at));
          const found = ends(expression, text, everywhere).size > 0;
          expect(match.kind === 'regex' && match.regex.test(text), `${source(expression)} in ${text}`).toBe(found);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('never fails otherwise than by a message, whatever is written', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '[',
      ']',
      '[^',
      '(?',
      '(?:',
      '(?i',
      '<',
      '=',
      '{',
      '}',
      '1',
      ',',
      '-',
      '&&',
      '\\',
      'b',
      '*',
      ':',
      '|',
      '^',
      'ü',
      '\u{1f600}',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 20 }), (pieces) => {
        const parsed = parseGroupFilter(`regex:${pieces.join('')}`);
        expect('problem' in parsed || typeof matchesFilters([parsed], 'vm/100') === 'boolean').toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

/** A text as bytes, which the engine takes too, that count how often one of them is looked at. */
function countedText(text: string): { readonly reads: () => number; readonly text: string } {
  let reads = 0;
  const counted = new Proxy([...Buffer.from(text)], {
    get: (bytes, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
      return Reflect.get(bytes, key) as unknown;
    },
  });
  return { reads: () => reads, text: counted as unknown as string };
}

describe('expressions that ruin an engine that goes back', () => {
  it.each([
    '(a+)+$',
    '^x(a*)*$',
    '^x(a|a)*$',
    '(a|aa)+$',
    '(.*)*x$',
    '(?:a+a+)+x',
    '(?:a?){50}a{50}$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
  ])('%s looks at a name as often as it is long', (source) => {
    const { match } = filter(`regex:${source}`);
    const reads = [1000, 2000, 4000].map((length) => {
      const counted = countedText(`x${'a'.repeat(length)}!`);
      expect(match.kind === 'regex' && match.regex.test(counted.text)).toBe(false);
      return counted.reads();
    });
    const [short = 0, middle = 0, long = 0] = reads;
    expect(short).toBeLessThanOrEqual(10 * 1002);
    expect(middle).toBeLessThanOrEqual(2.2 * short);
    expect(long).toBeLessThanOrEqual(2.2 * middle);
  });
});
