import { hostSnapshot, vmSnapshot, type SnapshotSpec } from '../test/support/datastore-builder.ts';

/** What is measured of one tool in one round: a sync into an empty target, one with nothing to do, one after a night of backups. */
export type Act = 'first' | 'no-op' | 'new';

/** A datastore to sync. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  readonly acts: readonly Act[];
  /** Snapshots of each group at the start; one night more is added before the act `new`. */
  readonly nights: number;
  readonly groups: number;
  /** What one group backs up in one night. */
  snapshot(group: number, night: number): SnapshotSpec;
}

const MIB = 1024 * 1024;
const DAY_SECONDS = 86_400;
const FIRST_NIGHT = Date.UTC(2026, 0, 1) / 1000;
const NIGHTS = 5;
/** Of a full backup, in each of the nights that follow it. */
const CHANGED_NIGHTLY = 0.235;
/** A night that makes 2 % of all objects new. */
const CHANGED_LITTLE = 0.04;
/** Four in nine bytes compress to nothing: a stored byte holds 1.8 bytes of content. */
const COMPRESSIBLE = 0.445;
const CHUNKS_PER_BACKUP = 120;
const CHUNK_BYTES = 4 * MIB;

/** The profiles, `scale` times as large: 1 is the size that their descriptions name. */
export function makeProfiles(scale: number): Record<ProfileName, Profile> {
  const bytes = Math.max(1, Math.round(CHUNKS_PER_BACKUP * scale)) * CHUNK_BYTES;
  const main: Profile = {
    name: 'main',
    description: '4.3 GB, about 2,000 objects, 8 groups with 5 snapshots',
    ...{ acts: ['first', 'no-op'], nights: NIGHTS, groups: 8 },
    snapshot: (group, night) => mixedBackup(group, night, bytes),
  };
  return {
    main,
    steady: { ...main, name: 'steady', description: `${main.description}; then 2 % new`, acts: ['no-op', 'new'] },
    huge: {
      ...{ name: 'huge', description: '4.3 GB in one group with 5 snapshots', acts: ['first'], nights: NIGHTS, groups: 1 },
      snapshot: (group, night) => mixedBackup(group, night, 8 * bytes),
    },
    tiny: {
      ...{ name: 'tiny', description: '100,000 objects of 20 KB in 100 groups', acts: ['first', 'no-op'], nights: 1 },
      groups: Math.max(1, Math.round(100 * scale)),
      snapshot: tinyBackup,
    },
  };
}

export const PROFILE_NAMES = ['main', 'tiny', 'huge', 'steady'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** Images of virtual machines and archives of hosts by turns. The night after the last one brings little. */
function mixedBackup(group: number, night: number, bytes: number): SnapshotSpec {
  const preset = {
    ...{ id: String(100 + group), time: timeOf(night), owner: 'backup@pbs', compressible: COMPRESSIBLE },
    changed: night < NIGHTS ? CHANGED_NIGHTLY : CHANGED_LITTLE,
  };
  return group % 2 === 0 ? vmSnapshot(preset, [bytes]) : hostSnapshot(preset, { root: bytes });
}

/** A thousand chunks that do not compress: 20 KB each as they are stored. */
function tinyBackup(group: number, night: number): SnapshotSpec {
  const preset = { id: `tiny-${group}`, time: timeOf(night), owner: 'backup@pbs', compressible: 0 };
  return hostSnapshot(preset, { root: 1000 * 20_000 }, { chunkBytes: 20_000 });
}

function timeOf(night: number): number {
  return FIRST_NIGHT + night * DAY_SECONDS;
}
