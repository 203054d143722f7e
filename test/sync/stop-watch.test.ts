import { expect, it } from 'vitest';
import { TransientError } from '../../lib/errors.ts';
import { watchStop } from '../../lib/sync/stop-watch.ts';
import { faulty, recorder } from '../support/faulty.ts';
import { fixedClock } from '../support/fixed-clock.ts';
import { memoryRunStore } from '../support/memory-run-store.ts';

const RUN = { job: 'daily', id: 'a', startedAt: '2025-11-02T00:00:00.000Z' };
const ASK = { at: RUN.startedAt };

function open(fault: () => void = () => undefined) {
  const [store, clock, seen] = [memoryRunStore(), fixedClock(), recorder()];
  const before = (call: { method: string; args: readonly unknown[] }): void => {
    void seen.before?.(call);
    fault();
  };
  return { store, clock, calls: seen.calls, watch: watchStop(RUN, { store: faulty(store, { before }), now: () => clock.now() }) };
}

it('asks the table once in ten seconds, however many workers heed it, and no more once it knows', async () => {
  const { store, clock, calls, watch } = open();
  const looks = () => Promise.all(Array.from({ length: 100 }, () => watch.look()));
  await looks();
  await store.askStop(RUN, ASK);
  clock.advance(9_999);
  await looks();
  expect([watch.asked(), calls.length]).toEqual([false, 1]);
  clock.advance(1);
  await looks();
  clock.advance(60_000);
  await looks();
  expect([watch.asked(), calls.length]).toEqual([true, 2]);
});

it('looks at once when the clock was put back', async () => {
  const { store, clock, watch } = open();
  await watch.look();
  await store.askStop(RUN, ASK);
  clock.advance(-3_600_000);
  await watch.look();
  expect(watch.asked()).toBe(true);
});

it('throws when the table cannot be asked, and asks again then', async () => {
  let failures = 1;
  const { store, watch } = open(() => {
    if (failures-- > 0) throw new TransientError('TABLE_UNREACHABLE', 'out of reach');
  });
  await store.askStop(RUN, ASK);
  await expect(watch.look()).rejects.toMatchObject({ code: 'TABLE_UNREACHABLE' });
  await watch.look();
  expect(watch.asked()).toBe(true);
});
