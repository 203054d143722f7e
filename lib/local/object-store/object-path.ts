import { S3Error } from './s3-error.ts';

/** S3's limit on a key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;
/** What file systems hold in one name, in bytes. */
const MAX_NAME_BYTES = 255;

/** Marks a name that a file system cannot hold, percent-encoded after the mark. */
const ESCAPED = '%~';
/** Marks an object that stands beside a folder of its own name: `a` when there is `a/b` too. */
const BESIDE = '%@';

/**
 * Where a key lies below its bucket's folder: names of folders and, last, of the file. A key is the plain path, so that a folder
 * can be read and dropped in as it is; only names that cannot be files ('', '.', '..', NUL) or that carry our marks are escaped.
 */
export function keyToNames(key: string): string[] {
  return key.split('/').map(escapeName);
}

/** Refuses a key that S3 or the file system cannot hold. */
export function requireStorable(key: string, names: readonly string[]): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw tooLong(key, 'Your key is too long');
  if (!fits(names)) throw tooLong(key, `This store holds at most ${String(MAX_NAME_BYTES)} bytes between two slashes of a key`);
}

/** Whether the file system can hold these names. */
export function fits(names: readonly string[]): boolean {
  return names.every((name) => Buffer.byteLength(name) <= MAX_NAME_BYTES);
}

function escapeName(name: string): string {
  const plain =
    name !== '' && name !== '.' && name !== '..' && !name.includes('\0') && !name.startsWith(ESCAPED) && !name.startsWith(BESIDE);
  return plain ? name : `${ESCAPED}${name.replace(/[%.\0]/g, percent)}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The name of the file for an object whose plain name is taken by a folder. */
export function besideName(name: string): string {
  return `${BESIDE}${name}`;
}

/** What of a key a file's name stands for; `undefined` when no key is stored under that name. */
export function fileToComponent(name: string): string | undefined {
  return nameToComponent(name.startsWith(BESIDE) ? name.slice(BESIDE.length) : name);
}

/** What of a key a folder's name stands for; `undefined` when no key is stored under that name. */
export function nameToComponent(name: string): string | undefined {
  if (!name.startsWith(ESCAPED)) return name.startsWith(BESIDE) ? undefined : name;
  const component = name
    .slice(ESCAPED.length)
    .replace(/%(25|2E|00)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  // Only what escaping would have made: two names must never stand for one key.
  return escapeName(component) === name ? component : undefined;
}

function tooLong(key: string, message: string): S3Error {
  return new S3Error('KeyTooLongError', message, { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(MAX_KEY_BYTES) });
}
