import { mkdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { openRunStore } from '../../../lib/dynamodb/run-store.ts';
import { holdTable } from '../../../lib/local/table/hold.ts';
import { hostTable } from '../../../lib/local/table/host.ts';
import { describeLocalTable } from '../../../lib/local/table/local-table.ts';
import { readState } from '../../../lib/local/table/state-file.ts';
import type { TableState } from '../../../lib/local/table/table-state.ts';
import { lock, makeFolder, openTable } from './local-table-kit.ts';

describe.concurrent('hostTable', () => {
  it('serves the folder until it is asked to stop and its last client has gone', async (test) => {
    const { folder, hosting, stop } = await startHost(test);
    const table = await openTable(test, folder);
    stop();
    expect(await lock(table, 'vm/1', 'a')).toBe(1);
    await table.close();
    await hosting;
    expect(await readState(folder)).toBeUndefined();
  });

  it('leaves a folder alone that another host serves', async (test) => {
    const { folder, state, hosting, stop } = await startHost(test);
    await hostTable(folder, 'flotilla', () => {});
    expect(await readState(folder)).toEqual(state);
    stop();
    await hosting;
  });

  it('lets nobody hold the table any more once it has begun to end', async (test) => {
    const { state, hosting, stop } = await startHost(test);
    stop();
    expect(await holdTable(state)).toBeUndefined();
    await hosting;
  });

  it('deletes what has expired, once a day', async (test) => {
    const folder = await makeFolder(test);
    await mkdir(folder);
    const claimOldTick = async (state: TableState): Promise<boolean> => {
      const { environment, name } = describeLocalTable(state.table, state.port, state.accessKeyId);
      return openRunStore({ table: name, environment }).claimCause('job', 'tick', `run-${Math.random()}`, 0);
    };
    const hostOnce = async (): Promise<boolean> => {
      const { state, hosting, stop } = await startHost(test, folder);
      await swept(folder);
      const claimed = await claimOldTick(state);
      stop();
      await hosting;
      return claimed;
    };
    expect(await hostOnce()).toBe(true);
    expect(await hostOnce()).toBe(false);
    await utimes(join(folder, 'swept'), 0, 0);
    expect(await hostOnce()).toBe(true);
  });
});

interface Hosting {
  readonly folder: string;
  readonly state: TableState;
  readonly hosting: Promise<void>;
  readonly stop: () => void;
}

/** A host in this process, ready. */
async function startHost(test: TestContext, given?: string): Promise<Hosting> {
  const folder = given ?? (await makeFolder(test));
  await mkdir(folder, { recursive: true });
  const { promise: ready, resolve } = Promise.withResolvers<() => void>();
  const hosting = hostTable(folder, 'flotilla', resolve);
  const stop = await Promise.race([ready, hosting]);
  const state = await readState(folder);
  if (stop === undefined || state === undefined) throw new Error('not started');
  return { folder, state, hosting, stop };
}

async function swept(folder: string): Promise<void> {
  const time = (): Promise<number> =>
    stat(join(folder, 'swept')).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  while ((await time()) === 0) await sleep(10);
}
