import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { startObjectStore, type ObjectStoreServer } from '../../lib/local/object-store/server.ts';
import { createS3Connection, openDatastore, type S3Connection } from '../../lib/s3/open-datastore.ts';
import { proveDatastore } from '../../lib/sync/prove-datastore.ts';
import { smallSource } from '../support/source.ts';

const DEMO = join(import.meta.dirname, '../../bin/demo.ts');
const KEYS = { TEST_ACCESS_KEY_ID: 'flotilla', TEST_SECRET_ACCESS_KEY: 'flotilla-local' };

describe('npm run demo -- --datastore <folder>', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-demo-'));
  let stdout = '';
  let code: unknown;

  beforeAll(async () => {
    const source = smallSource({ put: async (key, bytes) => write(join(folder, 'mine', key), bytes) }, 'demo');
    await source.addNight();
    await source.addNight();
    const demo = spawn(process.execPath, [DEMO, '--datastore', folder, '--workers', '2'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    demo.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
    [code] = (await once(demo, 'close')) as unknown[];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('ends with 0, and every snapshot is proven', () => {
    expect(code).toBe(0);
    expect(stdout).toMatch(/proven: 12 of 12 snapshots in 6 groups, \d+ chunks/);
  });

  it('ends with the three runs side by side: all, nothing, what is new', () => {
    const rows = stdout
      .split('\n')
      .filter((line) => /^(run|first|second|third) {2}/.test(line))
      .map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual(['run', 'state', 'groups', 'snapshots', 'chunks', 'bytes', 'LIST', 'HEAD', 'GET', 'PUT', 'seconds']);
    expect(rows.slice(1).map((row) => row.slice(0, 4))).toEqual([
      ['first', 'ok', '6', '6'],
      ['second', 'ok', '0', '0'],
      ['third', 'ok', '6', '6'],
    ]);
    expect(rows[2]!.slice(7, 10)).toEqual(['0', '0', '0']);
  });

  it('names the page of the report, which is there', () => {
    const page = /^Report page: (.+)$/m.exec(stdout)?.[1] ?? '';
    expect(readFileSync(page, 'utf8')).toContain('<html');
  });

  it('leaves the folder as it was', () => {
    expect(readdirSync(folder).sort()).toEqual(['.demo', 'mine']);
  });
});

describe('the proof', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-proof-'));
  let s3: ObjectStoreServer;
  let connection: S3Connection;

  beforeAll(async () => {
    s3 = await startObjectStore({ root: folder, buckets: ['copy'] });
    const place = {
      id: 'copy',
      layout: 'pbs',
      bucket: 'copy',
      prefix: 'main',
      region: s3.region,
      endpoint: s3.endpoint,
    } as const;
    connection = createS3Connection({ ...place, pathStyle: true, credentials: 'env:TEST' }, KEYS);
    await smallSource(openDatastore(connection, noRequests()), 'proof').addNight();
  });
  afterAll(async () => {
    connection.close();
    await s3.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const prove = () => proveDatastore(openDatastore(connection, noRequests()), pbsLayout, 4);

  it('is content with a whole copy', async () => {
    expect(await prove()).toMatchObject({ groups: 6, snapshots: 6, failures: [] });
  });

  it('finds a chunk of the copy that was tampered with, and names the snapshot, the archive and the digest', async () => {
    const chunks = join(folder, 'copy/main/.chunks');
    const [file = ''] = readdirSync(chunks, { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 64);
    const bytes = readFileSync(join(chunks, file));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(join(chunks, file), bytes);
    const { failures } = await prove();
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      kind: 'DataError',
      digest: file.slice(-64),
      archive: expect.stringMatching(/idx$/) as unknown,
    });
    rmSync(join(chunks, file));
    expect((await prove()).failures[0]).toMatchObject({ code: 'CHUNK_MISSING', digest: file.slice(-64) });
  });
});

function write(file: string, bytes: Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
