import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import { openLocalTable } from '../../lib/local/table/open.ts';
import { writeState } from '../../lib/local/table/state-file.ts';
import { hostGone, hostOf, isRunning, lock, makeFolder, openTable, startClient } from '../local/table/local-table-kit.ts';

describe.concurrent('openLocalTable', () => {
  it('gives one table to two processes that open a new folder at once', async (test) => {
    const folder = await makeFolder(test);
    const [a, b] = [startClient(test, folder, 'a'), startClient(test, folder, 'b')];
    expect(await a.answer()).toEqual(await b.answer());
    expect(await Promise.all([a.ask('vm/1'), b.ask('vm/2')])).toEqual([{ fence: 1 }, { fence: 1 }]);
    expect(await Promise.all([a.ask('vm/2'), b.ask('vm/1')])).toEqual([{ heldBy: 'b' }, { heldBy: 'a' }]);
  });

  it('keeps what was written when the host goes with its last client, for the next one', async (test) => {
    const folder = await makeFolder(test);
    const first = await openTable(test, folder);
    expect(await lock(first, 'vm/1', 'a')).toBe(1);
    await first.close();
    await hostGone(folder);
    expect(await lock(await openTable(test, folder), 'vm/1', 'b')).toBe('a');
  });

  it('keeps one host for as long as any client uses the table', async (test) => {
    const folder = await makeFolder(test);
    const [first, second] = await Promise.all([openTable(test, folder), openTable(test, folder)]);
    const { pid } = await hostOf(folder);
    await first.close();
    await sleep(3_000);
    expect(await lock(second, 'vm/1', 'a')).toBe(1);
    expect((await hostOf(folder)).pid).toBe(pid);
  });

  it('goes on at the same place with all that was acknowledged when the host is killed', async (test) => {
    const folder = await makeFolder(test);
    const table = await openTable(test, folder);
    const { pid } = await hostOf(folder);
    for (let number = 0; number < 20; number++) await lock(table, `vm/${number}`, 'a');
    process.kill(pid, 'SIGKILL');
    for (let number = 0; number < 20; number++) expect(await lock(table, `vm/${number}`, 'b')).toBe('a');
    expect((await hostOf(folder)).pid).not.toBe(pid);
    expect((await openTable(test, folder)).endpoint).toBe(table.endpoint);
  });

  it('opens the table of a host that was killed with all its clients', async (test) => {
    const folder = await makeFolder(test);
    const client = startClient(test, folder, 'a');
    await client.answer();
    expect(await client.ask('vm/1')).toEqual({ fence: 1 });
    client.child.kill('SIGKILL');
    process.kill((await hostOf(folder)).pid, 'SIGKILL');
    expect(await lock(await openTable(test, folder), 'vm/1', 'b')).toBe('a');
  });

  it('ends the host after its last client was killed', async (test) => {
    const folder = await makeFolder(test);
    const client = startClient(test, folder, 'a');
    await client.answer();
    const { pid } = await hostOf(folder);
    client.child.kill('SIGKILL');
    await hostGone(folder);
    while (isRunning(pid)) await sleep(20);
  });

  it('serves its clients on when a signal asks the host to stop, so that they can release their locks', async (test) => {
    const folder = await makeFolder(test);
    const table = await openTable(test, folder);
    const { pid } = await hostOf(folder);
    process.kill(pid, 'SIGTERM');
    expect(await lock(table, 'vm/1', 'a')).toBe(1);
    expect((await hostOf(folder)).pid).toBe(pid);
  });
});

describe.concurrent('openLocalTable on a folder that tells nothing or lies', () => {
  it('starts a host when table.json names a port where nobody answers', async (test) => {
    const folder = await makeFolder(test);
    await mkdir(folder);
    await writeState(folder, { pid: 1, port: 1, accessKeyId: 'old', table: 'flotilla' });
    expect(await lock(await openTable(test, folder), 'vm/1', 'a')).toBe(1);
  });

  it('starts a host when another server has the port of one that died', async (test) => {
    const folder = await makeFolder(test);
    const other = createServer((_, response) => response.end('welcome')).listen(0, '127.0.0.1');
    test.onTestFinished(() => void other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await mkdir(folder);
    await writeState(folder, { pid: 1, port, accessKeyId: 'old', table: 'flotilla' });
    const table = await openTable(test, folder);
    expect(table.endpoint).not.toContain(`:${port}`);
    expect(await lock(table, 'vm/1', 'a')).toBe(1);
  });

  it('starts a host when table.json can not be read', async (test) => {
    const folder = await makeFolder(test);
    await mkdir(folder);
    await writeFile(join(folder, 'table.json'), '{"pid": ');
    expect(await lock(await openTable(test, folder), 'vm/1', 'a')).toBe(1);
  });

  it('refuses a store that is damaged, and says where to look', async (test) => {
    const folder = await makeFolder(test);
    await mkdir(join(folder, 'store'), { recursive: true });
    await writeFile(join(folder, 'store', 'CURRENT'), 'nothing');
    const opened = openLocalTable(folder, 'flotilla');
    await expect(opened).rejects.toMatchObject({ name: 'ConfigError', code: 'TABLE_NOT_STARTED' });
    await expect(opened).rejects.toThrow(folder);
  });

  it('refuses a state folder that is no folder, and says why', async (test) => {
    const folder = await makeFolder(test);
    await writeFile(folder, '');
    await expect(openLocalTable(folder, 'flotilla')).rejects.toMatchObject({
      code: 'TABLE_NOT_STARTED',
      cause: { code: 'ENOTDIR' },
    });
  });

  it('refuses to open another table in the same folder', async (test) => {
    const folder = await makeFolder(test);
    await openTable(test, folder);
    await expect(openLocalTable(folder, 'other')).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
  });
});

describe('the host of a local table', () => {
  it('refuses those who do not know its access key', async (test) => {
    const folder = await makeFolder(test);
    const table = await openTable(test, folder);
    const environment = { ...table.environment, FLOTILLA_TABLE_ACCESS_KEY_ID: 'another' };
    const store = openRunStore({ table: table.name, environment });
    await expect(store.listRuns('job', 1)).rejects.toMatchObject({ name: 'ConfigError', code: 'TABLE_ACCESS_DENIED' });
  });
});
