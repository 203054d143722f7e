import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fold } from '../../lib/notify/fold.ts';
import { composeMessage } from '../../lib/notify/message.ts';
import type { Claim, Delivery, Notice, NoticeStore } from '../../lib/notify/notice-store.ts';
import { NOTHING_TOLD } from '../../lib/notify/told.ts';
import { failure, runEnd } from '../support/events.ts';

const NOW = Date.parse('2026-11-20T22:41:00Z');

let count = 0;

/** Another one each time. */
function makeNotice(): Notice {
  count += 1;
  const event = runEnd({ run: `run ${String(count)} #%`, state: 'failed', failure: failure('DataError', 'BAD') });
  const deliveries: Delivery[] = [
    { target: 'ops', tries: 0, dueAt: NOW, state: 'pending' },
    { target: 'mail', tries: 2, dueAt: NOW + 5, state: 'pending', reason: 'HTTP 500' },
  ];
  return { id: event.id, event, message: composeMessage(event, { link: 'https://x/' }), deliveries, since: NOW };
}

function claim(owner: string, now = NOW): Claim {
  return { owner, now, until: now + 1000 };
}

/** Proves the guarantees that lib/notify/notice-store.ts writes down. */
export function describeNoticeStore(name: string, make: () => Promise<{ store: NoticeStore; close(): Promise<void> }>): void {
  describe(name, () => {
    let opened: Awaited<ReturnType<typeof make>>;
    beforeAll(async () => {
      opened = await make();
    });
    afterAll(() => opened.close());
    const store = (): NoticeStore => opened.store;

    it('keeps what was told of a job, and lets one of two writers win', async () => {
      const job = `job-${String((count += 1))}`;
      expect(await store().loadTold(job)).toBeUndefined();
      const first = fold(NOTHING_TOLD, runEnd({ state: 'failed' }), ['ops']);
      expect(await store().saveTold(job, first, NOTHING_TOLD)).toBe(true);
      expect(await store().loadTold(job)).toEqual(first);
      const [mine, theirs] = [fold(first, runEnd({ run: 'b' }), []), fold(first, runEnd({ run: 'c', state: 'errors' }), [])];
      expect(await store().saveTold(job, mine, first)).toBe(true);
      expect(await store().saveTold(job, theirs, first)).toBe(false);
      expect(await store().saveTold(job, mine, first)).toBe(true);
      expect(await store().loadTold(job)).toEqual(mine);
    });

    it('makes a notice once, whoever comes with its event', async () => {
      const notice = makeNotice();
      expect(await store().addNotice(notice, claim('a'))).toBe(true);
      expect(await store().addNotice(notice, claim('b'))).toBe(false);
      expect(await store().addNotice(notice, claim('a'))).toBe(true);
    });

    it('gives a notice to one at a time, as it was made', async () => {
      const notice = makeNotice();
      await store().addNotice(notice, claim('a'));
      expect(await store().claimNotice(notice.id, claim('b', NOW + 999))).toBeUndefined();
      expect(await store().claimNotice(notice.id, claim('b', NOW + 1000))).toEqual(notice);
      expect(await store().claimNotice(notice.id, claim('a', NOW + 1001))).toBeUndefined();
      await store().releaseNotice(notice.id, 'a');
      expect(await store().claimNotice(notice.id, claim('a', NOW + 1001))).toBeUndefined();
      await store().releaseNotice(notice.id, 'b');
      expect(await store().claimNotice(notice.id, claim('a', NOW + 1001))).toEqual(notice);
    });

    it('gives a notice away that a clock has claimed that was ahead by years', async () => {
      const notice = makeNotice();
      await store().addNotice(notice, claim('a', Date.parse('2036-01-01T00:00:00Z')));
      expect(await store().claimNotice(notice.id, claim('b'))).toEqual(notice);
    });

    it('writes deliveries for whom the notice is claimed by, and for nobody else', async () => {
      const notice = makeNotice();
      await store().addNotice(notice, claim('a'));
      const sent: Delivery[] = notice.deliveries.map((delivery) => ({ ...delivery, state: 'sent' }));
      expect(await store().saveDeliveries(notice.id, 'b', sent)).toBe(false);
      expect(await store().saveDeliveries(notice.id, 'a', sent)).toBe(true);
      expect(await store().claimNotice(notice.id, claim('a'))).toEqual({ ...notice, deliveries: sent });
    });

    it('remembers what was finished, and makes it no second time', async () => {
      const notice = makeNotice();
      expect(await store().isFinished(notice.id)).toBe(false);
      await store().addNotice(notice, claim('a'));
      await store().finishNotice(notice.id, NOW);
      expect(await store().isFinished(notice.id)).toBe(true);
      expect(await store().addNotice(notice, claim('b'))).toBe(false);
      expect(await store().claimNotice(notice.id, claim('b', NOW + 5000))).toBeUndefined();
    });

    it('drops a notice for its owner alone, as if it had never been there', async () => {
      const notice = makeNotice();
      await store().addNotice(notice, claim('a'));
      await store().dropNotice(notice.id, 'b');
      expect(await store().addNotice(notice, claim('b'))).toBe(false);
      await store().dropNotice(notice.id, 'a');
      expect(await store().isFinished(notice.id)).toBe(false);
      expect(await store().addNotice(notice, claim('b'))).toBe(true);
    });

    it('lists what is on its way', async () => {
      const [pending, done] = [makeNotice(), makeNotice()];
      await store().addNotice(pending, claim('a'));
      await store().addNotice(done, claim('a'));
      await store().finishNotice(done.id, NOW);
      const ids: string[] = [];
      for await (const id of store().listNotices()) ids.push(id);
      expect(ids).toContain(pending.id);
      expect(ids).not.toContain(done.id);
    });
  });
}
