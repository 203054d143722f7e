/** The polynomial of CRC-32 (ISO 3309) with its bits reversed, as zlib has it. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;

/** x to the power of 2^k, for k of 0 to 31. */
const POWERS = makePowers();

/** The CRC-32 of two pieces one after the other, from theirs and the length of the second in bytes: no byte is read again. */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  return (multiply(shiftBy(secondBytes), first) ^ second) >>> 0;
}

/** x to the power of 8 times `bytes`. */
function shiftBy(bytes: number): number {
  let power = ONE;
  for (let left = bytes, k = 3; left > 0; left = Math.floor(left / 2), k += 1) {
    if (left % 2 === 1) power = multiply(POWERS[k & 31] ?? ONE, power);
  }
  return power;
}

/** The product of two polynomials over GF(2), modulo the CRC's (zlib's multmodp). */
function multiply(a: number, b: number): number {
  let [product, term] = [0, b];
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= term;
    term = (term & 1) === 1 ? (term >>> 1) ^ POLYNOMIAL : term >>> 1;
  }
  return product >>> 0;
}

function makePowers(): number[] {
  const powers = [0x40000000];
  for (let k = 1; k < 32; k += 1) powers.push(multiply(powers[k - 1] ?? ONE, powers[k - 1] ?? ONE));
  return powers;
}
