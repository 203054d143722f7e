import { isWithin, localTime, type TimeFrame } from '../calendar/time-frame.ts';
import type { Rate } from './rate.ts';

/** One limit over all who share it: plain data. */
export interface Limit {
  /** The same for all who share it, wherever they run. */
  readonly id: string;
  /** The option that sets it, for people: `rate-in of job nightly`. */
  readonly name: string;
  readonly unit: 'bytes' | 'requests';
  /** What holds outside of `frames`; undefined is no limit. */
  readonly rate: Rate | undefined;
  /** The first frame that it is time for holds instead. */
  readonly frames: readonly { readonly frame: TimeFrame; readonly rate: Rate | undefined }[];
  /** IANA name. */
  readonly timezone: string;
}

/** What holds at this epoch ms; undefined is no limit. */
export function rateAt({ rate, frames, timezone }: Limit, date: number): Rate | undefined {
  if (frames.length === 0) return rate;
  const local = localTime(date, timezone);
  const now = frames.find(({ frame }) => isWithin(frame, local));
  return now === undefined ? rate : now.rate;
}

/** Whether it ever limits anything. */
export function everHolds({ rate, frames }: Limit): boolean {
  return rate !== undefined || frames.some((frame) => frame.rate !== undefined);
}
