import fc from 'fast-check';
import type { ModelOptions } from '../model.ts';
import { nameOf, namespaceOf } from '../model-scope.ts';
import { describeHappening, OTHER_HAPPENINGS, USUAL_HAPPENINGS, type Happening, type HappeningKind } from './happenings.ts';
import type { Pool } from './pool.ts';

/** Filters as a person writes them, and what they let pass, said apart from each other. */
export interface Filtering {
  readonly texts: readonly string[];
  readonly passes: (name: string) => boolean;
}

export type RoundOptions = Omit<ModelOptions, 'passesFilter' | 'namespace' | 'targetNamespace' | 'owner'> & {
  readonly filtering: Filtering;
};

/** What disturbs a run: it dies at a call, or may no longer list from one on. */
export type Trouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'dies'; readonly at: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'denied'; readonly at: number };

/** What happens, then a run; when it is disturbed, another one follows. */
export interface Round {
  readonly happenings: readonly Happening[];
  readonly options: RoundOptions;
  readonly trouble: Trouble;
}

export interface Story {
  readonly anchors: Pick<ModelOptions, 'namespace' | 'targetNamespace'>;
  readonly owner: string;
  readonly rounds: readonly Round[];
}

/** What a story is about: a few kinds of happenings to few backups, and a few options, so that they meet. */
interface Theme {
  readonly kinds: readonly HappeningKind[];
  readonly group: number;
  readonly options: readonly (keyof RoundOptions)[];
}

/** Random histories over the backups of a pool, that a person can read when one fails. */
export function stories(pool: Pool): fc.Arbitrary<Story> {
  const labels = [...pool.groups.keys()];
  const below = labels.map(namespaceOf).find((namespace) => namespace !== '') ?? '';
  const anchors = fc.constantFrom(['', ''], ['', ''], ['', 'x'], [below, ''], [below, 'x/y']);
  const theme: fc.Arbitrary<Theme> = fc.record({
    kinds: fc.subarray([...OTHER_HAPPENINGS], { minLength: 3, maxLength: 9 }),
    group: fc.nat(labels.length - 1),
    options: fc.subarray(OPTION_NAMES, { maxLength: 5 }),
  });
  return fc
    .record({
      anchors: anchors.map(([namespace = '', targetNamespace = '']) => ({ namespace, targetNamespace })),
      owner: fc.constantFrom('source', 'source', 'source', 'root@pam', 'else@pbs'),
      theme,
      drafts: fc.array(drafts(labels), { minLength: 1, maxLength: 6 }),
    })
    .map(({ drafts: all, theme: about, ...story }) => {
      const told: Story = { ...story, rounds: all.map((draft) => roundOf(draft, about)) };
      return { ...told, [fc.toStringMethod]: () => storyText(told, labels) };
    });
}

/** A round before it has its theme: numbers pick from what the story is about. */
interface Draft extends Omit<Round, 'happenings'> {
  readonly happenings: readonly (Omit<Happening, 'kind' | 'group'> & { readonly kind: number; readonly group: number })[];
}

function roundOf({ happenings, options: drawn, trouble }: Draft, { kinds, group: usual, options: asked }: Theme): Round {
  const all = [...USUAL_HAPPENINGS, ...kinds];
  const names = Object.keys(drawn) as (keyof RoundOptions)[];
  const options = Object.fromEntries(names.map((name) => [name, (asked.includes(name) ? drawn : PLAIN)[name]]));
  return {
    happenings: happenings.map(({ kind, group, ...rest }) => ({
      ...rest,
      kind: all[kind % all.length]!,
      group: group < 0 ? usual : group,
    })),
    options: options as unknown as RoundOptions,
    trouble,
  };
}

function drafts(labels: readonly string[]): fc.Arbitrary<Draft> {
  const usual = fc.constant(-1);
  const happening = fc.record({
    kind: fc.nat(99),
    group: fc.oneof({ weight: 2, arbitrary: usual }, { weight: 1, arbitrary: fc.nat(labels.length - 1) }),
    day: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 7 }) },
    ),
    text: fc.nat(5),
  });
  return fc.record({
    happenings: fc.array(happening, { minLength: 1, maxLength: 16 }),
    options: options(filterings(nameOf(labels[0]!))),
    trouble: fc.oneof(
      { weight: 5, arbitrary: fc.constant({ kind: 'none' } as const) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('dies' as const),
          at: fc.integer({ min: 1, max: 160 }),
          when: fc.constantFrom('before', 'after'),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('denied' as const), at: fc.integer({ min: 1, max: 12 }) }) },
    ),
  });
}

/** A job whose configuration says nothing else. */
const PLAIN: RoundOptions = {
  ...{ filtering: { texts: [], passes: () => true }, maxDepth: undefined, transferLast: undefined },
  ...{ verifiedOnly: false, encryptedOnly: false, resyncCorrupt: false, fillGaps: false, carryMarks: true },
  ...{ removeVanished: false, vanishedByFilter: false, maxDelete: { share: 1 }, allowInUse: false, dryRun: false },
};
const OPTION_NAMES = Object.keys(PLAIN) as (keyof RoundOptions)[];

function filterings(first: string): Filtering[] {
  const all: Filtering = { texts: [], passes: () => true };
  return [
    all,
    { texts: [`exclude:group:${first}`], passes: (name) => name !== first },
    { texts: ['include:type:host', 'exclude:regex:2$'], passes: (name) => name.startsWith('host/') && !name.endsWith('2') },
    { texts: [`group:${first}`, 'type:vm'], passes: (name) => name === first || name.startsWith('vm/') },
  ];
}

function options(filters: readonly Filtering[]): fc.Arbitrary<RoundOptions> {
  return fc.record({
    filtering: fc.constantFrom(...filters),
    maxDepth: fc.constantFrom(undefined, 0, 1),
    transferLast: fc.constantFrom(undefined, 1, 2),
    verifiedOnly: fc.boolean(),
    encryptedOnly: fc.boolean(),
    resyncCorrupt: fc.boolean(),
    fillGaps: fc.boolean(),
    carryMarks: fc.boolean(),
    removeVanished: fc.constantFrom(true, true, false),
    vanishedByFilter: fc.boolean(),
    maxDelete: fc.constantFrom({ share: 0.25 }, { share: 1 }, { count: 2 }),
    allowInUse: fc.boolean(),
    dryRun: fc.constantFrom(false, false, true),
  });
}

function storyText({ anchors, owner, rounds: all }: Story, labels: readonly string[]): string {
  const { namespace, targetNamespace } = anchors;
  const title = `namespace '${namespace}' into '${targetNamespace}', owner: ${owner}`;
  const texts = all.map(({ happenings, options: asked, trouble }) => {
    const happened = happenings.map((each) => describeHappening(labels, each)).join('\n  ');
    return `  ${happened}\n  run ${optionsText(asked)}${trouble.kind === 'none' ? '' : ` (${troubleText(trouble)})`}`;
  });
  return `\n${title}\n${texts.join('\n')}\n`;
}

function optionsText({ filtering, maxDelete, ...asked }: RoundOptions): string {
  const switches = Object.entries(asked).filter(([, value]) => value !== undefined && value !== false);
  const most = 'count' in maxDelete ? String(maxDelete.count) : `${String(maxDelete.share * 100)}%`;
  return [...switches.map(([key, value]) => `${key}=${String(value)}`), `maxDelete=${most}`, ...filtering.texts].join(' ');
}

function troubleText(trouble: Exclude<Trouble, { kind: 'none' }>): string {
  return trouble.kind === 'dies'
    ? `dies ${trouble.when} call ${String(trouble.at)}`
    : `may not list from listing ${String(trouble.at)} on`;
}
