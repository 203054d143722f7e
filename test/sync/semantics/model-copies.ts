// Part of the model of a run: how a copy follows its original. It shares no line with lib/.
import type { ModelSnapshot } from './model.ts';

/** What stands in a manifest that can change after a backup. */
export function markerOf({ state, notes, verified }: ModelSnapshot): string {
  return [state, notes ?? '-', verified ?? '-'].join(' ');
}

/** Whether the target has every file of the original as it is; marks of the copy alone do not count. */
export function isSame(original: ModelSnapshot, copy: ModelSnapshot): boolean {
  return markerOf(original) === markerOf(copy) && original.state === 'finished' && !lacksFiles(original, copy);
}

function lacksFiles(original: ModelSnapshot, copy: ModelSnapshot): boolean {
  return (original.protected && !copy.protected) || (original.log && !copy.log);
}

/** Whether a copy that is looked at has to follow: its PBS may rewrite the copy's manifest, which changes nothing. */
export function changed(original: ModelSnapshot, copy: ModelSnapshot): boolean {
  if (isSame(original, copy)) return false;
  return copy.of !== markerOf(original) || lacksFiles(original, copy);
}

/** Damage that a PBS found, or a manifest that does not read; the original's own finding, copied with it, is none. */
export function isDamaged(copy: ModelSnapshot, original: ModelSnapshot): boolean {
  if (copy.state === 'torn') return true;
  return copy.verified?.endsWith('failed') === true && markerOf(copy) !== markerOf(original);
}

/** Whether it could follow: a copy that was found damaged, or does not read, is left as it is. */
export function followSnapshot(original: ModelSnapshot, copy: ModelSnapshot): boolean {
  if (copy.state === 'torn' || (isFoundDamaged(copy) && original.verified !== 'failed')) return false;
  const keepsNotes = original.notes === undefined && copy.notes !== undefined;
  if (keepsNotes) copy.given = false;
  else if (copy.of !== markerOf(original))
    Object.assign(copy, { notes: original.notes, verified: original.verified, given: true });
  copy.protected ||= original.protected;
  copy.log ||= original.log;
  copy.of = markerOf(original);
  return true;
}

/** What came with the original's manifest is what was found there. */
function isFoundDamaged({ verified, given }: ModelSnapshot): boolean {
  return verified?.endsWith('failed') === true && given !== true;
}
