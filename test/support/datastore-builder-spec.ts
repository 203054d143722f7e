import type { CryptKey } from '../../lib/layouts/pbs/crypt-key.ts';
import type { ChunkRef } from '../../lib/layouts/pbs/archive-index.ts';
import type { CryptMode } from '../../lib/layouts/pbs/manifest.ts';
import type { BackupType } from '../../lib/layouts/pbs/names.ts';

/** An archive made of chunks; its kind follows from its name, `.fidx` or `.didx`. */
export interface ArchiveSpec {
  readonly name: string;
  /** Bytes of content. */
  readonly bytes: number;
  /** Bytes of a chunk of an image (a power of two), on average of any other archive. Default 4 MiB. */
  readonly chunkBytes?: number;
  /** At most so many chunks differ, the index repeats them: a huge index for little money. Default: all differ. */
  readonly distinct?: number;
  /** Part of the chunks that are all zeros, shared with every other archive. Default 0. */
  readonly zeros?: number;
}

/** A small file that is one blob, `qemu-server.conf.blob`. */
export interface BlobSpec {
  readonly name: string;
  readonly data: Buffer;
}

export interface SnapshotSpec {
  /** `a/b`; default the root. Namespaces are made as needed. */
  readonly namespace?: string;
  readonly type: BackupType;
  readonly id: string;
  /** Epoch seconds. */
  readonly time: number;
  /** Taken from the group's first snapshot. Default `root@pam`. */
  readonly owner?: string;
  /** The group's notes, written when given. */
  readonly groupNotes?: string;
  readonly archives: readonly ArchiveSpec[];
  readonly blobs?: readonly BlobSpec[];
  /** Part of the chunks that are new since the group's snapshot before, 0 to 1; above 0 at least one. Default 0.1. */
  readonly changed?: number;
  /** Part of the content that compresses to almost nothing, 0 to 1. Default 0.6. */
  readonly compressible?: number;
  /** Default none; the others need a `key`. */
  readonly cryptMode?: CryptMode;
  readonly key?: CryptKey;
  /** Text of the client's log. */
  readonly log?: string;
  readonly protected?: boolean;
  readonly notes?: string;
  readonly verifyState?: 'ok' | 'failed';
}

export interface BuiltArchive {
  readonly name: string;
  readonly chunks: readonly ChunkRef[];
  /** Hex, as the manifest has it. */
  readonly checksum: string;
  readonly size: number;
}

/** What was written for one snapshot. */
export interface BuiltSnapshot {
  readonly namespace: string;
  /** `vm/100` */
  readonly group: string;
  /** `2025-11-01T08:10:00Z` */
  readonly snapshot: string;
  readonly archives: readonly BuiltArchive[];
  /** Chunks that were not there before, and their stored bytes. */
  readonly newChunks: number;
  readonly newBytes: number;
}
