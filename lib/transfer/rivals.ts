/** Chunks that are asked for before they are moved, after one of them was found there by surprise. */
const ASK_AFTER_SURPRISE = 16;

/**
 * Whether another process is moving the same content, as workers of two Lambda calls do whose groups are clones. A HEAD costs less
 * than a GET and a PUT, so who is surprised once asks first for a while.
 */
export interface Rivals {
  /** Something that was missing is there by now, and was not put there by us. */
  met(): void;
  /** Whether to ask for the next object before it is moved. */
  asksFirst(): boolean;
}

export function watchRivals(): Rivals {
  let asks = 0;
  return {
    met: () => void (asks = ASK_AFTER_SURPRISE),
    asksFirst: () => {
      if (asks === 0) return false;
      asks -= 1;
      return true;
    },
  };
}
