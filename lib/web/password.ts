import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../errors.ts';

/** Who guesses may do so `MAX_FAILURES` times a minute and address: what is shorter could be found out in time. */
const MIN_LENGTH = 12;
const MAX_FAILURES = 10;
const WINDOW_MS = 60_000;
/** Addresses that are told apart; when there are more, none that is new is listened to in this minute. */
const MAX_ADDRESSES = 10_000;

const VARIABLE = 'FLOTILLA_PAGE_PASSWORD';
const FILE_VARIABLE = 'FLOTILLA_PAGE_PASSWORD_FILE';

/**
 * The password of the page, from FLOTILLA_PAGE_PASSWORD or the file that FLOTILLA_PAGE_PASSWORD_FILE names; undefined: there is none.
 * Throws a `ConfigError` PAGE_PASSWORD_INVALID.
 */
export function readPassword(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const [direct, file] = [environment[VARIABLE], environment[FILE_VARIABLE]].map((value) => (value === '' ? undefined : value));
  if (direct !== undefined && file !== undefined) throw invalid(`${VARIABLE} and ${FILE_VARIABLE} are both set: take one away`);
  const password = file === undefined ? direct : readFile(file);
  if (password === undefined) return undefined;
  if (password.length < MIN_LENGTH)
    throw invalid(`the password of the page has to have ${String(MIN_LENGTH)} characters or more`);
  return password;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw invalid(`${FILE_VARIABLE} names ${path}, which cannot be read`, cause);
  }
}

function invalid(message: string, cause?: unknown): ConfigError {
  return new ConfigError('PAGE_PASSWORD_INVALID', message, { cause });
}

export type Knock = 'welcome' | 'unknown' | 'wrong' | 'too-often';

/** Judges what a request says of itself (`Authorization: Basic`), whatever name it gives. `now` is epoch milliseconds. */
export function passwordGate(password: string, now: () => number): (authorization: string | undefined, address: string) => Knock {
  const wanted = digest(password);
  const failures = new Map<string, number>();
  let windowEnd = 0;
  return (authorization, address) => {
    const given = basicPassword(authorization);
    if (given === undefined) return 'unknown';
    if (now() >= windowEnd || now() < windowEnd - WINDOW_MS) {
      failures.clear();
      windowEnd = now() + WINDOW_MS;
    }
    const who = networkOf(address);
    const failed = failures.get(who) ?? (failures.size >= MAX_ADDRESSES ? MAX_FAILURES : 0);
    if (failed >= MAX_FAILURES) return 'too-often';
    if (timingSafeEqual(digest(given), wanted)) return 'welcome';
    failures.set(who, failed + 1);
    return 'wrong';
  };
}

/** Digests have one length, as a comparison in constant time asks for. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function basicPassword(authorization: string | undefined): string | undefined {
  const match = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '');
  if (match?.[1] === undefined) return undefined;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(match[1], 'base64').toString()) ?? [];
  return password;
}

/** One household has 2^64 addresses of IPv6, most of which are written short: `::` stands for all the zeros that are missing. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [before = [], after = []] = address.split('::', 2).map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
