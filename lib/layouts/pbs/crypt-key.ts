import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { z } from 'zod';
import { ConfigError } from '../../errors.ts';

/** Bytes of an encryption key, and of what is derived from it (facts/pbs.md 1.9). */
export const KEY_BYTES = 32;
const ID_KEY_SALT = '_id_key';
const ID_KEY_ITERATIONS = 10;
/** SHA-256("Proxmox Backup Encryption Key Fingerprint") */
const FINGERPRINT_INPUT = Buffer.from('6ed0ef77471fff4d55c7a8fe4a9db62161407f134c725ddf30992d25ec45ed26', 'hex');

/** A client's key: what encrypts, what names chunks and signs manifests, and the key's name for people, `aa:bb:..` (32 bytes). */
export interface CryptKey {
  readonly encryptionKey: Buffer;
  readonly idKey: Buffer;
  readonly fingerprint: string;
}

const KeyFile = z.looseObject({ kdf: z.null(), data: z.base64(), fingerprint: z.string().nullish() });

/** All that follows from the 32 bytes of a client's key. */
export function deriveCryptKey(encryptionKey: Buffer): CryptKey {
  if (encryptionKey.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${encryptionKey.length}`);
  const idKey = pbkdf2Sync(encryptionKey, ID_KEY_SALT, ID_KEY_ITERATIONS, KEY_BYTES, 'sha256');
  const fingerprint = formatFingerprint(digestWith(idKey, FINGERPRINT_INPUT));
  return { encryptionKey, idKey, fingerprint };
}

/** The digest that names an encrypted chunk: SHA-256 over content and id key, 32 bytes. */
export function keyedDigest(data: Buffer, key: CryptKey): Buffer {
  return digestWith(key.idKey, data);
}

/** HMAC-SHA-256 with the id key, 32 bytes. */
export function authTag(data: Buffer | string, key: CryptKey): Buffer {
  return createHmac('sha256', key.idKey).update(data).digest();
}

/**
 * Reads a key file without a passphrase. Throws a `ConfigError` KEY_FILE_INVALID when it is none, has a passphrase, or its
 * fingerprint is another key's.
 */
export function parseKeyFile(text: string, title: string): CryptKey {
  const file = KeyFile.safeParse(parseJson(text, title));
  if (!file.success) throw invalidKeyFile(title, 'is no key file of PBS without a passphrase', file.error);
  const data = Buffer.from(file.data.data, 'base64');
  if (data.length !== KEY_BYTES) throw invalidKeyFile(title, `holds ${data.length} bytes, not ${KEY_BYTES}`);
  const key = deriveCryptKey(data);
  const fingerprint = file.data.fingerprint ?? key.fingerprint;
  if (fingerprint === key.fingerprint) return key;
  throw invalidKeyFile(title, `says its fingerprint is ${fingerprint}, but the key's is ${key.fingerprint}`);
}

function digestWith(idKey: Buffer, data: Buffer): Buffer {
  return createHash('sha256').update(data).update(idKey).digest();
}

function formatFingerprint(digest: Buffer): string {
  return digest.toString('hex').replace(/(..)(?=.)/g, '$1:');
}

function parseJson(text: string, title: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidKeyFile(title, 'is not JSON', cause);
  }
}

function invalidKeyFile(title: string, fault: string, cause?: unknown): ConfigError {
  return new ConfigError('KEY_FILE_INVALID', `${title}: ${fault}`, { cause });
}
