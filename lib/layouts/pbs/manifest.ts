import { z } from 'zod';
import { DataError } from '../../errors.ts';
import { MAX_CONTENT_BYTES } from './blob-format.ts';
import { canonicalJson, isJsonObject } from './canonical-json.ts';
import { decodeBlob } from './data-blob.ts';
import { CRYPT_MODES } from './manifest-content.ts';
import { BACKUP_TYPES, MANIFEST_NAME, archiveKind, isArchiveName, parseGroupName } from './names.ts';
import type { JsonObject } from './canonical-json.ts';
import type { Manifest, ManifestContent, ManifestFile } from './manifest-content.ts';

export { canonicalJson };
export { encodeManifest, isSignedBy, signManifest } from './manifest-encode.ts';
export type { CryptMode, Manifest, ManifestContent, ManifestFile } from './manifest-content.ts';

/** Content of a manifest in bytes, decoded: the server's API takes no larger blob (facts/pbs.md 1.2). */
export const MAX_MANIFEST_BYTES = MAX_CONTENT_BYTES;

const FINGERPRINT = /^[0-9a-f]{2}(:[0-9a-f]{2}){31}$/i;
const hexDigest = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'is not 64 hex digits')
  .toLowerCase();

const FileEntry = z.object({
  filename: z.string().refine((name) => isArchiveName(name) && name !== MANIFEST_NAME, 'is no name of an archive'),
  'crypt-mode': z.enum(CRYPT_MODES).default('none'), // absent before 0.8.0
  csum: hexDigest,
  size: z.int().nonnegative(),
});

const ManifestDocument = z.object({
  'backup-type': z.enum(BACKUP_TYPES),
  'backup-id': z.string().refine((id) => parseGroupName(`host/${id}`) !== undefined, 'is no backup id'),
  'backup-time': z.int().positive(),
  files: z
    .array(FileEntry)
    .refine((files) => new Set(files.map((file) => file.filename)).size === files.length, 'name a file twice'),
  signature: hexDigest.nullish(),
  unprotected: z.unknown().optional(), // absent before 0.8.0
});

/**
 * Reads `index.json.blob`. Throws a `DataError`, its message beginning with `title`: MANIFEST_INVALID with every fault, or a blob's
 * code.
 */
export function parseManifest(blob: Buffer, title: string): Manifest {
  const json = parseJson(decodeBlob(blob, title, MAX_MANIFEST_BYTES), title);
  const parsed = ManifestDocument.safeParse(json, { reportInput: true });
  if (!parsed.success) throw manifestInvalid(title, parsed.error.issues.map(describeIssue).join('; '), parsed.error);
  const manifest = toManifest(parsed.data, json);
  const fingerprint = manifest.unprotected['key-fingerprint'] ?? undefined;
  if (fingerprint === undefined || (typeof fingerprint === 'string' && FINGERPRINT.test(fingerprint))) return manifest;
  throw manifestInvalid(title, 'unprotected.key-fingerprint is not 32 bytes in hex with colons');
}

/** What PBS found when it last verified the snapshot; undefined: not verified. */
export function verifyState(manifest: ManifestContent): 'ok' | 'failed' | undefined {
  const { verify_state: found } = manifest.unprotected;
  const state = isJsonObject(found) ? found['state'] : undefined;
  return state === 'ok' || state === 'failed' ? state : undefined;
}

/** The key that signed or encrypted the snapshot, `aa:bb:..` in lower case, 32 bytes; undefined: none did. */
export function keyFingerprint(manifest: ManifestContent): string | undefined {
  const fingerprint = manifest.unprotected['key-fingerprint'];
  return typeof fingerprint === 'string' ? fingerprint.toLowerCase() : undefined;
}

/** What a person wrote about the snapshot; its first line is shown in lists. */
export function notes(manifest: ManifestContent): string | undefined {
  const text = manifest.unprotected['notes'];
  return typeof text === 'string' ? text : undefined;
}

function toManifest(document: z.infer<typeof ManifestDocument>, json: unknown): Manifest {
  const { signature, unprotected } = document;
  return {
    type: document['backup-type'],
    id: document['backup-id'],
    time: document['backup-time'],
    files: document.files.map(toManifestFile),
    ...(typeof signature === 'string' ? { signature } : {}),
    unprotected: isJsonObject(unprotected) ? unprotected : {},
    signedPart: () => signedText(json),
  };
}

function toManifestFile(file: z.infer<typeof FileEntry>): ManifestFile {
  const { filename: name, 'crypt-mode': cryptMode, csum: checksum, size } = file;
  return { name, kind: archiveKind(name) ?? 'blob', cryptMode, checksum, size };
}

/** From the document as it was read: a key that only a newer PBS knows is signed too. */
function signedText(json: unknown): string {
  const document: JsonObject = isJsonObject(json) ? json : {};
  const signed = Object.entries(document).filter(([key]) => key !== 'signature' && key !== 'unprotected');
  return canonicalJson(Object.fromEntries(signed));
}

function parseJson(text: Buffer, title: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text));
  } catch (cause) {
    throw manifestInvalid(title, 'is not JSON', cause);
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const input = typeof issue.input === 'string' ? ` "${issue.input.slice(0, 80)}"` : '';
  return `${issue.path.join('.') || 'it'}${input}: ${issue.message}`;
}

function manifestInvalid(title: string, fault: string, cause?: unknown): DataError {
  return new DataError('MANIFEST_INVALID', `${title}: ${fault}`, { cause });
}
