/** A number of bytes that was read, or what is wrong with it in words that follow it. */
export type HumanByte = { readonly bytes: number } | { readonly problem: string };

/** PBS: HumanByte, a number with k, m, g, t or p, `i` for base 2, and B or b, in any case (facts/pbs.md 3). */
const HUMAN_BYTE = /^(\d+\.?\d*|\.\d+)(?:e([+-]?\d{1,3}))? ?(?:([kmgtp])(i?))?b?$/i;
/** Speeds as networks tell them. */
const SPEED = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(i?)(bits?|b?)(\/s(?:ec)?|ps)?$/i;
const UNITS = ['', 'k', 'm', 'g', 't', 'p'];
const LARGEST = ['PiB', 1024 ** 5] as const;
const PRINTED = [['B', 1], ['KiB', 1024], ['MiB', 1024 ** 2], ['GiB', 1024 ** 3], ['TiB', 1024 ** 4], LARGEST] as const;
const SAID = 'write it as 20 MiB, 1.5 GB or a number of bytes';

/** Reads a number of bytes in PBS's spelling, `1.5 KiB`, to whole bytes, a fraction of the last one cut off. Zero is refused. */
export function parseHumanByte(text: string | number): HumanByte {
  if (typeof text === 'number') return whole(text);
  const speed = speedProblem(text);
  if (speed !== undefined) return { problem: speed };
  const [, digits, exponent = '0', unit = '', binary] = HUMAN_BYTE.exec(text) ?? [];
  if (digits === undefined || text.length > 64) return { problem: `is no number of bytes; ${SAID}` };
  const factor = (binary === 'i' || binary === 'I' ? 1024 : 1000) ** UNITS.indexOf(unit.toLowerCase());
  // A number such as 1.1e3 is read at once: 1.1 times 10 ** 3 is another.
  return whole(Number(`${digits}e${exponent}`) * factor);
}

/** Bytes as PBS prints them, in base 2 with up to 3 decimals: `1.5 KiB`. */
export function formatHumanByte(bytes: number): string {
  // What three decimals would round up to 1024 is one of the next unit.
  const [unit, size] = PRINTED.find(([, bound]) => bytes / bound < 1023.9995) ?? LARGEST;
  return `${Number((bytes / size).toFixed(3))} ${unit}`;
}

function whole(value: number): HumanByte {
  if (value < 0) return { problem: 'is negative; leave the key out for no limit' };
  // 1.001 kB is 1001 bytes, though 1.001 times 1000 is a little less.
  const bytes = Number.isInteger(value) ? value : Math.floor(Number(value.toPrecision(15)));
  if (bytes === 0) return { problem: 'is less than a byte; leave the key out for no limit' };
  return Number.isSafeInteger(bytes)
    ? { bytes }
    : { problem: 'is no number of bytes that can be counted; leave the key out for no limit' };
}

/** Speeds are told in bits, eight times what would be meant here; `B`, unlike `b`, is bytes to everyone. */
function speedProblem(text: string): string | undefined {
  const [, number, unit = '', binary = '', letter = '', time] = SPEED.exec(text) ?? [];
  if (number === undefined) return undefined;
  const bits = /bit/i.test(letter) || (letter === 'b' && time !== undefined);
  if (bits)
    return `means bits; write bytes, an eighth of it: ${Number(number) / 8} ${unit.toUpperCase()}${binary.toLowerCase()}B`;
  return time === undefined ? undefined : `is per second already; write it without ${time}`;
}
