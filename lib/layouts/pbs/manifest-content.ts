import type { JsonObject } from './canonical-json.ts';
import type { ArchiveKind, BackupType } from './names.ts';

export const CRYPT_MODES = ['none', 'encrypt', 'sign-only'] as const;
export type CryptMode = (typeof CRYPT_MODES)[number];

/**
 * A file of a snapshot. `checksum` (hex) and `size` (bytes) are those of the archive an index describes; of a blob, those of the
 * stored file (facts/pbs.md 1.6).
 */
export interface ManifestFile {
  readonly name: string;
  readonly kind: ArchiveKind;
  readonly cryptMode: CryptMode;
  readonly checksum: string;
  readonly size: number;
}

/** What a manifest says. `time` is epoch seconds; `unprotected` is the part that PBS edits later and nobody signs. */
export interface ManifestContent {
  readonly type: BackupType;
  readonly id: string;
  readonly time: number;
  readonly files: readonly Omit<ManifestFile, 'kind'>[];
  /** Hex. */
  readonly signature?: string;
  readonly unprotected: JsonObject;
}

/** A manifest that was read. */
export interface Manifest extends ManifestContent {
  readonly files: readonly ManifestFile[];
  /** The canonical text that its signature covers. Throws a `DataError` JSON_NOT_CANONICAL when there is none. */
  readonly signedPart: () => string;
}
