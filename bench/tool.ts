import type { OpenServer } from './buckets.ts';
import type { Command } from './measure.ts';

/** What a tool is to sync, and where it may leave things. */
export interface Work {
  readonly source: OpenServer;
  readonly target: OpenServer;
  /** Empty at the first sync. */
  readonly folder: string;
  /** Objects at once, in all. */
  readonly inFlight: number;
}

/** A tool that can copy a bucket: the name for the table, and what to run, one after the other, for one sync. */
export interface Tool {
  readonly name: string;
  commands(work: Work): readonly Command[];
}
