import type { DatastoreLocation } from '../datastore/location.ts';

export const TRANSFER_MODES = ['relay', 'copy', 'auto'] as const;
export type TransferMode = (typeof TRANSFER_MODES)[number];

/** One job with the overrides of one run merged in: all that a run needs to know of the configuration. */
export interface Job {
  readonly id: string;
  readonly source: DatastoreLocation;
  readonly target: DatastoreLocation;
  /** Anchor on the source; its groups and the namespaces below it are synced. Root is ''. */
  readonly namespace: string;
  /** Anchor on the target. */
  readonly targetNamespace: string;
  /** Groups synced at once: the lower of the job's and the settings' limit. It is the Map's concurrency, not node:worker_threads. */
  readonly workerThreads: number;
  /** Transfers at once inside one worker. */
  readonly transfersInFlight: number;
  readonly transferMode: TransferMode;
  /** Whether to remove from the target what the source no longer has. */
  readonly removeVanished: boolean;
  /** Stop after planning. */
  readonly dryRun: boolean;
}
