import type { ObjectHead } from './object-store.ts';

/**
 * A backup group: the unit of parallelism. `namespace` is the logical path (`a/b`, root is ''); `name` is the group's path in
 * its namespace, `vm/100` in the `pbs` layout.
 */
export interface Group {
  readonly namespace: string;
  readonly name: string;
}

/** A file as its folder lists it. `name` has no slash. */
export interface ListedFile extends ObjectHead {
  readonly name: string;
}

/** A snapshot as it is listed. `name` orders by time when compared as text (`2025-11-01T08:10:00Z`). */
export interface ListedSnapshot {
  readonly name: string;
  readonly files: readonly ListedFile[];
}

/** All that a listing shows of one group, files and snapshots in the order of their names. */
export interface ListedGroup {
  readonly group: Group;
  readonly files: readonly ListedFile[];
  readonly snapshots: readonly ListedSnapshot[];
}

/** `a/b` + `vm/100` as one name for people: `a/b/vm/100`. */
export function formatGroup(group: Group): string {
  return group.namespace === '' ? group.name : `${group.namespace}/${group.name}`;
}

export function findFile(files: readonly ListedFile[], name: string): ListedFile | undefined {
  return files.find((file) => file.name === name);
}
