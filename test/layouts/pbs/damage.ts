import { expect } from 'vitest';
import { FlotillaError } from '../../../lib/errors.ts';

interface Damage {
  readonly what: string;
  readonly bytes: Buffer;
}

/** Every proper prefix of a file. */
function* truncations(bytes: Buffer): Generator<Damage> {
  for (let length = 0; length < bytes.length; length++) yield { what: `cut to ${length}`, bytes: bytes.subarray(0, length) };
}

/** The file with each of its bits flipped, one at a time; the same memory each time. */
function* bitFlips(bytes: Buffer): Generator<Damage> {
  const damaged = Buffer.from(bytes);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const [at, mask] = [bit >> 3, 1 << (bit & 7)];
    damaged[at]! ^= mask;
    yield { what: `bit ${bit & 7} of byte ${at} flipped`, bytes: damaged };
    damaged[at]! ^= mask;
  }
}

function* damages(bytes: Buffer): Generator<Damage> {
  yield* truncations(bytes);
  yield* bitFlips(bytes);
}

/** Reads each damaged file: it must read as the whole one does, or be refused with an error that names it. Returns the codes seen. */
export function expectSameOrRefused(file: Buffer, title: string, read: (bytes: Buffer) => unknown): Set<string> {
  const whole = show(read(file));
  const codes = new Set<string>();
  const faults: string[] = [];
  for (const { what, bytes } of damages(file)) {
    const outcome = attempt(() => show(read(bytes)));
    if (outcome instanceof FlotillaError && outcome.message.startsWith(`${title}: `)) codes.add(outcome.code);
    else if (outcome !== whole) faults.push(`${what}: ${String(outcome)}`);
  }
  expect(faults).toEqual([]);
  return codes;
}

function show(value: unknown): string {
  return value === undefined ? 'accepted' : JSON.stringify(value);
}

function attempt(read: () => string): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}
