import { signManifest } from '../../lib/layouts/pbs/manifest.ts';
import type { ManifestContent } from '../../lib/layouts/pbs/manifest.ts';
import type { SnapshotSpec } from './datastore-builder-spec.ts';

/** What the server counts while a backup comes in. Bytes: of content, and as stored. */
export interface UploadStats {
  readonly count: number;
  readonly size: number;
  readonly compressed_size: number;
  readonly duplicates: number;
}

/** The manifest as the client uploads it, as the server leaves it when the backup is finished, and with what came later. */
export function manifestVersions(spec: SnapshotSpec, files: ManifestContent['files'], stats: UploadStats): ManifestContent[] {
  const { type, id, time, key, cryptMode = 'none' } = spec;
  const plain: ManifestContent = { type, id, time, files, unprotected: {} };
  const uploaded = key === undefined || cryptMode === 'none' ? plain : signManifest(plain, key);
  const finished = withUnprotected(uploaded, { chunk_upload_stats: { ...stats } });
  const later = {
    ...(spec.notes === undefined ? {} : { notes: spec.notes }),
    ...(spec.verifyState === undefined ? {} : { verify_state: verifyResult(spec.verifyState, time) }),
  };
  return Object.keys(later).length === 0 ? [uploaded, finished] : [uploaded, finished, withUnprotected(finished, later)];
}

function withUnprotected(manifest: ManifestContent, members: Record<string, unknown>): ManifestContent {
  return { ...manifest, unprotected: { ...manifest.unprotected, ...members } };
}

function verifyResult(state: 'ok' | 'failed', time: number): { state: string; upid: string } {
  const start = time.toString(16).toUpperCase().padStart(8, '0');
  return { state, upid: `UPID:pbs:00000001:00000001:00000001:${start}:verificationjob:store:root@pam:` };
}
