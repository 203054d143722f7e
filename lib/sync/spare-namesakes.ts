import { formatGroup, type Group, type ListedSnapshot } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import { namespaceChain } from './namespaces.ts';

/**
 * PBS 4.2.3 forgets a group, or a namespace, in the bucket by a prefix without its closing slash: `vm/100` takes the objects of
 * `vm/1000` with it, but for protected snapshots, while PBS itself still lists them (facts/pbs.md 2.3, 11). The copy of the longer
 * name may then be the last there is. Whether it was so is told from what both sides list, run after run, without a memory:
 * the shorter name is gone from the source and not yet from the target, or all it has there is newer than the copy's newest.
 */
export interface Namesakes {
  /** A group of the source, by its place on the target. */
  sawOriginal(group: Group, snapshots: readonly ListedSnapshot[]): void;
  /** A group of the target that has lost all it had on the source, but for what is protected there. `newest`: its newest copy. */
  sawLost(group: Group, newest: string): void;
  /** A namespace of the target that the source does not have. */
  sawLostNamespace(namespace: string): void;
  /** What may have taken the group away by mistake; undefined: nothing did. */
  suspectOf(group: Group): Suspect | undefined;
}

/** A group or a namespace, by its name for people. When it `isLost`, what is left of it on the target has to stay as the evidence. */
export interface Suspect {
  readonly name: string;
  readonly namespace: string;
  readonly isLost: boolean;
}

interface Seen extends Suspect {
  /** Of a lost group: its newest copy. */
  readonly newest: string;
  /** Of a group or namespace on the source: its oldest snapshot that is not protected. */
  readonly oldest: string;
}

/** Collects what the two listings show, as they come; holds a few hundred bytes a group. */
export function watchNamesakes(layout: Layout): Namesakes {
  const [lost, alive] = [new Map<string, Seen>(), new Map<string, Seen>()];
  const groupPath = (group: Group): string => layout.groupPrefix(group).slice(0, -1);
  const namespacePath = (namespace: string): string => layout.metadataPrefix(namespace).slice(0, -1);
  const sawAlive = (path: string, seen: Seen): void => {
    const so = alive.get(path);
    if (so === undefined || seen.oldest < so.oldest) alive.set(path, seen);
  };
  const isSuspect = (path: string, newest: string): boolean => lost.has(path) || (alive.get(path)?.oldest ?? '') > newest;

  return {
    sawOriginal: (group, snapshots) => {
      const oldest = snapshots.find((snapshot) => !layout.isProtected(snapshot))?.name;
      if (oldest === undefined) return;
      const seen = { isLost: false, newest: '', oldest };
      sawAlive(groupPath(group), { ...seen, name: formatGroup(group), namespace: group.namespace });
      for (const namespace of namespaceChain(group.namespace)) {
        sawAlive(namespacePath(namespace), { ...seen, name: namespace, namespace });
      }
    },
    sawLost: (group, newest) => {
      lost.set(groupPath(group), { name: formatGroup(group), namespace: group.namespace, isLost: true, newest, oldest: '' });
    },
    sawLostNamespace: (namespace) => {
      lost.set(namespacePath(namespace), { name: namespace, namespace, isLost: true, newest: '', oldest: '' });
    },
    suspectOf: (group) => {
      const path = groupPath(group);
      const newest = lost.get(path)?.newest ?? '';
      if (newest === '') return undefined;
      const shorter = shorterPaths(path).find((each) => isSuspect(each, newest));
      return shorter === undefined ? undefined : (lost.get(shorter) ?? alive.get(shorter));
    },
  };
}

/** All that a path begins with and that ends within a part of it: `vm/100` of `vm/1000`, but neither `vm` nor `vm/1000`. */
function shorterPaths(path: string): string[] {
  const ends = Array.from({ length: path.length - 1 }, (_, index) => index + 1);
  return ends.filter((end) => path[end] !== '/' && path[end - 1] !== '/').map((end) => path.slice(0, end));
}
