import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LeaseRequest, LeaseStore, Span } from '../../lib/limits/lease-store.ts';

/** A store to put through the suite; `open` gives one more on the same leases, for another process. */
export interface OpenedLeaseStore {
  open(): LeaseStore;
  close(): Promise<void>;
}

const request = (now: number, members: Partial<LeaseRequest> = {}): LeaseRequest => ({
  ...{ now, from: now, to: now + 1000, most: 100 },
  ...members,
});

/** Proves the guarantees that lib/limits/lease-store.ts writes down. */
export function describeLeaseStore(name: string, make: () => Promise<OpenedLeaseStore>): void {
  describe(name, () => {
    let opened: OpenedLeaseStore;
    let limits = 0;
    beforeAll(async () => {
      opened = await make();
    });
    afterAll(() => opened.close());
    const newLimit = (): string => `rate#${String(limits++)}`;

    it('knows no time of a limit that nobody has used, and that of the last lease', async () => {
      const [limit, store] = [newLimit(), opened.open()];
      expect(await store.readClock(limit)).toBeUndefined();
      await store.lease(limit, request(5));
      expect(await store.readClock(limit)).toBe(5);
    });

    it('leases as much as is wanted, one after the other, and tells what the one before knew', async () => {
      const [limit, store, other] = [newLimit(), opened.open(), opened.open()];
      expect(await store.lease(limit, request(0))).toEqual({ span: { from: 0, to: 100 }, credit: 0, clock: 0 });
      expect(await other.lease(limit, request(7))).toEqual({ span: { from: 100, to: 200 }, credit: 0, clock: 0 });
      expect(await store.lease(limit, request(9))).toEqual({ span: { from: 200, to: 300 }, credit: 0, clock: 7 });
    });

    it('leases nothing beyond the end that is asked for, and then says how late it is', async () => {
      const [limit, store, other] = [newLimit(), opened.open(), opened.open()];
      expect(await store.lease(limit, request(0, { most: 5000 }))).toMatchObject({ span: { from: 0, to: 1000 } });
      expect(await other.lease(limit, request(0))).toEqual({ span: undefined, credit: 0, clock: 0 });
      expect(await other.lease(limit, request(30))).toMatchObject({ span: { from: 1000, to: 1030 } });
      expect(await store.lease(limit, request(10))).toEqual({ span: undefined, credit: 0, clock: 30 });
    });

    it('gives what has passed unused to whoever comes first, as far back as it may be used', async () => {
      const [limit, store] = [newLimit(), opened.open()];
      await store.lease(limit, request(0));
      expect(await store.lease(limit, request(500, { from: 300 }))).toMatchObject({ span: { from: 300, to: 600 } });
      expect(await store.lease(limit, request(700, { from: 0 }))).toMatchObject({ span: { from: 600, to: 800 } });
    });

    it('leases again what was leased last and is given back', async () => {
      const [limit, store, other] = [newLimit(), opened.open(), opened.open()];
      await store.lease(limit, request(0, { most: 900 }));
      await store.giveBack(limit, { from: 200, to: 900 }, 150);
      expect(await store.readClock(limit)).toBe(150);
      expect(await other.lease(limit, request(160))).toMatchObject({ span: { from: 200, to: 300 }, credit: 0 });
    });

    it('lets the next one have what is given back after others have leased, once', async () => {
      const [limit, store, other] = [newLimit(), opened.open(), opened.open()];
      await store.lease(limit, request(0));
      await other.lease(limit, request(0));
      await store.giveBack(limit, { from: 40, to: 100 }, 50);
      expect(await other.lease(limit, request(60))).toMatchObject({ span: { from: 200, to: 300 }, credit: 60 });
      expect(await store.lease(limit, request(60))).toMatchObject({ span: { from: 300, to: 400 }, credit: 0 });
    });

    it('leases no moment twice to processes that ask at once', async () => {
      const limit = newLimit();
      const stores = Array.from({ length: 6 }, () => opened.open());
      const spans: Span[] = [];
      for (let now = 0; now < 1000; now += 100) {
        const asked = stores.map((store, n) => store.lease(limit, request(now + n, { most: n % 2 === 0 ? 70 : 5000 })));
        for (const { span } of await Promise.all(asked)) if (span !== undefined) spans.push(span);
      }
      spans.sort((a, b) => a.from - b.from);
      for (const [n, span] of spans.entries()) expect(span.from).toBeGreaterThanOrEqual(spans[n - 1]?.to ?? 0);
      expect(spans.length).toBeGreaterThan(10);
      expect(spans.at(-1)?.to).toBeGreaterThan(1890);
    });
  });
}
