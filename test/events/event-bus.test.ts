import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tellBus } from '../../lib/events/event-bus.ts';
import { runEnded } from '../../lib/sync/event/run-ended.ts';
import { UNSEEN } from '../../lib/sync/report/lag.ts';
import { foldReport } from '../../lib/sync/report/fold-report.ts';
import { groupRecord, runFacts } from '../sync/report/facts.ts';
import { job } from '../support/locations.ts';

const event = runEnded({
  ...{ job: job(), report: foldReport(runFacts([groupRecord()])), record: undefined, lag: UNSEEN },
  place: { bucket: 'control', key: 'runs/r1/report' },
});

interface Bus {
  readonly environment: Readonly<Record<string, string>>;
  readonly bodies: unknown[];
}

/** An endpoint that answers PutEvents as EventBridge does, with this result of the one entry. */
async function startBus(entry: object): Promise<Bus> {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    void Array.fromAsync(request as AsyncIterable<Buffer>).then((chunks) => {
      bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ FailedEntryCount: 'ErrorCode' in entry ? 1 : 0, Entries: [entry] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const { port } = server.address() as { port: number };
  return { environment: { AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${String(port)}` }, bodies };
}

describe('an event on the bus', () => {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  process.env['AWS_REGION'] ??= 'eu-central-1';

  it('has the type of the event as its detail type, and all of it as its detail', async () => {
    const { environment, bodies } = await startBus({ EventId: '1' });
    await tellBus(event, 'flotilla', environment);
    expect(bodies).toEqual([
      { Entries: [{ EventBusName: 'flotilla', Source: 'flotilla', DetailType: 'flotilla.run', Detail: JSON.stringify(event) }] },
    ]);
  });

  it('is told again when the bus refuses it', async () => {
    const { environment } = await startBus({ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' });
    await expect(tellBus(event, 'flotilla', environment)).rejects.toMatchObject({ code: 'EVENT_REFUSED' });
  });
});
