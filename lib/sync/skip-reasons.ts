/** Why a snapshot is left out. */
export const SKIP_REASONS = [
  'older-than-newest',
  'held-back',
  'in-progress',
  'unreadable',
  'vanished',
  'transfer-last',
  'not-verified',
  'not-encrypted',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Snapshots left out, by reason; a reason that is not there is none. */
export type SkipCounts = Partial<Record<SkipReason, number>>;

/** The reason in words, as PBS says it where PBS has it. */
export const SKIP_WORDS: Readonly<Record<SkipReason, string>> = {
  'older-than-newest': 'older than the newest snapshot present on sync target',
  'held-back': 'held back by a newer copy on the target that the source does not have',
  'in-progress': 'in-progress backup',
  unreadable: 'its manifest does not read',
  vanished: 'vanished from the source meanwhile',
  'transfer-last': 'due to transfer-last',
  'not-verified': 'not verified ok, due to verified-only',
  'not-encrypted': 'not fully encrypted, due to encrypted-only',
};

/** Reasons that are somebody's doing rather than the job's options: a run that met them ends with warnings. */
export const WARNING_REASONS: readonly SkipReason[] = ['held-back', 'unreadable', 'vanished'];
