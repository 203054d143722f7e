import { request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TransientError } from '../../lib/errors.ts';
import { startPageServer } from '../../lib/web/server.ts';
import { liveOf, runOf } from '../page/statuses.ts';
import { memoryWorld, visit } from './memory-world.ts';

const LIVE = `/runs/nightly/${liveOf('nightly').run.id}`;
const ENDED = `/runs/nightly/${runOf('nightly', 1).id}`;

/** Sends what fetch would not send as it is. */
async function raw(url: string, path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, path, method, headers }).end();
  const [answer] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  return answer.statusCode;
}

describe('the server of the page', () => {
  it('has a page for all jobs, each job, each run and its report, and says of each what it may do', async () => {
    const { ask } = await visit(memoryWorld());
    for (const path of ['/', '/jobs/nightly', LIVE, ENDED]) {
      const { status, headers, text } = await ask(path);
      expect([path, status, headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8']);
      expect(text).toContain('nightly');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+';/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      const wanted = { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'cache-control': 'no-store' };
      for (const [name, value] of Object.entries(wanted)) expect(headers.get(name)).toBe(value);
      expect(text).not.toMatch(/ style="| on[a-z]+="/);
    }
    const report = await ask(`${ENDED}/report`);
    expect([report.status, report.text]).toEqual([200, '<!doctype html><title>report</title>']);
    expect(report.headers.get('content-security-policy')).toContain('sandbox allow-scripts');
  });

  it('starts a run with what was written into the form, once however often the form is sent', async () => {
    const { world, deeds } = memoryWorld();
    const { send } = await visit({ world });
    const fields = {
      request: 'one',
      'o.worker-threads': '2',
      'o.group-filter': 'type:vm\r\nexclude:group:vm/100\r\n',
      'o.dry-run': 'true',
    };
    const [first, again] = [await send('/jobs/nightly/run', fields), await send('/jobs/nightly/run', fields)];
    expect([first.status, first.headers.get('location')]).toEqual([303, '/runs/nightly/run-1']);
    expect(again.headers.get('location')).toBe('/runs/nightly/run-1');
    const overrides = { 'worker-threads': 2, 'group-filter': ['type:vm', 'exclude:group:vm/100'], 'dry-run': true };
    expect(deeds.started).toEqual([{ job: 'nightly', overrides }]);
  });

  it('starts another run when the same page is sent with other options, as after the way back', async () => {
    const { world, deeds } = memoryWorld();
    const { send } = await visit({ world });
    const sent = (workers: string) => send('/jobs/nightly/run', { request: 'one', 'o.worker-threads': workers });
    const locations = [await sent('2'), await sent('3'), await sent('2')].map(({ headers }) => headers.get('location'));
    expect(locations).toEqual(['/runs/nightly/run-1', '/runs/nightly/run-2', '/runs/nightly/run-1']);
    expect(deeds.started.map(({ overrides }) => overrides)).toEqual([{ 'worker-threads': 2 }, { 'worker-threads': 3 }]);
  });

  it('starts nothing when options cannot be used, says what is wrong beside each and keeps what was written', async () => {
    const { world, deeds } = memoryWorld();
    const { send } = await visit({ world });
    const { status, text } = await send('/jobs/nightly/run', {
      'o.worker-threads': '0',
      'o.verify': 'never',
      'o.group-filter': 'vm',
    });
    expect(status).toBe(422);
    for (const key of ['worker-threads', 'verify', 'group-filter']) {
      expect(text).toMatch(new RegExp(`name="o.${key}"[^>]*aria-invalid="true"`));
      expect(text).toContain(`id="e-${key}"`);
    }
    expect(text).toContain('wanted a whole number from 1 to 1000');
    expect(text).toMatch(/name="o.worker-threads"[^>]*value="0"/);
    expect(text).toContain('>vm</textarea');
    expect(deeds.started).toEqual([]);
  });

  it('shows what a run would do, and starts it from there with the same options', async () => {
    const { world, deeds } = memoryWorld();
    const { ask, send } = await visit({ world });
    const begun = await send('/jobs/nightly/preview', { 'o.transfer-last': '5' });
    const page = await ask(begun.headers.get('location') ?? '');
    expect(page.text).toContain('[vm/100]: copy');
    expect(page.text).toContain('With transfer-last: 5.');
    expect(page.text).toContain('<input type="hidden" name="o.transfer-last" value="5" />');
    expect((await send('/jobs/nightly/change', { 'o.transfer-last': '5' })).text).toMatch(/name="o.transfer-last"[^>]*value="5"/);
    expect(deeds.started).toEqual([]);
  });

  it('stops a run, and leaves one alone that has ended', async () => {
    const { world, deeds } = memoryWorld();
    const { send } = await visit({ world });
    expect((await send(`${LIVE}/stop`)).headers.get('location')).toBe(LIVE);
    await send(`${ENDED}/stop`);
    expect(deeds.stopped).toEqual([liveOf('nightly').run.id]);
  });

  it('has the runs of a job as a table of its own, which no page asks for again and again', async () => {
    const { world } = memoryWorld();
    let looks = 0;
    const history: typeof world.history = (job) => {
      looks += 1;
      return world.history(job);
    };
    const { ask } = await visit({ world: { ...world, history } });
    expect((await ask('/jobs/nightly')).text).toContain('href="/jobs/nightly/history"');
    await ask('/api/live/jobs/nightly');
    expect(looks).toBe(0);
    const { text } = await ask('/jobs/nightly/history');
    expect([text.match(/<th scope="row">/g)?.length, text.includes('data-live'), looks]).toEqual([2, false, 1]);
    expect((await ask('/jobs/none/history')).status).toBe(404);
  });

  it('follows a run that its service goes on with, and stops it too', async () => {
    const { world, deeds } = memoryWorld();
    const run = runOf('nightly', 3, 'running', { lost: true });
    const path = `/runs/nightly/${run.id}`;
    let resumes = true;
    const { ask, send } = await visit({
      world: { ...world, run: async () => ({ run, stopAsked: false, ...(resumes && { resumes }) }) },
    });
    const { text } = await ask(path);
    expect([text.includes('Goes on soon'), text.includes('data-live'), text.includes('Stop the run')]).toEqual([
      true,
      true,
      true,
    ]);
    await send(`${path}/stop`);
    expect(deeds.stopped).toEqual([run.id]);
    resumes = false;
    const lost = await ask(path);
    expect([lost.text.includes('Lost'), lost.text.includes('data-live')]).toEqual([true, false]);
  });

  it('gives the parts of a page that its script asks for, new lines of the log alone, and nothing when nothing changed', async () => {
    const { ask } = await visit(memoryWorld());
    const first = await ask(`/api/live${LIVE}?after=1`);
    const { parts, log } = JSON.parse(first.text) as { parts: { id: string }[]; log: { last: number; html: string } };
    expect(parts.map(({ id }) => id)).toEqual(['verdict', 'actions', 'workers', 'facts']);
    expect(log.last).toBe(2);
    expect(log.html).not.toContain('begins');
    expect(log.html).toContain('ERROR: &lt;img');
    const etag = first.headers.get('etag') ?? '';
    expect((await ask(`/api/live${LIVE}?after=1`, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const all = JSON.parse((await ask('/api/status')).text) as { version: number; jobs: { job: string }[] };
    expect([all.version, all.jobs.map(({ job }) => job)]).toEqual([1, ['nightly', 'weekly']]);
  });

  it('answers HEAD without a body, and says of anything else what it is', async () => {
    const { ask, url, send } = await visit(memoryWorld());
    const head = await ask('/', { method: 'HEAD' });
    expect([head.status, head.text, Number(head.headers.get('content-length')) > 1000]).toEqual([200, '', true]);
    const found = await Promise.all(
      ['/nothing', '/jobs/none', '/runs/nightly/none', '/runs/nightly', '//', '/jobs/nightly/'].map((path) => ask(path)),
    );
    expect(found.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect((await ask('/jobs/nightly/run')).status).toBe(405);
    expect((await send('/jobs/nightly')).status).toBe(405);
    expect((await ask('/', { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD, POST');
    expect(await raw(url, '/%zz', {})).toBe(400);
  });

  it('reads no file by the names in a path, whatever they hold', async () => {
    const asked: string[] = [];
    const { world } = memoryWorld();
    const { url } = await visit({
      world: {
        ...world,
        run: async (job, id) => {
          asked.push(`${job} ${id}`);
          return undefined;
        },
      },
    });
    for (const path of ['/runs/nightly/../../etc/passwd', '/runs/..%2f..%2fetc/passwd/report', '/../etc/passwd', '/jobs/%00']) {
      expect([path, await raw(url, path, {})]).toEqual([path, 404]);
    }
    expect(asked).toEqual(['../../etc passwd']);
  });

  it('tells what kept it from answering, and goes on when it is itself at fault', async () => {
    const { world, deeds } = memoryWorld();
    let fault: Error = new TransientError('TABLE_UNREACHABLE', 'the table cannot be reached');
    const { ask } = await visit({ world: { ...world, statuses: () => Promise.reject(fault) } });
    const away = await ask('/');
    expect([away.status, away.text.includes('TABLE_UNREACHABLE: the table cannot be reached')]).toEqual([503, true]);
    expect(deeds.complaints).toEqual([]);
    fault = new TypeError('secret is not a function');
    const bug = await ask('/');
    expect([bug.status, bug.text.includes('secret')]).toEqual([500, false]);
    expect(deeds.complaints).toEqual([expect.stringContaining('secret is not a function')]);
    expect((await ask('/jobs/nightly')).status).toBe(200);
  });

  it("takes it for nobody's fault when a client goes away in the middle of its form", async () => {
    const { world, deeds } = memoryWorld();
    const { url, ask } = await visit({ world });
    const { host, hostname, port } = new URL(url);
    const client = connect(Number(port), hostname);
    const head = ['POST /jobs/nightly/run HTTP/1.1', `host: ${host}`, `origin: ${url}`, 'content-length: 1000'];
    client.write(`${head.join('\r\n')}\r\ncontent-type: application/x-www-form-urlencoded\r\n\r\ntoken=`);
    await ask('/');
    client.resetAndDestroy();
    await once(client, 'close');
    for (let looks = 0; looks < 3; looks++) await ask('/');
    expect([deeds.complaints, deeds.started]).toEqual([[], []]);
  });

  it('refuses an address that something else has, and ends though somebody holds a connection', async () => {
    const { world } = memoryWorld();
    const server = await startPageServer({ address: { host: '127.0.0.1', port: 0 }, password: undefined, world });
    const port = Number(new URL(server.url).port);
    const second = startPageServer({ address: { host: '127.0.0.1', port }, password: undefined, world });
    await expect(second).rejects.toMatchObject({ code: 'LISTEN_TAKEN' });
    const idle = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    const gone = once(idle, 'close');
    idle.resume();
    await server.close();
    await gone;
  });
});
