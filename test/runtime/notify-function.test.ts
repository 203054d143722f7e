import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notifyFunction } from '../../functions/notify.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';
import type { Handler } from '../../lib/runtime/define-function.ts';
import { SILENT } from '../../lib/runtime/host.ts';
import { FILE, parse } from '../config/sample.ts';
import { failure, runEnd } from '../support/events.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const CALL = { getRemainingTimeInMillis: () => 60_000 };
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the function that tells', () => {
  let table: LocalTable;
  let receiver: Receiver;
  let folder: string;
  let handler: Handler;
  let now = Date.parse('2026-11-20T22:41:00Z');

  beforeAll(async () => {
    table = await openMemoryTable();
    receiver = await openReceiver({ status: 404 }, { status: 200 });
    folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
    const { notify } = parse(`${FILE}notify:\n  targets: [{ id: ops, type: webhook, url: '${receiver.url}/' }]\n`);
    await writeFile(join(folder, 'notify.json'), JSON.stringify(notify));
    const own = { TABLE_NAME: table.name, CONTROL_BUCKET: 'control', NOTIFY_FILE: join(folder, 'notify.json') };
    handler = notifyFunction({
      environment: { ...table.environment, ...own, NOTIFY_TOPICS: '{}' },
      ...{ now: () => now, openLog: () => QUIET, stopAsked: () => false, ...SILENT },
    });
  });
  afterAll(async () => {
    await receiver.close();
    await table.close();
    await rm(folder, { recursive: true });
  });

  it('tells an event of the bus once, after a sweep where it did not work the first time, with a link into the console', async () => {
    const detail = runEnd({ state: 'failed', failure: failure('DataError', 'BAD') });
    const event = { account: '111122223333', region: 'eu-central-1', source: 'flotilla', detail };
    await handler(event, CALL);
    await handler(event, CALL);
    expect(receiver.received).toHaveLength(1);
    now += 60_000;
    await handler({ sweep: true }, CALL);
    await handler({ sweep: true }, CALL);
    expect(receiver.received).toHaveLength(2);
    expect(JSON.parse(receiver.received[1]!.body)).toMatchObject({
      title: 'daily-offsite failed: the copy is up to date',
      link: 'https://eu-central-1.console.aws.amazon.com/s3/object/control?region=eu-central-1&prefix=runs%2Fdaily-offsite%2Frun-1%2Freport.html',
    });
  });

  it('refuses what is no event of Flotilla, so that it becomes a dead letter', async () => {
    await expect(handler({ account: '1', region: 'r', detail: { type: 'other' } }, CALL)).rejects.toThrow();
  });
});
