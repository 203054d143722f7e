import type { Group } from '../datastore/group.ts';

/** What was written at the source: `marker` names the commit marker of the group's newest snapshot, and the version of it. */
export interface WrittenGroup {
  readonly group: Group;
  readonly marker: string;
}

/** `pending`: no run has taken it up yet. `taken`: one has, and did not settle it yet. `settled`: it is on the target. */
export const WRITTEN_STATES = ['pending', 'taken', 'settled'] as const;

export interface WrittenRecord extends WrittenGroup {
  readonly state: (typeof WRITTEN_STATES)[number];
  /** Id of the run that took it up last. */
  readonly run?: string;
  /** Epoch milliseconds: when it was heard of. */
  readonly since: number;
}
