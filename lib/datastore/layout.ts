import type { DataError } from '../errors.ts';
import type { Group, ListedFile, ListedGroup, ListedSnapshot } from './group.ts';
import type { ObjectReader } from './object-store.ts';

/** Code of the `DataError` for a snapshot whose commit marker does not read. */
export const UNREADABLE = 'SNAPSHOT_UNREADABLE';

/** What one key below a datastore's metadata prefix is. `foreign` keys are none of the layout's and are left alone. */
export type Entry =
  | { readonly kind: 'namespace'; readonly namespace: string }
  | { readonly kind: 'group-file'; readonly group: Group; readonly name: string }
  | { readonly kind: 'snapshot-file'; readonly group: Group; readonly snapshot: string; readonly name: string }
  | { readonly kind: 'foreign' };

/**
 * How far content is proven on its way: `full` is that it is what its name says, wherever it can be read; `crc` is that it was
 * not damaged since it was stored.
 */
export const VERIFY_MODES = ['full', 'crc'] as const;
export type VerifyMode = (typeof VERIFY_MODES)[number];

/** One object on its way from source to target. */
export interface Transfer {
  readonly sourceKey: string;
  readonly targetKey: string;
  /** What it is, for people: `chunk 4ff4.. of drive-scsi0.img.fidx`. */
  readonly title: string;
  /** The archive, or other file of a snapshot, that it belongs to. */
  readonly archive?: string;
  /** Stored bytes, where known beforehand. */
  readonly size?: number;
  /** Bytes of the content that `digest` names, before compression and encryption, where known beforehand. */
  readonly contentBytes?: number;
  /** The ETag the source object must still have. */
  readonly etag?: string;
  /** 32 bytes that name the content: an object of that name on the target is this object. */
  readonly digest?: Buffer;
  /** Writes over what is on the target, since that was found damaged. */
  readonly replace?: boolean;
  /** Bytes that were read and verified already. */
  readonly body?: Buffer;
  /** Throws a `DataError` when the whole bytes are not what they should be. */
  verify?(bytes: Buffer): void;
  /** The CRC-32 of verified bytes, known from a checksum that is in them. */
  crc32?(bytes: Buffer): number;
  /** The same for an object that goes in parts, since it is too large for one buffer. */
  verifyParts?(): PartVerifier;
  /** What it means that the source has no such object. */
  absent(): Promise<DataError>;
}

/** Is shown an object part by part, in order; both methods throw a `DataError` when the bytes are not what they should be. */
export interface PartVerifier {
  push(bytes: Buffer): void;
  end(): void;
}

/**
 * An ordered set of transfers. All transfers of a phase have ended before the next phase begins. The same snapshot gives the
 * same transfers in the same order each time, so that a position in a phase means the same to a later call.
 */
export interface Phase {
  readonly name: 'group' | 'chunks' | 'files' | 'manifest' | 'log';
  /** Whether this phase makes the snapshot visible: the lock is proven just before it. */
  readonly commits: boolean;
  /** Whether a worker may stop in the middle of it and go on later; only the phase that holds the bulk is. */
  readonly resumable: boolean;
  transfers(): AsyncIterable<Transfer> | Iterable<Transfer>;
}

/** An archive of a snapshot, as the replica catalogue remembers it. */
export interface ArchiveSummary {
  readonly name: string;
  readonly checksum: string;
  /** Bytes of the archive's content. */
  readonly size: number;
}

/** How one snapshot gets to the target. */
export interface SnapshotPhases {
  readonly phases: readonly Phase[];
  readonly archives: readonly ArchiveSummary[];
  /** SHA-256 (hex) of the commit marker as the target has it in the end; undefined when it keeps one of its own. */
  readonly markerDigest?: string;
}

export interface ListContent {
  readonly reader: ObjectReader;
  readonly group: Group;
  readonly snapshot: ListedSnapshot;
  /** Whether a commit marker of this digest (SHA-256, hex) is the one that was copied. */
  readonly isUntouched: (markerDigest: string) => boolean;
}

export interface OpenGroup {
  readonly listed: ListedGroup;
  /** The same group on the target. */
  readonly copy: ListedGroup;
  readonly source: ObjectReader;
  readonly target: ObjectReader;
  /** Who owns the copy: 'source' is who owns the original. */
  readonly owner: string;
}

export interface OpenSnapshot {
  readonly group: Group;
  /** The same group on the target: its namespace may be another. */
  readonly targetGroup: Group;
  readonly snapshot: ListedSnapshot;
  /** What the target has under the same name; undefined: nothing. */
  readonly existing: ListedSnapshot | undefined;
  /** Whether its commit marker, by SHA-256 (hex), is the one that it was given; left out: nobody remembers. */
  readonly isUntouched?: (markerDigest: string) => boolean;
  readonly source: ObjectReader;
  readonly target: ObjectReader;
  /** Default: full. */
  readonly verify?: VerifyMode;
}

/** `owner` is undefined when there is no valid one. */
export interface GroupDescription {
  readonly owner: string | undefined;
}

/**
 * `size`: bytes of the content; undefined, with the reason in `state`, when the snapshot is not finished or does not read.
 * `markerDigest`: SHA-256 (hex) of the commit marker that was read.
 */
export interface SnapshotDescription {
  readonly size: number | undefined;
  readonly state: 'finished' | 'in progress' | 'unreadable';
  readonly verified: 'ok' | 'failed' | undefined;
  readonly encrypted: 'none' | 'sign-only' | 'encrypt' | 'mixed' | undefined;
  readonly notes: string | undefined;
  readonly markerDigest: string | undefined;
}

/** What a layout knows: names, what a backup is made of, in which order it may appear and how each object is verified. */
export interface Layout {
  /** Key prefix, with its closing slash, of all metadata of `namespace` and the namespaces below it. */
  metadataPrefix(namespace: string): string;

  /** Key of the object by which backup software marks a datastore as its own. */
  readonly inUseMarker: string;

  /** Key prefix, with its closing slash, of the content-addressed objects. */
  readonly contentPrefix: string;

  /** Key of a content-addressed object. */
  contentKey(digest: Buffer): string;

  /** The digest in a key below `contentPrefix`; undefined for any other object there. */
  parseContentKey(key: string): Buffer | undefined;

  /** Reads one key that a listing showed. */
  parseEntry(key: string): Entry;

  /** Key prefix, with its closing slash, of all objects of one group. */
  groupPrefix(group: Group): string;

  /** Key prefix, with its closing slash, of all files of one snapshot. */
  snapshotPrefix(group: Group, snapshot: string): string;

  /** Key of the marker object of a namespace (not of the root). */
  namespaceMarker(namespace: string): string;

  /** When the backup of this name was made, in epoch milliseconds; NaN when no backup has such a name. */
  snapshotTime(snapshot: string): number;

  /** Whether the snapshot's commit marker is there. */
  isFinished(snapshot: ListedSnapshot): boolean;

  /** Whether the snapshot must not be removed. */
  isProtected(snapshot: ListedSnapshot): boolean;

  /** Names of the files without which nobody sees a group. */
  readonly groupFiles: readonly string[];

  /** Whether a group's file is what people write about the group, and may change; its other files are made once. */
  isGroupMark(name: string): boolean;

  /**
   * Whether the listings alone show that the target has all of the snapshot. `unknown`: sizes agree but ETags differ, which
   * encryption at rest can cause.
   */
  compare(source: ListedSnapshot, target: ListedSnapshot): 'same' | 'different' | 'unknown';

  /** The commit marker of a finished snapshot. */
  commitMarker(snapshot: ListedSnapshot): ListedFile | undefined;

  /**
   * The phase that makes a group's own files, before its first snapshot. Throws a `DataError` when the group may not be
   * written: its owner is missing, invalid, or another than the one on the target.
   */
  openGroup(open: OpenGroup): Promise<Phase>;

  /** The error that `openGroup` would throw, if any. Reads only what the listings leave open: mostly nothing. */
  refuseGroup(open: OpenGroup): Promise<DataError | undefined>;

  /**
   * Reads what is needed to know how the snapshot gets to the target. `undefined` when its commit marker is gone from the
   * source by now: it vanished. Throws a `DataError` when it is damaged or differs from what the target has under its name.
   */
  openSnapshot(open: OpenSnapshot): Promise<SnapshotPhases | undefined>;

  /** What a person wants to know of a group and of a snapshot: reads the owner, and the commit marker. */
  describeGroup(reader: ObjectReader, group: ListedGroup): Promise<GroupDescription>;
  describeSnapshot(reader: ObjectReader, group: Group, snapshot: ListedSnapshot): Promise<SnapshotDescription>;

  /** The content that a snapshot on the target refers to: known to be there without asking. Throws a `DataError` on damage. */
  listContent(options: ListContent): AsyncIterable<Buffer>;
}
