/** Content that is on its way to the target now, so that all who need it move it once. */
export interface Moving {
  has(digest: Buffer): boolean;
  /**
   * Moves the content, or waits for those who are at it already: false when they have moved it. Their failure is theirs alone: who
   * waited moves it then, and fails with what it is to them. Who does not trust them waits, and moves it in any case.
   */
  once(digest: Buffer, move: () => Promise<void>, trusts: boolean): Promise<boolean>;
}

export function openMoving(): Moving {
  const under = new Map<string, Promise<boolean>>();
  return {
    has: (digest) => under.has(keyOf(digest)),
    once: async (digest, move, trusts) => {
      const key = keyOf(digest);
      for (let other = under.get(key); other !== undefined; other = under.get(key)) if ((await other) && trusts) return false;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      under.set(key, promise);
      let isThere = false;
      try {
        await move();
        isThere = true;
      } finally {
        under.delete(key);
        resolve(isThere);
      }
      return true;
    },
  };
}

/** Half as long as hexadecimal. */
function keyOf(digest: Buffer): string {
  return digest.toString('latin1');
}
