/** One direction of a network link that all connections share. */
export interface Link {
  /** Hands `piece` to `deliver` when it would have arrived; `sent` is called when the next piece of the same flow may be given. */
  carry(piece: Buffer, deliver: (piece: Buffer) => void, sent: () => void): void;
}

export interface LinkShape {
  /** One way. */
  readonly delayMs: number;
  /** Infinity: unlimited. */
  readonly bytesPerSecond: number;
}

interface Waiting {
  readonly piece: Buffer;
  readonly deliver: (piece: Buffer) => void;
  readonly sent: () => void;
}

interface Arriving {
  readonly at: number;
  readonly piece: Buffer;
  readonly deliver: (piece: Buffer) => void;
}

/** Timers are late by up to this on two busy cores; what is lost by it is made up: with 4 ms the link was a tenth slower than it said. */
const SLACK_MS = 25;

/** First come, first served: since a flow gives one piece at a time, flows take turns. Nothing is lost, no window grows: no TCP is simulated. */
export function createLink({ delayMs, bytesPerSecond }: LinkShape): Link {
  const waiting: Waiting[] = [];
  const arriving: Arriving[] = [];
  let freeAt = 0;
  let isPumping = false;

  const arrive = (): void => {
    const now = performance.now();
    while (arriving[0] !== undefined && arriving[0].at <= now) {
      const { deliver, piece } = arriving.shift() as Arriving;
      deliver(piece);
    }
    if (arriving[0] !== undefined) setTimeout(arrive, Math.max(1, arriving[0].at - performance.now()));
  };
  const depart = ({ piece, deliver }: Waiting, at: number): void => {
    if (delayMs === 0) return deliver(piece);
    arriving.push({ at: at + delayMs, piece, deliver });
    if (arriving.length === 1) setTimeout(arrive, delayMs);
  };
  const pump = (): void => {
    isPumping = false;
    for (;;) {
      const next = waiting[0];
      if (next === undefined) return;
      const now = performance.now();
      if (freeAt > now) {
        isPumping = true;
        setTimeout(pump, Math.max(1, freeAt - now));
        return;
      }
      waiting.shift();
      freeAt = Math.max(freeAt, now - SLACK_MS) + (next.piece.length * 1000) / bytesPerSecond;
      depart(next, now);
      next.sent();
    }
  };
  return {
    carry(piece, deliver, sent) {
      waiting.push({ piece, deliver, sent });
      if (!isPumping) pump();
    },
  };
}
