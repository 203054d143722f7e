import { createSpeedLog, type SpeedLog } from './speed.ts';
import type { TransferSample } from './controller.ts';

/** What was seen under one limit, once the transfers begun under the one before were over. */
export interface Round {
  readonly limit: number;
  readonly openedAt: number;
  readonly speeds: SpeedLog;
  /** Transfers on average at once, and the share of them that were throttled. */
  readonly inFlight: number;
  readonly throttled: number;
  readonly seen: number;
}

export interface OpenRound extends Round {
  begun(now: number): void;
  ended(sample: TransferSample): void;
}

/**
 * Opens a round at `now` with `active` transfers in flight. It counts what begins after `newcomers` transfers that began in it
 * have ended: the first ones on new connections are slow, and those from before say nothing about this limit.
 */
export function openRound(
  limit: number,
  at: { readonly now: number; readonly active: number; readonly newcomers: number },
): OpenRound {
  const speeds = createSpeedLog();
  let { active, newcomers } = at;
  let countsFrom = newcomers === 0 ? at.now : Infinity;
  let last = at.now;
  let [area, elapsed, seen, throttled] = [0, 0, 0, 0];
  const pass = (now: number): void => {
    // A clock that was set back tells nothing.
    if (countsFrom <= last && now > last) {
      area += active * (now - last);
      elapsed += now - last;
    }
    last = Math.max(last, now);
  };
  return {
    limit,
    openedAt: at.now,
    speeds,
    get inFlight() {
      return elapsed === 0 ? active : area / elapsed;
    },
    get throttled() {
      return seen === 0 ? 0 : throttled / seen;
    },
    get seen() {
      return seen;
    },
    begun(now) {
      pass(now);
      active += 1;
    },
    ended({ now, startedAt, bytes, outcome }) {
      pass(now);
      active -= 1;
      if (startedAt < at.now) return;
      if (startedAt >= countsFrom) {
        seen += 1;
        if (outcome === 'throttled') throttled += 1;
        if (outcome !== 'failed') speeds.add(bytes, now - startedAt);
      }
      newcomers -= 1;
      if (newcomers <= 0 && countsFrom === Infinity) countsFrom = now;
    },
  };
}
