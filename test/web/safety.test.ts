import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isLoopback, parseListenAddress } from '../../lib/web/listen-address.ts';
import { passwordGate, readPassword } from '../../lib/web/password.ts';
import { startPageServer } from '../../lib/web/server.ts';
import { memoryWorld, visit } from './memory-world.ts';

const PASSWORD = 'correct horse battery';
const basic = (password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`,
});

/** What the server answers a request that says of itself what no browser would let a page say. */
async function statusFor(url: string, headers: Record<string, string>, body?: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const path = body === undefined ? '/' : '/jobs/nightly/run';
  const sent = request({ hostname, port, path, method: body === undefined ? 'GET' : 'POST', headers }).end(body);
  const [answer] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  return answer.statusCode;
}

describe('the page on this machine alone', () => {
  it('answers to the names of this machine, and not to one that was made to lead here', async () => {
    const { url } = await visit(memoryWorld());
    const { port } = new URL(url);
    for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST:80']) {
      expect([host, await statusFor(url, { host })]).toEqual([host, 200]);
    }
    for (const host of [
      'attacker.example',
      `attacker.example:${port}`,
      '192.168.1.7',
      'localhost.attacker.example',
      '127.0.0.1.attacker.example',
    ]) {
      expect([host, await statusFor(url, { host })]).toEqual([host, 403]);
    }
  });

  it('takes a form from its own pages alone, with their token', async () => {
    const { world, deeds } = memoryWorld();
    const { url, send, ask } = await visit({ world });
    const run = '/jobs/nightly/run';
    const refused = [
      await send(run, { token: '' }),
      await send(run, { token: 'A'.repeat(32) }),
      await send(run, {}, { origin: 'https://attacker.example' }),
      await send(run, {}, { origin: 'null' }),
      await send(run, {}, { origin: 'http://localhost:1' }),
      await send(run, {}, { 'sec-fetch-site': 'cross-site' }),
      await send(run, {}, { 'sec-fetch-site': 'same-site' }),
      await send(run, {}, { 'sec-fetch-site': 'none' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    const { text } = await ask('/jobs/nightly');
    const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await statusFor(url, form, `token=${token}&request=1`)).toBe(403);
    expect(await statusFor(url, { origin: url, 'content-type': 'text/plain' }, `token=${token}&request=1`)).toBe(415);
    expect(deeds.started).toEqual([]);
    expect(await statusFor(url, { ...form, 'sec-fetch-site': 'same-origin' }, `token=${token}&request=1`)).toBe(303);
    expect(deeds.started).toHaveLength(1);
  });

  it('reads no form that is larger than any that it has, said or not', async () => {
    const { world, deeds } = memoryWorld();
    const { url, send } = await visit({ world });
    const form = { origin: url, 'content-type': 'application/x-www-form-urlencoded' };
    const big = `request=1&x=${'x'.repeat(70_000)}`;
    expect(await statusFor(url, { ...form, 'content-length': String(big.length) }, big)).toBe(413);
    expect(await statusFor(url, { ...form, 'transfer-encoding': 'chunked' }, big)).toBe(413);
    expect((await send('/jobs/nightly/run', { x: 'x'.repeat(1000) })).status).toBe(303);
    expect(deeds.started).toHaveLength(1);
  });
});

describe('the page with a password', () => {
  it('is not at an address that others reach without one', async () => {
    const { world } = memoryWorld();
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'backup.example']) {
      const started = startPageServer({ address: { host, port: 0 }, password: undefined, world });
      await expect(started).rejects.toMatchObject({ code: 'PAGE_PASSWORD_MISSING' });
    }
  });

  it('answers who knows it, by whatever name they came, also where only this machine reaches it', async () => {
    const { world } = memoryWorld();
    const { url, ask, send } = await visit({ world, password: PASSWORD });
    const without = await ask('/');
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Flotilla", charset="UTF-8"']);
    expect(without.text).not.toContain('nightly');
    for (const path of ['/api/status', '/api/live', '/jobs/nightly', '/nothing']) expect((await ask(path)).status).toBe(401);
    expect(await statusFor(url, { host: 'backup.example', ...basic(PASSWORD) })).toBe(200);
    expect((await send('/jobs/nightly/run', {}, basic(PASSWORD))).status).toBe(303);
    expect((await send('/jobs/nightly/run', {}, { ...basic(PASSWORD), origin: 'https://attacker.example' })).status).toBe(403);
    for (const authorization of ['Basic', 'Basic ###', 'Bearer abc', `Basic ${Buffer.from('no-colon').toString('base64')}`]) {
      expect((await ask('/', { headers: { authorization } })).status).toBe(401);
    }
  });

  it('lets nobody guess more than ten times a minute, and listens again after that', async () => {
    const clock = memoryWorld();
    const { ask } = await visit({ world: clock.world, password: PASSWORD });
    const knock = async (password: string): Promise<number> => (await ask('/', { headers: basic(password) })).status;
    for (let guess = 0; guess < 10; guess++) expect(await knock(`wrong ${String(guess)}`)).toBe(401);
    expect([await knock('wrong again'), await knock(PASSWORD)]).toEqual([429, 429]);
    clock.now += 60_000;
    expect([await knock('wrong again'), await knock(PASSWORD)]).toEqual([401, 200]);
  });

  it('takes all addresses of one household of IPv6 for one, however each of them is written', () => {
    const gate = passwordGate(PASSWORD, () => 0);
    const guess = (address: string): string => gate(basic('a wrong password')['authorization'], address);
    const household = ['2001:db8::1', '2001:db8::2:1', '2001:db8:0:0:1:2:3:4', '2001:db8::1:2:3:4'];
    for (let guesses = 0; guesses < 10; guesses++) expect(guess(household[guesses % 4]!)).toBe('wrong');
    expect(household.map(guess)).toEqual(household.map(() => 'too-often'));
    expect(['2001:db8:0:1::1', '2001:db8:1::1', '::1', '::ffff:192.0.2.1', '192.0.2.1'].map(guess)).toEqual(
      Array.from({ length: 5 }, () => 'wrong'),
    );
  });

  it('comes from a variable or a file, and is long enough', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-password-'));
    const file = join(folder, 'password');
    writeFileSync(file, `${PASSWORD}\n`);
    expect(readPassword({})).toBeUndefined();
    expect(readPassword({ FLOTILLA_PAGE_PASSWORD: PASSWORD })).toBe(PASSWORD);
    expect(readPassword({ FLOTILLA_PAGE_PASSWORD_FILE: file })).toBe(PASSWORD);
    const invalid = [
      { FLOTILLA_PAGE_PASSWORD: 'short' },
      { FLOTILLA_PAGE_PASSWORD_FILE: join(folder, 'missing') },
      { FLOTILLA_PAGE_PASSWORD: PASSWORD, FLOTILLA_PAGE_PASSWORD_FILE: file },
    ];
    for (const environment of invalid) {
      expect(() => readPassword(environment)).toThrow(expect.objectContaining({ code: 'PAGE_PASSWORD_INVALID' }) as Error);
    }
    rmSync(folder, { recursive: true });
  });
});

describe('the address of the page', () => {
  it('is a host and a port', () => {
    expect(parseListenAddress('127.0.0.1:8980')).toEqual({ host: '127.0.0.1', port: 8980 });
    expect(parseListenAddress('[::1]:0')).toEqual({ host: '::1', port: 0 });
    expect(parseListenAddress('backup.example:80')).toEqual({ host: 'backup.example', port: 80 });
    for (const text of ['8980', ':8980', '127.0.0.1', '::1:8980', '127.0.0.1:99999', '[host]:1']) {
      expect(() => parseListenAddress(text)).toThrow(expect.objectContaining({ code: 'LISTEN_INVALID' }) as Error);
    }
  });

  it('is of this machine alone only where it surely is', () => {
    expect(
      ['127.0.0.1', '127.8.9.1', '::1', '0:0:0:0:0:0:0:1', 'localhost', 'Localhost'].filter((host) => !isLoopback(host)),
    ).toEqual([]);
    const others = [
      '0.0.0.0',
      '::',
      '10.0.0.1',
      '::ffff:10.0.0.1',
      'localhost.example',
      '127.0.0.1.example',
      '::2',
      '1::1',
      'fe80::1',
    ];
    expect(others.filter((host) => isLoopback(host))).toEqual([]);
  });
});
