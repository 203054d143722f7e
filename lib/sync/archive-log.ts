import type { Phase, SnapshotPhases, Transfer } from '../datastore/layout.ts';
import { archiveEndLine, archiveStartLine, clientLogLine, placeOf } from './log-lines.ts';
import type { SureStep } from './refine-plan.ts';
import type { Group } from '../datastore/group.ts';
import type { TransferWatch } from '../transfer/run-phase.ts';
import type { Worker } from './worker.ts';

interface Moving {
  readonly since: number;
  bytes: number;
  /** When its last chunk was there; its index is written later, with those of the snapshot's other archives. */
  chunksUntil: number | undefined;
}

/** Tells of each archive of one snapshot when its first transfer begins and when its own file is on the target. */
export function archiveLog(
  { group, step, opened }: { group: Group; step: SureStep; opened: SnapshotPhases },
  { log, now }: Pick<Worker, 'log' | 'now'>,
): { readonly watch: (phase: Phase) => TransferWatch } {
  const name = step.snapshot.name;
  const archives = new Set(opened.archives.map((archive) => archive.name));
  const moving = new Map<string, Moving>();
  const at = (archive: string) => placeOf(group, name, archive);
  const known = ({ archive }: Transfer) => (archive !== undefined && archives.has(archive) ? archive : undefined);

  const begun = (transfer: Transfer): void => {
    const archive = known(transfer);
    if (archive === undefined || moving.has(archive)) return;
    moving.set(archive, { since: now(), bytes: 0, chunksUntil: undefined });
    log.info(archiveStartLine(name, archive), at(archive));
  };
  const ended = (phase: Phase, transfer: Transfer, bytes: number): void => {
    if (phase.name === 'log' && transfer.archive !== undefined) {
      log.info(clientLogLine(name, transfer.archive), at(transfer.archive));
    }
    const archive = known(transfer);
    const entry = archive === undefined ? undefined : moving.get(archive);
    if (archive === undefined || entry === undefined) return;
    entry.bytes += bytes;
    if (phase.name === 'chunks') entry.chunksUntil = now();
    if (phase.name !== 'files') return;
    const seconds = ((entry.chunksUntil ?? now()) - entry.since) / 1000;
    log.info(archiveEndLine(name, archive, { bytes: entry.bytes, seconds }), at(archive));
  };
  return { watch: (phase) => ({ begun, ended: (transfer, bytes) => ended(phase, transfer, bytes) }) };
}
