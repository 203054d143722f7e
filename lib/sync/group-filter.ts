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

/** Whether a group, `vm/100`, passes: no include filter is there or one of them matches, and no exclude filter matches. */
export function matchesFilters(filters: readonly GroupFilter[], name: string): boolean {
  const includes = filters.filter((filter) => filter.action === 'include');
  if (includes.length > 0 && !includes.some((filter) => matches(filter.match, name))) return false;
  return !filters.some((filter) => filter.action === 'exclude' && matches(filter.match, name));
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
