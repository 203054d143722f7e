import { compileFilterRegex } from './filter-regex.ts';

/** One entry of `group-filter`, read. `text` is what was written. */
export interface GroupFilter {
  readonly text: string;
  readonly action: 'include' | 'exclude';
  readonly match: GroupMatch;
}

export type GroupMatch =
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'regex'; readonly regex: { test(name: string): boolean } };

type Refusal = { readonly problem: string };

const TYPES = ['vm', 'ct', 'host'];
const GROUP = /^(vm|ct|host)\/[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/** Keeps what is compiled from it, and a message with it, of a size that can be handled. */
const MAX_FILTER = 4096;
const GRAMMAR = '[include:|exclude:](type:vm|ct|host, group:TYPE/ID or regex:EXPRESSION)';

/**
 * Reads one entry of `group-filter` as PBS does: `[include:|exclude:]` and `type:vm`, `group:vm/100` or `regex:^vm/1` (facts/pbs.md
 * 3). What is wrong is said in words that follow the entry.
 */
export function parseGroupFilter(text: string): GroupFilter | Refusal {
  if (text.length > MAX_FILTER)
    return { problem: `has ${text.length} characters; write several filters of at most ${MAX_FILTER}` };
  const action = text.startsWith('exclude:') ? 'exclude' : 'include';
  const match = parseMatch(text.replace(/^(?:include|exclude):/, ''));
  return 'problem' in match ? match : { text, action, match };
}

/** Whether a group, `vm/100`, passes: no include filter is there or one of them matches, and no exclude filter matches. */
export function matchesFilters(filters: readonly GroupFilter[], name: string): boolean {
  const includes = filters.filter((filter) => filter.action === 'include');
  if (includes.length > 0 && !includes.some((filter) => matches(filter.match, name))) return false;
  return !filters.some((filter) => filter.action === 'exclude' && matches(filter.match, name));
}

/** Splits at the first colon, since an expression may hold more of them. */
function parseMatch(text: string): GroupMatch | Refusal {
  const [kind = ''] = text.split(':', 1);
  const value = text.slice(kind.length + 1);
  switch (text.includes(':') ? kind : '') {
    case 'type':
      return TYPES.includes(value)
        ? { kind: 'type', type: value }
        : { problem: 'is no type of PBS; write type:vm, type:ct or type:host' };
    case 'group':
      return GROUP.test(value) ? { kind: 'group', name: value } : { problem: 'names no group; write it as group:vm/100' };
    case 'regex':
      return parseRegex(value);
    default:
      return { problem: `is no filter; write ${suggest(text)}` };
  }
}

function parseRegex(source: string): GroupMatch | Refusal {
  if (source === '') return { problem: 'has no expression; write regex:.* for all groups' };
  const compiled = compileFilterRegex(source);
  return 'problem' in compiled ? compiled : { kind: 'regex', regex: compiled.regex };
}

function suggest(text: string): string {
  if (TYPES.includes(text)) return `type:${text}`;
  return GROUP.test(text) ? `group:${text}` : GRAMMAR;
}

function matches(match: GroupMatch, name: string): boolean {
  switch (match.kind) {
    case 'type':
      return name.startsWith(`${match.type}/`);
    case 'group':
      return name === match.name;
    case 'regex':
      return match.regex.test(name);
  }
}
