const CRC32C_POLYNOMIAL = 0x82f63b78;
/** CRC-64/NVME, reflected: 0x9a6c9329ac4bc9b5. */
const CRC64NVME_HIGH = 0x9a6c9329;
const CRC64NVME_LOW = 0xac4bc9b5;

const crc32cTable = makeCrc32cTable();
const crc64nvmeTable = makeCrc64Table();

function makeCrc32cTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ CRC32C_POLYNOMIAL : value >>> 1;
    return value;
  });
}

/** Pairs of (high, low) halves: JavaScript's integers have 32 bits. */
function makeCrc64Table(): Uint32Array {
  const table = new Uint32Array(512);
  for (let index = 0; index < 256; index += 1) {
    let high = 0;
    let low = index;
    for (let bit = 0; bit < 8; bit += 1) {
      const odd = low & 1;
      low = (low >>> 1) | ((high & 1) << 31);
      high >>>= 1;
      if (odd === 0) continue;
      low ^= CRC64NVME_LOW;
      high ^= CRC64NVME_HIGH;
    }
    table[2 * index] = high;
    table[2 * index + 1] = low;
  }
  return table;
}

/** CRC-32C (Castagnoli) of the bytes so far, of which `before` is the value; 0 to begin with. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let value = ~before >>> 0;
  for (const byte of bytes) value = (value >>> 8) ^ (crc32cTable[(value ^ byte) & 0xff] ?? 0);
  return ~value >>> 0;
}

export interface Crc64 {
  readonly high: number;
  readonly low: number;
}

/** CRC-64/NVME of the bytes so far, of which `before` is the value. */
export function crc64nvme(bytes: Uint8Array, before: Crc64 = { high: 0, low: 0 }): Crc64 {
  let high = ~before.high;
  let low = ~before.low;
  for (const byte of bytes) {
    const index = ((low ^ byte) & 0xff) << 1;
    low = ((low >>> 8) | (high << 24)) ^ (crc64nvmeTable[index + 1] ?? 0);
    high = (high >>> 8) ^ (crc64nvmeTable[index] ?? 0);
  }
  return { high: ~high >>> 0, low: ~low >>> 0 };
}
