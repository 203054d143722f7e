import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTimeFrame } from '../../lib/calendar/time-frame.ts';
import type { JobDocument } from '../../lib/config/job-document.ts';
import { parseJob } from '../../lib/config/job-document.ts';
import { deliverTo } from '../../lib/deliver/deliver.ts';
import { notifier, type Notifier } from '../../lib/notify/notifier.ts';
import type { Matcher, NotifyMode } from '../../lib/notify/target.ts';
import { tickInput } from '../../lib/schedule/schedule.ts';
import { watchJob } from '../../lib/sync/watch-job.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import type { DatastoreBuilder } from '../support/datastore-builder.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { builderOf, day, hostOn, vmOn } from '../support/sample-store.ts';

const HOUR = 3_600_000;

/** Backups are made at 8:00, and copied at 22:30. */
const morning = (number: number): number => day(number) * 1000;
const night = (number: number): number => morning(number) + 14.5 * HOUR;

const unexpected = (line: string): never => expect.fail(line);

/** What a webhook was sent, as far as a person reads it. */
interface Told {
  readonly title: string;
  readonly message: string;
  readonly severity: string;
}

describe('an outage, as a tired administrator hears of it', () => {
  let cloud: TestCloud;
  let phone: Receiver;
  let now: number;
  let mode: NotifyMode;
  let matchers: readonly Matcher[];
  let job: JobDocument;
  let builder: DatastoreBuilder;
  let carrier: Notifier;

  beforeEach(async () => {
    [now, mode, matchers] = [morning(1), 'on-change', []];
    phone = await openReceiver();
    cloud = await startTestCloud({ now: () => now, tell: (event) => carrier.tell(event) });
    carrier = notifier({
      notify: () => ({
        targets: [{ id: 'phone', type: 'webhook', url: phone.url, method: 'POST', headers: {}, secrets: {}, disable: false }],
        ...{ matchers, link: 'https://backup.example.com/', modes: { nightly: mode } },
      }),
      ...{ store: cloud.cloud.services.notices, send: deliverTo({ environment: {}, now: () => now }), now: () => now },
      ...{ uniqueId: () => String(Math.random()), log: { warn: unexpected, error: unexpected } },
    });
    const [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
    job = cloud.job(from, to, { schedule: '22:30', 'max-lag': '36h' });
    builder = builderOf(cloud.open(from));
    await builder.addStoreFiles('pbs-source');
  });
  afterEach(async () => {
    await cloud.close();
    await phone.close();
  });

  const told = (): Told[] => phone.received.map(({ body }) => JSON.parse(body) as Told);
  const titles = (): string[] => told().map(({ title }) => title);

  /** Looks at the job each hour until then. */
  async function watchUntil(end: number): Promise<void> {
    const world = { ...cloud.cloud.host, store: cloud.cloud.store, leaseMs: cloud.cloud.services.leaseMs, now: () => now };
    for (; now < end; now = Math.min(now + HOUR, end)) await watchJob(parseJob(job), world);
  }

  async function passDay(number: number): Promise<void> {
    await watchUntil(morning(number));
    await builder.addSnapshot(vmOn(number));
    await builder.addSnapshot(hostOn(number));
    await watchUntil(night(number));
  }

  async function passNight(number: number, document: JobDocument = job): Promise<void> {
    await passDay(number);
    const [schedule] = parseJob(job).schedules;
    await cloud.execute(document, tickInput(schedule!, night(number)));
  }

  /** The job while nobody answers where its source is. */
  const cutOff = (): JobDocument => ({ ...job, source: { ...job.source, endpoint: 'http://127.0.0.1:1' } });

  it('is told at its beginning, when the copy gets too old, and at its end, whatever the nights between', async () => {
    await passNight(1);
    for (const number of [2, 3, 4]) await passNight(number, cutOff());
    await passNight(5);
    await passNight(6);
    expect(titles()).toEqual([
      'nightly failed: the copy is 1 d behind at most',
      'nightly: the copy is 1 d 12 h behind at most, more than max-lag allows (1 d 12 h)',
      'nightly is well again after 3 d: the copy is up to date',
    ]);
    expect(told().map(({ severity }) => severity)).toEqual(['error', 'warning', 'info']);
    expect(told()[0]?.message).toMatch(
      /127\.0\.0\.1:1[\s\S]*What to do: [\s\S]*https:\/\/backup\.example\.com\/runs\/nightly\/run-2$/,
    );
    expect(told()[2]?.message).toMatch(
      /^Broken since 2025-11-02 22:30 UTC, for 3 d: 3 runs ended badly; all that was missed is copied now\./,
    );
  });

  it('is told where no run comes: once, when the copy gets too old, and that it is over', async () => {
    await passNight(1);
    for (const number of [2, 3, 4]) await passDay(number);
    await passNight(5);
    expect(titles()).toEqual([
      'nightly did not run: it was due at 2025-11-02 22:30 UTC',
      'nightly: the copy is 1 d 12 h behind at most, more than max-lag allows (1 d 12 h)',
      'nightly is well again after 3 d: the copy is up to date',
    ]);
  });

  it('that begins at a weekend is told on Monday to those who are not told at weekends', async () => {
    const office = parseTimeFrame('mon..fri 0-24');
    if ('problem' in office) throw new Error(office.problem);
    const rules = { timezone: 'UTC', mode: 'all', invertMatch: false, disable: false } as const;
    matchers = [{ ...rules, id: 'office', matchSeverity: ['error'], matchCalendar: [office], target: ['phone'] }];
    await passNight(1);
    expect(new Date(night(2)).getUTCDay()).toBe(0);
    await passNight(2, cutOff());
    expect(titles()).toEqual([]);
    for (const number of [3, 4]) await passNight(number, cutOff());
    await passNight(5);
    expect(titles()).toEqual([
      'nightly failed: the copy is 2 d behind at most',
      'nightly is well again after 3 d: the copy is up to date',
    ]);
  });

  it('is told night by night to those who want that', async () => {
    mode = 'always';
    await passNight(1);
    for (const number of [2, 3]) await passNight(number, cutOff());
    await passNight(4);
    expect(titles()).toEqual([
      'nightly is done: the copy is up to date',
      'nightly failed: the copy is 1 d behind at most',
      'nightly: the copy is 1 d 12 h behind at most, more than max-lag allows (1 d 12 h)',
      'nightly failed: the copy is 2 d behind at most',
      'nightly is well again after 2 d: the copy is up to date',
    ]);
  });

  it('is told to nobody who does not want it', async () => {
    mode = 'never';
    await passNight(1);
    await passNight(2, cutOff());
    expect(titles()).toEqual([]);
  });
});
