/** A span of a limit's time in ms, `to` not included. */
export interface HeldSpan {
  readonly from: number;
  readonly to: number;
}

/** The leased time that one worker holds, in ms. It can be used from when it is there until `lateMs` after it has passed. */
export interface HeldTime {
  add(span: HeldSpan): void;
  /** Uses up to `ms` of what can be used now, the oldest first; how much that was. */
  spend(now: number, ms: number): number;
  /** What can be used now. */
  usable(now: number): number;
  /** What can be used at `then` or later, if none of it is used before. */
  total(then: number): number;
  /** When `ms` of it can be used, or all that can be used in one piece; Infinity when nothing more will be there. */
  when(now: number, ms: number): number;
  /** What is still to come, as one span at the end of all of it; then nothing is held. */
  takeRest(now: number): HeldSpan | undefined;
}

export function createHeldTime(lateMs: () => number): HeldTime {
  let spans: { from: number; readonly to: number }[] = [];

  const expire = (now: number): void => {
    const oldest = now - lateMs();
    if (spans.some(({ from }) => from < oldest)) {
      spans = spans.filter(({ to }) => to > oldest).map(({ from, to }) => ({ from: Math.max(from, oldest), to }));
    }
  };
  const usable = (now: number): number => spans.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, now) - from), 0);

  return {
    add: (span) => void (spans = [...spans, { ...span }].sort((a, b) => a.from - b.from)),
    spend(now, ms) {
      expire(now);
      let left = ms;
      for (const span of spans) {
        const used = Math.min(left, Math.max(0, Math.min(span.to, now) - span.from));
        span.from += used;
        left -= used;
      }
      if (spans.some(({ from, to }) => from >= to)) spans = spans.filter(({ from, to }) => from < to);
      return ms - left;
    },
    usable(now) {
      expire(now);
      return usable(now);
    },
    total(then) {
      const oldest = then - lateMs();
      return spans.reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, oldest)), 0);
    },
    when(now, ms) {
      expire(now);
      const left = ms - usable(now);
      const next = spans.find(({ to }) => to > now);
      if (left <= 0) return now;
      // What a span leaves over would be too old when the next one begins.
      return next === undefined ? Infinity : Math.min(next.to, Math.max(next.from, now) + left);
    },
    takeRest(now) {
      const last = spans.at(-1)?.to ?? 0;
      const ms = spans.reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, now)), 0);
      spans = [];
      return ms > 0 ? { from: last - ms, to: last } : undefined;
    },
  };
}
