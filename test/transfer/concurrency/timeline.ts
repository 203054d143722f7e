/** Simulated time in ms: what is due next is done next, and time is whatever it was due at. */
export interface Timeline {
  readonly now: number;
  at(time: number, task: () => void): void;
  runUntil(time: number): void;
}

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly task: () => void;
}

export function createTimeline(): Timeline {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  const isBefore = (a: Entry, b: Entry): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

  const push = (entry: Entry): void => {
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(entry, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = entry;
  };
  const pop = (): Entry => {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  };

  return {
    get now() {
      return now;
    },
    at: (time, task) => push({ time: Math.max(time, now), order: order++, task }),
    runUntil(time) {
      while (heap.length > 0 && heap[0]!.time <= time) {
        const entry = pop();
        now = entry.time;
        entry.task();
      }
      now = time;
    },
  };
}
