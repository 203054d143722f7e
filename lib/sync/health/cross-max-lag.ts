import { lagCrossed, type LagSeen } from '../event/lag-crossed.ts';
import { isOverLag } from '../report/lag.ts';
import type { Standing } from './health.ts';
import { changed } from './standing-after.ts';
import { withUntold } from './untold.ts';

/** The standing once lag has gone over max-lag, or is no more, with the event that says so; the standing that it was, where neither is news. */
export function crossMaxLag(before: Standing | undefined, seen: LagSeen): Standing | undefined {
  const { lag, at } = seen;
  const { maxLagSeconds } = seen.job;
  const { lagRaised: raisedAt, lagRaises = 0 }: Partial<Standing> = before ?? {};
  const isOver = maxLagSeconds !== undefined && isOverLag(lag, maxLagSeconds);
  if ((raisedAt !== undefined) === isOver) return before;
  // An option that is gone from the configuration is nobody's news.
  if (maxLagSeconds === undefined) return changed(before, { lagRaised: undefined }, at);
  const raises = isOver ? lagRaises + 1 : lagRaises;
  const event = lagCrossed(seen, { kind: isOver ? 'raised' : 'cleared', raises, maxLagSeconds });
  return changed(before, { lagRaised: isOver ? at : undefined, lagRaises: raises, ...withUntold(before, [event]) }, at);
}
