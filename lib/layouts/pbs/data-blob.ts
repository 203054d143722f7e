import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DataError } from '../../errors.ts';
import {
  IV_BYTES,
  IV_OFFSET,
  MAX_ENCODER_BYTES,
  TAG_BYTES,
  TAG_OFFSET,
  assembleBlob,
  blobMagic,
  parseBlob,
  verifyBlob,
} from './blob-format.ts';
import { compress, decompress } from './zstd.ts';
import type { BlobHeader } from './blob-format.ts';
import type { CryptKey } from './crypt-key.ts';

export { parseBlob, verifyBlob };
export type { BlobHeader };

const CIPHER = 'aes-256-gcm';
/** Room to make at once for content of unknown length, in bytes. */
const STEP_BYTES = 64 * 1024;

/** How much content there may be, and how much is expected, in bytes. */
interface Room {
  readonly maxBytes: number;
  readonly sizeHint?: number;
}

/**
 * The content of a blob that is not encrypted, its CRC checked. Throws a `DataError`, its message beginning with `title`: as
 * `verifyBlob`, BLOB_ENCRYPTED, BLOB_UNDECODABLE, and BLOB_TOO_LARGE when there are more than `maxBytes`.
 */
export function decodeBlob(bytes: Buffer, title: string, maxBytes: number): Buffer {
  const header = verifyBlob(bytes, title);
  if (header.encrypted) throw new DataError('BLOB_ENCRYPTED', `${title}: is encrypted and cannot be read without its key`);
  return decodePayload(bytes.subarray(header.headerBytes), header, title, { maxBytes });
}

/**
 * The content of an encrypted blob. Throws a `DataError` as `decodeBlob` does, with BLOB_UNDECODABLE when the key is another or the
 * bytes were changed, and BLOB_NOT_ENCRYPTED: a plain blob is no substitute for one that a key vouches for.
 */
export function decryptBlob(bytes: Buffer, key: CryptKey, title: string, maxBytes: number): Buffer {
  const header = verifyBlob(bytes, title);
  if (!header.encrypted) throw new DataError('BLOB_NOT_ENCRYPTED', `${title}: should be encrypted and is not`);
  return decodePayload(decryptPayload(bytes, header, key, title), header, title, { maxBytes });
}

/** Undoes the compression of `payload`, the bytes after a blob's header, decrypted. Throws BLOB_TOO_LARGE and BLOB_UNDECODABLE. */
export function decodePayload(payload: Buffer, header: BlobHeader, title: string, room: Room): Buffer {
  if (!header.compressed && payload.length > room.maxBytes) throw tooLarge(title, room.maxBytes);
  if (!header.compressed) return payload;
  try {
    return decompress(payload, room.maxBytes, room.sizeHint ?? Math.min(room.maxBytes, STEP_BYTES));
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(title, room.maxBytes, cause);
    throw new DataError('BLOB_UNDECODABLE', `${title}: its zstd stream cannot be decoded`, { cause });
  }
}

/** A plain blob as PBS writes it: compressed unless that makes it longer, or `compress` is false. */
export function encodeBlob(data: Buffer, options: { compress?: boolean } = {}): Buffer {
  checkInput(data);
  const frame = options.compress === false ? undefined : compress(data);
  return assembleBlob(blobMagic(false, frame !== undefined), frame ?? data);
}

/** An encrypted blob as PBS writes it. `iv`, 16 bytes, is random by default; never use one twice with the same key. */
export function encryptBlob(data: Buffer, key: CryptKey, options: { compress?: boolean; iv?: Buffer } = {}): Buffer {
  checkInput(data);
  const iv = options.iv ?? randomBytes(IV_BYTES);
  if (iv.length !== IV_BYTES) throw new RangeError(`an IV has ${IV_BYTES} bytes, not ${iv.length}`);
  const frame = options.compress === false ? undefined : compress(data);
  const cipher = createCipheriv(CIPHER, key.encryptionKey, iv, { authTagLength: TAG_BYTES });
  const payload = Buffer.concat([cipher.update(frame ?? data), cipher.final()]);
  return assembleBlob(blobMagic(true, frame !== undefined), payload, iv, cipher.getAuthTag());
}

function decryptPayload(bytes: Buffer, header: BlobHeader, key: CryptKey, title: string): Buffer {
  const iv = bytes.subarray(IV_OFFSET, IV_OFFSET + IV_BYTES);
  const cipher = createDecipheriv(CIPHER, key.encryptionKey, iv, { authTagLength: TAG_BYTES });
  cipher.setAuthTag(bytes.subarray(TAG_OFFSET, TAG_OFFSET + TAG_BYTES));
  try {
    return Buffer.concat([cipher.update(bytes.subarray(header.headerBytes)), cipher.final()]);
  } catch (cause) {
    const message = `${title}: does not decrypt with key ${key.fingerprint}: it has another key or was changed`;
    throw new DataError('BLOB_UNDECODABLE', message, { cause });
  }
}

function checkInput(data: Buffer): void {
  if (data.length > MAX_ENCODER_BYTES)
    throw new RangeError(`a blob holds at most ${MAX_ENCODER_BYTES} bytes, not ${data.length}`);
}

function tooLarge(title: string, maxBytes: number, cause?: unknown): DataError {
  return new DataError('BLOB_TOO_LARGE', `${title}: holds more than the ${maxBytes} bytes allowed`, { cause });
}
