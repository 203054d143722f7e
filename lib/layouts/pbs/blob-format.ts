import { crc32 } from 'node:zlib';
import { DataError } from '../../errors.ts';

/** Header bytes: magic 8 and CRC 4, then for encrypted blobs IV 16 and tag 16 (facts/pbs.md 1.2). */
export const PLAIN_HEADER_BYTES = 12;
export const ENCRYPTED_HEADER_BYTES = 44;
export const CRC_OFFSET = 8;
export const IV_OFFSET = 12;
export const IV_BYTES = 16;
export const TAG_OFFSET = 28;
export const TAG_BYTES = 16;
const MAGIC_BYTES = 8;

/** What the server's API takes, in bytes: content of one chunk or blob, and a stored one (facts/pbs.md 1.2). */
export const MAX_CONTENT_BYTES = 16 * 1024 * 1024;
export const MAX_STORED_BYTES = MAX_CONTENT_BYTES + ENCRYPTED_HEADER_BYTES;
/** What PBS's encoder refuses to exceed, in bytes of content. */
export const MAX_ENCODER_BYTES = 128 * 1024 * 1024;

/** Which of the four kinds a blob is. `crc` is the stored one, over all bytes after the header. */
export interface BlobHeader {
  readonly encrypted: boolean;
  readonly compressed: boolean;
  readonly crc: number;
  readonly headerBytes: number;
}

const MAGIC = {
  plain: Buffer.from('42ab3807be8370a1', 'hex'),
  compressed: Buffer.from('31b958426fb6a37f', 'hex'),
  encrypted: Buffer.from('7b6785be222d4cf0', 'hex'),
  compressedEncrypted: Buffer.from('e6591bbf0bbfd80b', 'hex'),
};

const KINDS = [
  { magic: MAGIC.plain, encrypted: false, compressed: false },
  { magic: MAGIC.compressed, encrypted: false, compressed: true },
  { magic: MAGIC.encrypted, encrypted: true, compressed: false },
  { magic: MAGIC.compressedEncrypted, encrypted: true, compressed: true },
];

/** The magic of a kind of blob, 8 bytes. */
export function blobMagic(encrypted: boolean, compressed: boolean): Buffer {
  if (encrypted) return compressed ? MAGIC.compressedEncrypted : MAGIC.encrypted;
  return compressed ? MAGIC.compressed : MAGIC.plain;
}

/**
 * Reads a blob's header. Throws a `DataError`, its message beginning with `title`: BLOB_TOO_SHORT or BLOB_MAGIC_UNKNOWN.
 */
export function parseBlob(bytes: Buffer, title: string): BlobHeader {
  if (bytes.length < PLAIN_HEADER_BYTES) throw tooShort(bytes, title, PLAIN_HEADER_BYTES);
  const magic = bytes.subarray(0, MAGIC_BYTES);
  const kind = KINDS.find((known) => known.magic.equals(magic));
  if (kind === undefined) {
    throw new DataError('BLOB_MAGIC_UNKNOWN', `${title}: begins with ${magic.toString('hex')}, which is no PBS blob`);
  }
  const headerBytes = kind.encrypted ? ENCRYPTED_HEADER_BYTES : PLAIN_HEADER_BYTES;
  if (bytes.length < headerBytes) throw tooShort(bytes, title, headerBytes);
  return { encrypted: kind.encrypted, compressed: kind.compressed, crc: bytes.readUInt32LE(CRC_OFFSET), headerBytes };
}

/** Reads a blob's header and checks its CRC, which covers neither header, IV nor tag. Throws as `parseBlob`, and BLOB_CRC_MISMATCH. */
export function verifyBlob(bytes: Buffer, title: string): BlobHeader {
  const header = parseBlob(bytes, title);
  const actual = crc32(bytes.subarray(header.headerBytes));
  if (actual === header.crc) return header;
  const [stored, computed] = [header.crc, actual].map((crc) => crc.toString(16).padStart(8, '0'));
  throw new DataError(
    'BLOB_CRC_MISMATCH',
    `${title}: CRC is ${computed}, its header says ${stored}: the stored bytes are damaged`,
  );
}

/** Puts header and content together and fills in the CRC. `sealing` is IV and tag of an encrypted blob. */
export function assembleBlob(magic: Buffer, payload: Buffer, ...sealing: readonly Buffer[]): Buffer {
  const blob = Buffer.concat([magic, Buffer.alloc(PLAIN_HEADER_BYTES - MAGIC_BYTES), ...sealing, payload]);
  blob.writeUInt32LE(crc32(payload), CRC_OFFSET);
  return blob;
}

function tooShort(bytes: Buffer, title: string, least: number): DataError {
  return new DataError('BLOB_TOO_SHORT', `${title}: ${bytes.length} bytes are fewer than the ${least} of a blob's header`);
}
