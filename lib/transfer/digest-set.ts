const DIGEST_BYTES = 32;
const FIRST_SLOTS = 1024;

/**
 * A set of 32-byte digests in one flat buffer: open addressing on the digest's own bits, which are uniform. It holds at most
 * `capacity` digests (44 bytes of memory each at most twice over while it grows); past that `add` says no and forgets nothing.
 */
export class DigestSet {
  readonly capacity: number;
  #size = 0;
  #slots: number = FIRST_SLOTS;
  #digests: Buffer = Buffer.alloc(FIRST_SLOTS * DIGEST_BYTES);
  #used: Uint8Array = new Uint8Array(FIRST_SLOTS);

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  has(digest: Buffer): boolean {
    return this.#used[this.#slotOf(digest)] === 1;
  }

  /** Whether the set holds the digest now: false only when it is full. */
  add(digest: Buffer): boolean {
    const slot = this.#slotOf(digest);
    if (this.#used[slot] === 1) return true;
    if (this.#size >= this.capacity) return false;
    digest.copy(this.#digests, slot * DIGEST_BYTES);
    this.#used[slot] = 1;
    this.#size += 1;
    if (this.#size * 4 > this.#slots * 3) this.#grow();
    return true;
  }

  /** Each digest once, as a view that holds until the next `add`. */
  *digests(): Generator<Buffer> {
    for (let slot = 0; slot < this.#slots; slot += 1) {
      if (this.#used[slot] === 1) yield this.#digests.subarray(slot * DIGEST_BYTES, (slot + 1) * DIGEST_BYTES);
    }
  }

  /** The slot that holds the digest, or the free one where it belongs. */
  #slotOf(digest: Buffer): number {
    const mask = this.#slots - 1;
    let slot = digest.readUInt32LE(0) & mask;
    while (this.#used[slot] === 1 && digest.compare(this.#digests, slot * DIGEST_BYTES, (slot + 1) * DIGEST_BYTES) !== 0) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const digests = this.#digests;
    const used = this.#used;
    this.#slots *= 2;
    this.#digests = Buffer.alloc(this.#slots * DIGEST_BYTES);
    this.#used = new Uint8Array(this.#slots);
    for (let from = 0; from < used.length; from += 1) {
      if (used[from] === 0) continue;
      const digest = digests.subarray(from * DIGEST_BYTES, (from + 1) * DIGEST_BYTES);
      const slot = this.#slotOf(digest);
      digest.copy(this.#digests, slot * DIGEST_BYTES);
      this.#used[slot] = 1;
    }
  }
}
