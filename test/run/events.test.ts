import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { FlotillaEvent } from '../../lib/sync/event/event.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import type { SnapshotSpec } from '../support/datastore-builder.ts';
import { builderOf, day, fill, flipBit, hostOn, nameOf, vmOn } from '../support/sample-store.ts';

const schema = z.fromJSONSchema(
  JSON.parse(readFileSync(new URL('../../docs/event.schema.json', import.meta.url), 'utf8')) as Parameters<
    typeof z.fromJSONSchema
  >[0],
);

/** Days of the sample, at noon, four hours after its backup. */
const noon = (number: number): number => day(number) * 1000 + 4 * 3_600_000;

describe('what is told of runs through the state machine', () => {
  let cloud: TestCloud;
  let job: JobDocument;
  let now = noon(1);
  let backUp: (specs: readonly SnapshotSpec[]) => Promise<void>;

  beforeAll(async () => {
    cloud = await startTestCloud({ now: () => now });
    const [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
    job = cloud.job(from, to, { 'max-lag': '36h' });
    const sink = cloud.open(from);
    const builder = builderOf(sink);
    backUp = async (specs) => {
      await fill(sink, specs, builder);
    };
    await backUp([vmOn(1), hostOn(1)]);
  });
  afterAll(() => cloud.close());

  async function run(document: JobDocument, overrides = {}): Promise<{ report: Report; told: FlotillaEvent[] }> {
    const before = cloud.events.length;
    const { report } = await cloud.execute(document, overrides);
    const told = cloud.events.slice(before);
    for (const event of told) expect(schema.safeParse(event).error, event.id).toBeUndefined();
    return { report, told };
  }

  const kinds = (told: readonly FlotillaEvent[]): string[] => told.map(({ type, kind }) => `${type} ${kind}`);
  const unreachable = (): JobDocument => ({ ...job, source: { ...job.source, bucket: 'gone' } });

  it('tells that a run started and finished, and that the copy is up to date', async () => {
    const { report, told } = await run(job);
    expect(kinds(told)).toEqual(['flotilla.run started', 'flotilla.run finished']);
    expect(told[1]).toMatchObject({
      severity: 'info',
      state: 'ok',
      snapshots: { copied: 2 },
      lag: { state: 'current', seconds: 0 },
    });
    expect(report).toMatchObject({ lag: { state: 'current', missing: 0, asOf: new Date(now).toISOString() } });
    expect(report.details.map(({ behind }) => behind?.missing)).toEqual([0, 0]);
  });

  it('tells of a dry run that it started and finished, and learns nothing by it', async () => {
    const before = await cloud.cloud.store.loadStanding(job.id);
    await backUp([vmOn(2), hostOn(2)]);
    now = noon(2);
    const { told } = await run(job, { 'dry-run': true });
    expect(kinds(told)).toEqual(['flotilla.run started', 'flotilla.run finished']);
    expect(told[1]).toMatchObject({ dryRun: true });
    const { asOf, totals, lastGood } = before!;
    expect(await cloud.cloud.store.loadStanding(job.id)).toMatchObject({ asOf, totals, lastGood });
  });

  it('does not know how far behind the copy is when the source is out of reach, and tells once that it is too long', async () => {
    const first = await run(unreachable());
    expect(first.told[1]).toMatchObject({
      severity: 'error',
      state: 'failed',
      lag: { state: 'unknown', seconds: 86_400, missing: 0 },
    });
    expect(first.told[1]?.message).toContain('the copy may be up to 1 d behind');
    now = noon(3);
    const second = await run(unreachable());
    expect(kinds(second.told)).toEqual(['flotilla.run started', 'flotilla.run finished', 'flotilla.lag raised']);
    expect(second.told[2]).toMatchObject({ lag: { state: 'unknown', seconds: 2 * 86_400 }, maxLagSeconds: 36 * 3600 });
    now = noon(4);
    expect(kinds((await run(unreachable())).told)).toEqual(['flotilla.run started', 'flotilla.run finished']);
  });

  it('is behind where snapshots fail, by their age, and tells when that is over', async () => {
    const source = cloud.open(cloud.location('source', 'main'));
    const chunks = [...(await keysOf('.chunks/'))];
    await backUp([vmOn(3)]);
    const [added] = (await keysOf('.chunks/')).filter((key) => !chunks.includes(key));
    await flipBit(source, added!);
    const { told, report } = await run(job);
    expect(report).toMatchObject({ state: 'errors', snapshots: { copied: 2, failed: 1 } });
    expect(report.lag).toMatchObject({ state: 'behind', missing: 1, groups: 1, since: nameOf(3).replace('Z', '.000Z') });
    expect(report.lag?.seconds).toBe(28 * 3600);
    // Two days behind it was more than max-lag; this is less.
    expect(kinds(told)).toEqual(['flotilla.run started', 'flotilla.run finished', 'flotilla.lag cleared']);

    await flipBit(source, added!);
    const mended = await run(job);
    expect(mended.report).toMatchObject({ state: 'ok', lag: { state: 'current', missing: 0 } });
    const known = await Array.fromAsync(cloud.cloud.store.listBehind(job.id));
    expect(known.map(({ group, missing }) => [group.name, missing])).toEqual([
      ['host/web', 0],
      ['vm/100', 0],
    ]);
  });

  it('knows of a run of some groups that it has not seen the others', async () => {
    await backUp([vmOn(5), hostOn(5)]);
    now = noon(5);
    const { report } = await run(job, { 'group-filter': ['type:host'] });
    expect(report.lag).toMatchObject({ state: 'current', asOf: new Date(noon(4)).toISOString() });
  });

  it('tells that a run was skipped, and why', async () => {
    const ref = { job: job.id, id: 'first', startedAt: new Date(now).toISOString() };
    await cloud.cloud.store.askTurn({ ...ref, order: '', overlap: 'queue', queueDepth: 1 }, now, 120_000);
    const { told } = await run(job, { overlap: 'skip' });
    expect(kinds(told)).toEqual(['flotilla.run skipped']);
    expect(told[0]).toMatchObject({ severity: 'notice', reason: 'run first is at work' });
    await cloud.cloud.store.releaseTurn(ref);
  });

  it('tells that a run waits, once, before it starts', async () => {
    const ref = { job: job.id, id: 'second', startedAt: new Date(now).toISOString() };
    await cloud.cloud.store.askTurn({ ...ref, order: '', overlap: 'queue', queueDepth: 1 }, now, 120_000);
    const waiting = run(job);
    while (cloud.events.at(-1)?.kind !== 'queued') await new Promise((resolve) => setTimeout(resolve, 5));
    await cloud.cloud.store.releaseTurn(ref);
    expect(kinds((await waiting).told)).toEqual(['flotilla.run queued', 'flotilla.run started', 'flotilla.run finished']);
  });

  async function keysOf(prefix: string): Promise<string[]> {
    const pages = await Array.fromAsync(cloud.open(cloud.location('source', 'main')).list(prefix));
    return pages.flat().map(({ key }) => key);
  }
});
