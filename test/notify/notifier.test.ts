import { describe, expect, it } from 'vitest';
import { notifier, type NotifierWorld } from '../../lib/notify/notifier.ts';
import type { NoticeStore } from '../../lib/notify/notice-store.ts';
import type { Sent } from '../../lib/notify/send.ts';
import type { Matcher, Notify, Target } from '../../lib/notify/target.ts';
import type { FlotillaEvent } from '../../lib/sync/event/event.ts';
import { failure, lagEvent, runEnd } from '../support/events.ts';
import { memoryNoticeStore } from '../support/memory-notice-store.ts';

const START = Date.parse('2026-11-20T22:41:00Z');
const MINUTE = 60_000;

function target(id: string): Target {
  return { id, type: 'sns', topic: 'arn', disable: false };
}

function matcher(rules: Partial<Matcher>): Matcher {
  return { id: 'm', timezone: 'UTC', mode: 'all', invertMatch: false, target: ['ops'], disable: false, ...rules };
}

const accept = (target: string): Sent => (target === '' ? { ok: false, reason: 'no name' } : { ok: true });

/** A notifier at a time that stands still but for `at`, whose targets answer as `answer` says. */
function makeWorld(notify: Partial<Notify> = {}, store: NoticeStore = memoryNoticeStore()) {
  const state = { now: START, answer: accept, owner: 0 };
  const sent: string[] = [];
  const log: string[] = [];
  const world: NotifierWorld = {
    notify: () => ({ targets: [target('ops')], matchers: [], modes: {}, ...notify }),
    store,
    send: async ({ id }, { message }) => {
      const answer = state.answer(id);
      if (answer.ok) sent.push(`${id}: ${message.title}`);
      return answer;
    },
    now: () => state.now,
    uniqueId: () => String((state.owner += 1)),
    log: { warn: (line) => log.push(`warn ${line}`), error: (line) => log.push(`error ${line}`) },
  };
  return { world, state, sent, log, ...notifier(world) };
}

const DOWN = { state: 'failed', failure: failure('TransientError', 'SOURCE_UNREACHABLE') } as const;

function night(n: number, end: Parameters<typeof runEnd>[0] = {}): FlotillaEvent {
  return runEnd({ run: `night-${String(n)}`, startedAt: new Date(START + n * 24 * 60 * MINUTE).toISOString(), ...end });
}

const refuse = (): Sent => ({ ok: false, reason: 'HTTP 500' });

describe('the notifier', () => {
  it('tells an outage of three nights with two messages', async () => {
    const { tell, sent } = makeWorld();
    for (const event of [night(0), night(1, DOWN), night(2, DOWN), night(3, DOWN), night(4), night(5)]) await tell(event);
    expect(sent).toEqual([
      'ops: daily-offsite failed: the copy is up to date',
      'ops: daily-offsite is well again after 3 d: the copy is up to date',
    ]);
  });

  it('tells an event that comes again no second time', async () => {
    const { tell, sent, sweep } = makeWorld();
    for (let time = 0; time < 3; time++) await tell(night(1, DOWN));
    await sweep();
    expect(sent).toHaveLength(1);
  });

  it('tells two at once no second time', async () => {
    const { tell, sent } = makeWorld();
    await Promise.all([tell(night(1, DOWN)), tell(night(1, DOWN)), tell(night(1, DOWN))]);
    expect(sent).toHaveLength(1);
  });

  it('lets no two events of a job that come at once hide each other', async () => {
    const { tell, sent } = makeWorld({ modes: { 'daily-offsite': 'always' } });
    const nights = Array.from({ length: 5 }, (_, n) => night(n, n === 2 ? DOWN : {}));
    await Promise.all(nights.map(tell));
    expect(sent).toHaveLength(5);
  });

  it('tries again with growing pauses what could not be sent, and only there', async () => {
    const { tell, sweep, sent, state, log } = makeWorld({ targets: [target('ops'), target('mail')] });
    state.answer = (id) => (id === 'mail' ? refuse() : { ok: true });
    await tell(night(1, DOWN));
    const calls: number[] = [];
    state.answer = () => {
      calls.push((state.now - START) / MINUTE);
      return refuse();
    };
    for (let minute = 0; minute <= 180; minute++) {
      state.now = START + minute * MINUTE;
      await sweep();
    }
    expect(calls).toEqual([1, 3, 7, 15, 31, 63, 123]);
    state.answer = () => ({ ok: true });
    state.now += 60 * MINUTE;
    await sweep();
    await sweep();
    expect(sent).toEqual([
      'ops: daily-offsite failed: the copy is up to date',
      'mail: daily-offsite failed: the copy is up to date',
    ]);
    expect(log[0]).toMatch(/^warn notification daily-offsite\/night-1\/failed to mail could not be sent .* HTTP 500$/);
  });

  it('gives up after a day, and says so', async () => {
    const { tell, sweep, state, log, world } = makeWorld();
    state.answer = refuse;
    await tell(night(1, DOWN));
    for (let hour = 0; hour <= 26; hour++) {
      state.now = START + hour * 60 * MINUTE;
      await sweep();
    }
    expect(log.filter((line) => line.startsWith('error'))).toEqual([expect.stringContaining('is given up after')]);
    expect(await world.store.isFinished('daily-offsite/night-1/failed')).toBe(true);
  });

  it('tells a target that was out of reach for a day of an outage that goes on', async () => {
    const { tell, sweep, state, sent } = makeWorld({ targets: [target('mail'), target('ops')] });
    state.answer = (id) => (id === 'mail' ? refuse() : accept(id));
    await tell(night(1, DOWN));
    for (let hour = 0; hour <= 26; hour++) {
      state.now = START + hour * 60 * MINUTE;
      await sweep();
    }
    state.answer = accept;
    for (const n of [2, 3]) await tell(night(n, DOWN));
    expect(sent.map((line) => line.split(':')[0])).toEqual(['ops', 'mail']);
  });

  it('lets a bug in the way to one target keep no other from hearing, and ends it after a day', async () => {
    const { tell, sweep, state, sent, log } = makeWorld({ targets: [target('bad'), target('ops')] });
    state.answer = (id) => {
      if (id === 'bad') throw new TypeError('a bug');
      return accept(id);
    };
    await tell(night(1, DOWN));
    for (let hour = 0; hour <= 26; hour++) {
      state.now = START + hour * 60 * MINUTE;
      await sweep();
    }
    expect(sent).toEqual(['ops: daily-offsite failed: the copy is up to date']);
    expect(log.at(-1)).toMatch(/^error .* to bad is given up .*: a bug$/);
  });

  it('lets no message that cannot be read hold up the others', async () => {
    const store = memoryNoticeStore();
    const { tell, state } = makeWorld({ modes: { 'daily-offsite': 'always' } }, store);
    state.answer = refuse;
    await tell(night(1));
    await tell(night(2));
    const claimNotice: NoticeStore['claimNotice'] = async (id, claim) => {
      if (id.includes('night-1')) throw new Error('unreadable');
      return store.claimNotice(id, claim);
    };
    const after = makeWorld({}, { ...store, claimNotice });
    after.state.now += 2 * MINUTE;
    await expect(after.sweep()).rejects.toThrow('unreadable');
    expect(after.sent).toHaveLength(1);
  });

  it('waits for as long as a server asks', async () => {
    const { tell, sweep, sent, state } = makeWorld();
    state.answer = () => ({ ok: false, reason: 'HTTP 429', retryAfterMs: 20 * MINUTE });
    await tell(night(1, DOWN));
    state.answer = () => ({ ok: true });
    state.now += 19 * MINUTE;
    await sweep();
    expect(sent).toEqual([]);
    state.now += MINUTE;
    await sweep();
    expect(sent).toHaveLength(1);
  });

  it('asks a server again within an hour, whatever it asks for, and gives up after a day', async () => {
    const { tell, sweep, state, log } = makeWorld();
    const calls: number[] = [];
    state.answer = () => {
      calls.push((state.now - START) / MINUTE);
      return { ok: false, reason: 'HTTP 503', retryAfterMs: 48 * 60 * MINUTE };
    };
    await tell(night(1, DOWN));
    for (let hour = 1; hour <= 26; hour++) {
      state.now = START + hour * 60 * MINUTE;
      await sweep();
    }
    expect(calls).toHaveLength(25);
    expect(log.at(-1)).toMatch(/^error .* is given up/);
  });

  it('sends what a clock that was ten years ahead put off, and gives it up in the end', async () => {
    const { tell, sweep, state, log, sent } = makeWorld({ modes: { 'daily-offsite': 'always' } });
    state.answer = refuse;
    state.now = Date.parse('2036-01-01T00:00:00Z');
    await tell(night(1, DOWN));
    await tell(night(2));
    state.now = START;
    state.answer = accept;
    await sweep();
    expect(sent).toHaveLength(2);
    state.answer = refuse;
    state.now = Date.parse('2036-01-01T00:00:00Z');
    await tell(night(3));
    for (let hour = 0; hour <= 50; hour++) {
      state.now = START + hour * 60 * MINUTE;
      await sweep();
    }
    expect(log.at(-1)).toMatch(/^error .* is given up/);
  });

  it('drops what was meant for a target that is no longer there', async () => {
    const store = memoryNoticeStore();
    const before = makeWorld({}, store);
    before.state.answer = refuse;
    await before.tell(night(1, DOWN));
    const after = makeWorld({ targets: [target('other')] }, store);
    after.state.now += 60 * MINUTE;
    await after.sweep();
    expect(after.sent).toEqual([]);
    expect(await store.isFinished('daily-offsite/night-1/failed')).toBe(true);
  });

  it('says the lag once: with the end of the run, to whom it was told, and by itself to others', async () => {
    const matchers = [matcher({ matchSeverity: ['error'] }), matcher({ matchState: ['lag-raised'], target: ['ops', 'boss'] })];
    const { tell, sent } = makeWorld({ targets: [target('ops'), target('boss')], matchers });
    await tell(night(1, DOWN));
    await tell(lagEvent('raised', 'night-1'));
    expect(sent.map((line) => line.split(':')[0])).toEqual(['ops', 'boss']);
  });

  it('tells of the recovery whom it told of the failure', async () => {
    const { tell, sent } = makeWorld({ matchers: [matcher({ matchSeverity: ['error'] })] });
    await tell(night(1, DOWN));
    await tell(night(2));
    await tell(night(3));
    expect(sent).toHaveLength(2);
  });

  it('links the page where there is one', async () => {
    const { world, tell } = makeWorld({ link: 'https://backup.example.com/' });
    const links: (string | undefined)[] = [];
    const { tell: tellPage } = notifier({
      ...world,
      send: async (_, { message }) => {
        links.push(message.link);
        return { ok: true };
      },
    });
    await tellPage(night(1, DOWN));
    await tell(night(2));
    expect(links).toEqual(['https://backup.example.com/runs/daily-offsite/night-1']);
  });
});

describe('a notifier that dies', () => {
  /** A store that dies at its n-th write. */
  function mortal(store: NoticeStore, writes: number): NoticeStore {
    let left = writes;
    const write =
      <A extends unknown[], T>(act: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        if (left-- <= 0) throw new Error('died');
        return act(...args);
      };
    return {
      ...store,
      saveTold: write((...args: Parameters<NoticeStore['saveTold']>) => store.saveTold(...args)),
      addNotice: write((...args: Parameters<NoticeStore['addNotice']>) => store.addNotice(...args)),
      saveDeliveries: write((...args: Parameters<NoticeStore['saveDeliveries']>) => store.saveDeliveries(...args)),
      finishNotice: write((...args: Parameters<NoticeStore['finishNotice']>) => store.finishNotice(...args)),
    };
  }

  it.each([0, 1, 2, 3])('at its write %i tells each failure at least once, and at most once more', async (writes) => {
    const store = memoryNoticeStore();
    const dying = makeWorld({}, mortal(store, writes));
    await expect(dying.tell(night(1, DOWN))).rejects.toThrow('died');
    const alive = makeWorld({}, store);
    await alive.tell(night(1, DOWN));
    alive.state.now += 10 * MINUTE;
    await alive.sweep();
    await alive.tell(night(2, DOWN));
    const first = [...dying.sent, ...alive.sent];
    expect(first.length).toBeGreaterThanOrEqual(1);
    expect(first.length).toBeLessThanOrEqual(2);
    await alive.tell(night(3));
    expect(alive.sent.at(-1)).toContain('is well again');
  });

  /** A store in which somebody else is always faster to write what is known to be told, while it is `busy`. */
  function contended(store: NoticeStore, state: { busy: boolean }): NoticeStore {
    return { ...store, saveTold: async (...args) => !state.busy && store.saveTold(...args) };
  }

  it('sends nothing that could not be counted, and sends it once when it can', async () => {
    const store = memoryNoticeStore();
    await expect(makeWorld({}, mortal(store, 1)).tell(night(1, DOWN))).rejects.toThrow('died');
    const table = { busy: true };
    const { tell, sweep, state, sent } = makeWorld({}, contended(store, table));
    state.now += 10 * MINUTE;
    await expect(sweep()).rejects.toMatchObject({ code: 'NOTICES_CONTENDED' });
    await expect(tell(night(2, DOWN))).rejects.toMatchObject({ code: 'NOTICES_CONTENDED' });
    expect(sent).toEqual([]);
    table.busy = false;
    state.now += 10 * MINUTE;
    for (let again = 0; again < 3; again++) await sweep();
    await tell(night(1, DOWN));
    expect(sent).toEqual(['ops: daily-offsite failed: the copy is up to date']);
  });

  it('gives nothing up that it could not forget to have told, and tells the others once', async () => {
    const table = { busy: false };
    const { tell, sweep, state, sent, log } = makeWorld(
      { targets: [target('ops'), target('boss')], matchers: [matcher({ target: ['ops', 'boss'] })] },
      contended(memoryNoticeStore(), table),
    );
    state.answer = (id) => (id === 'ops' ? refuse() : accept(id));
    await tell(night(1, DOWN));
    state.now += 25 * 60 * MINUTE;
    table.busy = true;
    await expect(sweep()).rejects.toMatchObject({ code: 'NOTICES_CONTENDED' });
    table.busy = false;
    for (let again = 0; again < 3; again++) {
      state.now += 10 * MINUTE;
      await sweep();
    }
    expect(log.at(-1)).toMatch(/^error .* is given up/);
    state.answer = accept;
    await tell(night(2, DOWN));
    expect(sent).toEqual(['boss', 'ops'].map((id) => `${id}: daily-offsite failed: the copy is up to date`));
  });

  it('keeps nobody waiting for targets where there is a background, neither when its event comes again', async () => {
    const store = memoryNoticeStore();
    await expect(makeWorld({}, mortal(store, 1)).tell(night(1, DOWN))).rejects.toThrow('died');
    const { world, state } = makeWorld({}, store);
    state.now += 10 * MINUTE;
    const carried: Promise<void>[] = [];
    const { tell } = notifier({ ...world, send: () => new Promise(() => {}), background: (work) => carried.push(work) });
    await tell(night(1, DOWN));
    await tell(night(2));
    expect(carried).toHaveLength(2);
  });
});
