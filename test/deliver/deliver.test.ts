import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { deliverTo, type DeliverWorld } from '../../lib/deliver/deliver.ts';
import { composeMessage } from '../../lib/notify/message.ts';
import type { Parcel } from '../../lib/notify/send.ts';
import type { Target, WebhookTarget } from '../../lib/notify/target.ts';
import { failure, runEnd } from '../support/events.ts';
import { openMailServer, type MailRules, type MailServer } from '../support/mail-server.ts';
import { openReceiver, type Answer, type Receiver } from '../support/receiver.ts';

const EVENT = runEnd({ state: 'failed', failure: failure('TransientError', 'SOURCE_UNREACHABLE') });
const LINK = 'https://backup.example.com/runs/daily-offsite/run-1';
const PARCEL: Parcel = { id: EVENT.id, event: EVENT, message: composeMessage(EVENT, { link: LINK }) };
const NOW = Date.parse('2026-11-20T22:41:00Z');
const read = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
const AUTHORITY = read('ca.pem');

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function receiver(...answers: Answer[]): Promise<Receiver> {
  const made = await openReceiver(...answers);
  open.push(made);
  return made;
}

function send(target: Target, world: Partial<DeliverWorld> = {}) {
  const environment = { TOKEN: 's3cret-token', SIGNING: 'whsec_c2VjcmV0LWtleQ==', ...world.environment };
  return deliverTo({ now: () => NOW, sleep: () => Promise.resolve(), timeoutMs: 2000, ...world, environment })(target, PARCEL);
}

function webhook(url: string, more: Partial<WebhookTarget> = {}): WebhookTarget {
  return { id: 'ops', type: 'webhook', disable: false, method: 'POST', headers: {}, secrets: {}, ...more, url };
}

describe('a webhook', () => {
  it('gets all there is to say as JSON, where it has no body of its own', async () => {
    const { url, received } = await receiver();
    expect(await send(webhook(`${url}/hook`))).toEqual({ ok: true });
    expect(received).toMatchObject([{ method: 'POST', path: '/hook', headers: { 'content-type': 'application/json' } }]);
    expect(JSON.parse(received[0]!.body)).toMatchObject({
      ...{ title: PARCEL.message.title, message: PARCEL.message.text, severity: 'error', state: 'failed', job: 'daily-offsite' },
      ...{ timestamp: Date.parse('2026-11-20T22:40:00Z') / 1000, link: LINK, event: EVENT },
    });
  });

  it('is made of its templates, with its secrets', async () => {
    const { url, received } = await receiver();
    const target = webhook(`${url}/{{ url-encode fields.job-id }}?t={{ secrets.token }}`, {
      ...{ method: 'PUT', headers: { 'X-Severity': '{{severity}}', Authorization: 'Bearer {{secrets.token}}' } },
      ...{ body: '{"text": "{{ escape message }}"}', secrets: { token: 'env:TOKEN' } },
    });
    expect(await send(target)).toEqual({ ok: true });
    expect(received).toMatchObject([
      {
        ...{
          method: 'PUT',
          path: '/daily-offsite?t=s3cret-token',
          body: JSON.stringify({ text: PARCEL.message.text }).replace('":"', '": "'),
        },
        headers: { 'x-severity': 'error', authorization: 'Bearer s3cret-token', 'content-type': 'application/json' },
      },
    ]);
  });

  it('is signed so that a receiver can tell who sent it, by the Standard Webhooks specification', async () => {
    const { url, received } = await receiver();
    await send(webhook(url, { signingSecret: 'env:SIGNING' }));
    const [{ headers, body }] = received as [(typeof received)[0]];
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const expected = createHmac('sha256', 'secret-key').update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(headers['webhook-timestamp']).toBe(String(NOW / 1000));
    expect(headers['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  it('has the same id whenever it is sent, signed or not', async () => {
    const { url, received } = await receiver();
    await send(webhook(url));
    await send(webhook(url));
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(received[0]!.headers).not.toHaveProperty('webhook-signature');
  });

  it.each<[string, Answer]>([
    ['an error of the server', { status: 500 }],
    ['a server that is busy', { status: 429 }],
    ['a request that took too long', { status: 408 }],
    ['a connection that breaks', 'hangup'],
  ])('is sent again after %s', async (_, answer) => {
    const { url, received } = await receiver(answer, { status: 204 });
    expect(await send(webhook(url))).toEqual({ ok: true });
    expect(received).toHaveLength(2);
  });

  it('is sent again as late as the server asks for', async () => {
    const { url, received } = await receiver({ status: 503, headers: { 'retry-after': '7' } }, { status: 200 });
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    expect(await send(webhook(url), { sleep })).toEqual({ ok: true });
    expect({ waits, calls: received.length }).toEqual({ waits: [7000], calls: 2 });
  });

  it('is left to a later sweep where the server asks for more time than a call has', async () => {
    const { url, received } = await receiver({ status: 429, headers: { 'retry-after': new Date(NOW + 600_000).toUTCString() } });
    expect(await send(webhook(url))).toEqual({ ok: false, reason: 'HTTP 429', retryAfterMs: 600_000 });
    expect(received).toHaveLength(1);
  });

  it('is given up for now after three tries', async () => {
    const { url, received } = await receiver({ status: 502, body: 'no\n  upstream' });
    expect(await send(webhook(url))).toEqual({ ok: false, reason: 'HTTP 502: no upstream' });
    expect(received).toHaveLength(3);
  });

  it('is not sent again to a server that refuses it', async () => {
    const { url, received } = await receiver({ status: 401, body: 'who are you with s3cret-token?' });
    const target = webhook(url, { secrets: { token: 'env:TOKEN' } });
    expect(await send(target)).toEqual({ ok: false, reason: 'HTTP 401: who are you with ***?' });
    expect(received).toHaveLength(1);
  });

  it('follows a redirect on its own host that keeps the method', async () => {
    const { url, received } = await receiver({ status: 308, headers: { location: '/new' } }, { status: 200 });
    expect(await send(webhook(`${url}/old`))).toEqual({ ok: true });
    expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /old', 'POST /new']);
  });

  it('follows no redirect to another host', async () => {
    const other = await receiver();
    const { url } = await receiver({ status: 307, headers: { location: `${other.url}/` } });
    expect(await send(webhook(url))).toEqual({
      ok: false,
      reason: 'HTTP 307: a redirect to another place: write the url that it leads to',
    });
    expect(other.received).toEqual([]);
  });

  it('does not wait for a server that says nothing', async () => {
    const { url } = await receiver('silence');
    expect(await send(webhook(url), { timeoutMs: 50, tries: 2 })).toEqual({ ok: false, reason: 'no answer within 0.05 s' });
  });

  it('fails by itself where its template cannot be filled in, and where anything else goes wrong', async () => {
    const { url, received } = await receiver();
    const rare = webhook(url, { body: '{{#if fields.run}}{{#unless fields.failure}}{{fields.typo}}{{/unless}}{{/if}}' });
    const good = { id: 'good', message: composeMessage(runEnd(), {}) };
    const filled = await deliverTo({ environment: {}, now: () => NOW })(rare, good);
    expect(filled).toMatchObject({ ok: false, reason: expect.stringContaining('typo') as string });
    const unlike = { ...webhook(url), headers: null } as unknown as Target;
    expect(await send(unlike)).toMatchObject({ ok: false });
    expect(received).toEqual([]);
  });

  it('says how an authority is trusted that Node does not know', async () => {
    const server = createServer({ key: read('server.key'), cert: read('server.pem') }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sent = await send(webhook(`https://127.0.0.1:${String(port)}/hook`), { tries: 1 });
    expect(sent).toMatchObject({ ok: false, reason: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string });
    server.close();
  });

  it('says which secret is missing, and shows none', async () => {
    const { url, received } = await receiver();
    expect(await send(webhook(url, { secrets: { token: 'env:NOWHERE' } }))).toEqual({
      ok: false,
      reason: 'target ops: there is no secret at env:NOWHERE: set the environment variable NOWHERE',
    });
    const broken = webhook(url, { headers: { x: '{{secrets.token}}' }, secrets: { token: 'env:BAD' } });
    const sent = await send(broken, { environment: { BAD: 'line\nbreak-s3cret' } });
    expect(JSON.stringify(sent)).not.toContain('s3cret');
    expect(received).toEqual([]);
  });
});

describe('the presets', () => {
  it('slack: a header, the text as it is, and a link', async () => {
    const { url, received } = await receiver();
    const target: Target = { id: 'chat', type: 'slack', disable: false, webhookUrl: 'env:SLACK' };
    expect(await send(target, { environment: { SLACK: `${url}/services/T0/B0/x` } })).toEqual({ ok: true });
    expect(received[0]!.path).toBe('/services/T0/B0/x');
    expect(JSON.parse(received[0]!.body)).toMatchObject({
      text: PARCEL.message.title,
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: PARCEL.message.title } },
        { type: 'section', text: { type: 'plain_text', text: PARCEL.message.text.replace(`\n${LINK}`, '') } },
        { type: 'section', text: { type: 'mrkdwn', text: `<${LINK}|Look at it>` } },
      ],
    });
  });

  it('slack: shows its URL to nobody', async () => {
    const target: Target = { id: 'chat', type: 'slack', disable: false, webhookUrl: 'env:SLACK' };
    for (const SLACK of ['http://127.0.0.1:1/services/hush', 'no-url-hush', 'https://no host/hush']) {
      const sent = await send(target, { environment: { SLACK } });
      expect(sent.ok).toBe(false);
      expect(JSON.stringify(sent)).not.toContain('hush');
    }
  });

  it('ntfy: priority, tags and a click', async () => {
    const { url, received } = await receiver();
    const target: Target = { id: 'phone', type: 'ntfy', disable: false, server: `${url}/`, topic: 'backups', token: 'env:TOKEN' };
    expect(await send(target)).toEqual({ ok: true });
    expect(received).toMatchObject([{ method: 'POST', path: '/', headers: { authorization: 'Bearer s3cret-token' } }]);
    expect(JSON.parse(received[0]!.body)).toEqual({
      ...{ topic: 'backups', title: PARCEL.message.title, message: PARCEL.message.text },
      ...{ priority: 5, tags: ['rotating_light'], click: LINK },
    });
  });

  it('gotify: priority and a click', async () => {
    const { url, received } = await receiver();
    const target: Target = { id: 'tray', type: 'gotify', disable: false, server: url, token: 'env:TOKEN' };
    expect(await send(target)).toEqual({ ok: true });
    expect(received).toMatchObject([{ path: '/message', headers: { 'x-gotify-key': 's3cret-token' } }]);
    expect(JSON.parse(received[0]!.body)).toMatchObject({
      ...{ title: PARCEL.message.title, message: PARCEL.message.text, priority: 9 },
      extras: { 'client::notification': { click: { url: LINK } } },
    });
  });
});

describe('SNS', () => {
  const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:backups';
  const answer = {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
  };

  it('gets plain text with a subject, of the region of its ARN', async () => {
    const { url, received } = await receiver(answer);
    const before = { ...process.env };
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
    try {
      const environment = { AWS_ENDPOINT_URL_SNS: url };
      expect(await send({ id: 'topic', type: 'sns', disable: false, topic: TOPIC }, { environment })).toEqual({ ok: true });
      const mail: Target = { id: 'mail', type: 'email', disable: false, to: ['a@example.com'] };
      expect(await send(mail, { environment, topics: { mail: TOPIC } })).toEqual({ ok: true });
    } finally {
      process.env = before;
    }
    const form = new URLSearchParams(received[0]!.body);
    expect(Object.fromEntries(form)).toMatchObject({
      Action: 'Publish',
      TopicArn: TOPIC,
      Subject: PARCEL.message.title,
      Message: PARCEL.message.text,
    });
    expect(received[0]!.headers.authorization).toContain('/eu-central-1/sns/aws4_request');
    expect(received).toHaveLength(2);
  });

  it('has no topic for e-mail outside of a stack', async () => {
    const sent = await send({ id: 'mail', type: 'email', disable: false, to: ['a@example.com'] });
    expect(JSON.stringify(sent)).toContain('use type smtp here');
  });
});

describe('SMTP', () => {
  const target = (port: number, more: object = {}): Target => ({
    ...{ id: 'mail', type: 'smtp', disable: false, server: '127.0.0.1', port, mode: 'insecure' },
    ...{ from: 'flotilla@example.com', to: ['a@example.com', 'b@example.com'], ...more },
  });
  const signedIn = { username: 'me', password: 'env:TOKEN' };

  async function mailServer(rules?: MailRules): Promise<MailServer> {
    const server = await openMailServer(rules);
    open.push(server);
    return server;
  }

  it('gets one mail, with a subject and plain text, that it can tell from others', async () => {
    const server = await mailServer();
    expect(await send(target(server.port))).toEqual({ ok: true });
    expect(server.mails).toMatchObject([
      { from: 'flotilla@example.com', to: ['a@example.com', 'b@example.com'], user: '', isEncrypted: false },
    ]);
    const [{ text } = { text: '' }] = server.mails;
    expect(text).toContain(`Subject: ${PARCEL.message.title}`);
    expect(text).toMatch(/^Message-ID: <msg_[0-9a-f]{32}@flotilla>$/im);
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).toContain('SOURCE_UNREACHABLE: it did not work');
  });

  it('is signed in to without TLS where that is how it is reached', async () => {
    const server = await mailServer({ account: 'me:s3cret-token' });
    expect(await send(target(server.port, signedIn))).toEqual({ ok: true });
    expect(server.mails).toMatchObject([{ user: 'me', isEncrypted: false }]);
  });

  it('says why a mail was refused', async () => {
    const server = await mailServer({ refuse: 'nobody of that name' });
    expect(JSON.stringify(await send(target(server.port)))).toContain('nobody of that name');
  });

  it('is not reached without TLS where TLS is asked for', async () => {
    const server = await mailServer();
    expect(await send(target(server.port, { mode: 'starttls' }))).toMatchObject({ ok: false });
    expect(server.mails).toEqual([]);
  });

  describe.each(['starttls', 'tls'] as const)('with %s', (mode) => {
    it('is reached by an account, where the authority of its certificate is trusted', async () => {
      const server = await mailServer({ mode, account: 'me:s3cret-token' });
      const known = getCACertificates();
      setDefaultCACertificates([...known, AUTHORITY]);
      try {
        expect(await send(target(server.port, { mode, ...signedIn }))).toEqual({ ok: true });
        expect(server.mails).toMatchObject([{ user: 'me', isEncrypted: true }]);
        const wrong = await send(target(server.port, { mode, ...signedIn, username: 'you' }));
        expect(wrong).toMatchObject({ ok: false, reason: expect.stringContaining('wrong password') as string });
      } finally {
        setDefaultCACertificates(known);
      }
    });

    it('says how an authority is trusted that Node does not know', async () => {
      const server = await mailServer({ mode, account: 'me:s3cret-token' });
      const sent = await send(target(server.port, { mode, ...signedIn }));
      expect(sent).toMatchObject({ ok: false, reason: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string });
      expect(server.mails).toEqual([]);
    });
  });
});
