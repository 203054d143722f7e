import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { probesFor } from '../../lib/cli/check-probes.ts';
import { ConfigError } from '../../lib/errors.ts';
import { sendsEvents } from '../../lib/s3/bucket-events.ts';
import { parseDatastore } from '../../lib/config/datastore-values.ts';
import { makeJob } from '../infra/job-document.ts';
import { withRawStore } from './raw-server.ts';

const answering =
  (status: string, body: string) =>
  (socket: Socket): void =>
    void socket.write(
      `HTTP/1.1 ${status}\r\ncontent-type: application/xml\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`,
    );

const ask = (status: string, body: string) => withRawStore(answering(status, body), ({ connection }) => sendsEvents(connection));

describe('sendsEvents', () => {
  const open =
    '<?xml version="1.0" encoding="UTF-8"?><NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">';

  it('tells a bucket that sends its events to EventBridge from one that does not', async () => {
    const sent = `${open}<EventBridgeConfiguration></EventBridgeConfiguration></NotificationConfiguration>`;
    expect(await ask('200 OK', sent)).toBe(true);
    expect(await ask('200 OK', `${open}</NotificationConfiguration>`)).toBe(false);
  });

  it('takes a refusal for no answer', async () => {
    const refused = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>';
    await expect(ask('403 Forbidden', refused)).rejects.toThrow(ConfigError);
  });
});

describe('flotilla check', () => {
  it('asks for events the source of a job that is started by backups, on AWS alone', () => {
    const titles = (job: ReturnType<typeof makeJob>) =>
      probesFor(parseDatastore(job.source), [job]).map(({ title, optional }) => [title.split(' (')[0], optional]);
    expect(titles(makeJob())).toEqual([['list and read', false]]);
    const triggered = { job: 'trigger: on-backup' };
    expect(titles(makeJob(triggered))).toEqual([
      ['list and read', false],
      ['events to EventBridge', true],
    ]);
    const elsewhere = { ...triggered, source: 'endpoint: "https://s3.example.com", credentials: "env:MAIN"' };
    expect(titles(makeJob(elsewhere))).toEqual([['list and read', false]]);
  });
});
