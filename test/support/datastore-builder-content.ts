import type { Random } from './random.ts';

const PAGE_BYTES = 4096;
const FILLER = Buffer.from('the quick brown fox jumps over the lazy dog; ');
/** Enough for two chunks of any size to differ. */
const MIN_RANDOM_BYTES = 16;

/** Makes the content of chunks, always in the same memory: a content is good until the next one is made. */
export interface ContentMaker {
  /** `compressible` is the part of each page, 0 to 1, that is text and compresses to almost nothing. */
  make(size: number, compressible: number, random: Random): Buffer;
}

export function contentMaker(): ContentMaker {
  let memory = Buffer.alloc(0);
  let made = -1;
  return {
    make(size, compressible, random) {
      if (memory.length < size || made !== compressible) {
        memory = Buffer.alloc(Math.max(Math.ceil(size / PAGE_BYTES) * PAGE_BYTES, memory.length), FILLER);
        made = compressible;
      }
      const content = memory.subarray(0, size);
      fillPages(memory, size, compressible, random);
      return content;
    },
  };
}

function fillPages(memory: Buffer, size: number, compressible: number, random: Random): void {
  const randomBytes = Math.max(MIN_RANDOM_BYTES, Math.floor((PAGE_BYTES * (1 - compressible)) / 4) * 4);
  for (let page = 0; page < size; page += PAGE_BYTES) {
    random.fill(new Uint32Array(memory.buffer, memory.byteOffset + page, randomBytes / 4));
  }
}
