import type { ConcurrencyController } from '../../../lib/transfer/concurrency/controller.ts';
import { seededRandom, type Random } from '../../support/random.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/** Workers that share one link to one provider. */
export interface Scenario {
  readonly seed: string;
  readonly workers: number;
  /** Round trip, ms. */
  readonly rttMs: number;
  readonly mbitPerSecond: number;
  /** An object's bytes, drawn evenly from the lower to the upper. */
  readonly objectBytes: readonly [number, number];
  /** Spread of the provider's own time for a request: sigma of a log-normal around `serverMs`. */
  readonly sigma?: number;
  readonly serverMs?: number;
  /** Packets lost by chance. */
  readonly loss?: number;
  /** Requests a second before the provider answers 503; two make a transfer. */
  readonly requestsPerSecond?: number;
  /** Share of requests that are refused by chance. */
  readonly refused?: number;
  /** The link's rate is multiplied by this from `changeAtMs` on. */
  readonly change?: { readonly atMs: number; readonly rate: number; readonly rttMs: number };
}

export interface Outcome {
  /** Bytes a second, over all workers, from `fromMs` on. */
  readonly bytesPerSecond: number;
  /** Transfers in flight a worker at the end, averaged over the last quarter. */
  readonly inFlight: number;
  /** Requests refused for each that was answered, from `fromMs` on. */
  readonly refusedShare: number;
}

const MSS = 1460;
const FIRST_WINDOW = 10 * MSS;
const WINDOW = 4 * 1024 * 1024;
/** What one process can do: so many ms an object and a byte, as docs/performance.md has it. */
const CPU_MS_AN_OBJECT = 0.25;
const CPU_MS_A_BYTE = 4 / 1_000_000;
const MAX_BACKOFF_MS = 5_000;

interface Connection {
  window: number;
  threshold: number;
  usedAt: number;
}

interface Flow {
  left: number;
  readonly connection: Connection;
  readonly done: () => void;
}

/** Runs the scenario with one controller a worker, in simulated time: nothing here waits. */
export function simulate(
  scenario: Scenario,
  make: (worker: number) => ConcurrencyController,
  [fromMs, untilMs]: readonly [number, number],
): Outcome {
  const timeline = createTimeline();
  const link = createLink(scenario, timeline);
  const provider = createProvider(scenario, timeline);
  const seen = { limit: 0, looks: 0 };
  const controllers = Array.from({ length: scenario.workers }, (_, at) => make(at));
  for (const [at, controller] of controllers.entries()) {
    startWorker({ scenario, timeline, link, provider, controller, random: seededRandom(scenario.seed, at) });
  }
  const look = (): void => {
    if (timeline.now === fromMs) {
      provider.forget();
      link.forget();
    }
    if (timeline.now > untilMs - (untilMs - fromMs) / 4) {
      seen.looks += controllers.length;
      for (const { limit } of controllers) seen.limit += limit;
    }
    timeline.at(timeline.now + 100, look);
  };
  timeline.at(0, look);
  timeline.runUntil(untilMs);
  const { answered, refused } = provider.counts;
  return {
    bytesPerSecond: (link.bytes() / (untilMs - fromMs)) * 1000,
    inFlight: seen.limit / seen.looks,
    refusedShare: refused / Math.max(1, answered),
  };
}

interface WorkerParts {
  readonly scenario: Scenario;
  readonly timeline: Timeline;
  readonly link: Link;
  readonly provider: Provider;
  readonly controller: ConcurrencyController;
  readonly random: Random;
}

/** Has always something to move, on connections of its own, and a processor of its own. */
function startWorker({ scenario, timeline, link, provider, controller, random }: WorkerParts): void {
  const idle: Connection[] = [];
  const [least, most] = scenario.objectBytes;
  let inFlight = 0;
  let processorFree = 0;
  let refusals = 0;

  const begin = (): void => {
    inFlight += 1;
    controller.begun(timeline.now);
    const startedAt = timeline.now;
    const bytes = least + Math.floor(random.fraction() * (most - least));
    const kept = idle.pop();
    const connection = kept ?? { window: FIRST_WINDOW, threshold: WINDOW, usedAt: timeline.now };
    // Servers begin anew on a connection that was idle for longer than its retransmission timeout (RFC 2861).
    if (timeline.now - connection.usedAt > link.rttMs() + 200) connection.window = FIRST_WINDOW;
    const end = (): void => {
      inFlight -= 1;
      connection.usedAt = timeline.now;
      idle.push(connection);
      const outcome = refusals > 0 ? 'throttled' : 'moved';
      refusals = Math.max(0, refusals - 1);
      controller.ended({ now: timeline.now, startedAt, bytes, outcome });
      fill();
    };
    const process = (): void => {
      processorFree = Math.max(processorFree, timeline.now) + CPU_MS_AN_OBJECT + bytes * CPU_MS_A_BYTE;
      timeline.at(processorFree, () => ask(0, end));
    };
    const ask = (attempt: number, then: () => void): void =>
      provider.ask(random, link.rttMs(), (granted) => {
        if (granted) return then();
        refusals += 1;
        const ceiling = Math.min(MAX_BACKOFF_MS, 500 * 2 ** attempt);
        timeline.at(timeline.now + random.fraction() * ceiling, () => ask(attempt + 1, then));
      });
    const handshake = kept === undefined ? 2 * link.rttMs() : 0;
    timeline.at(timeline.now + handshake, () => ask(0, () => link.send({ left: bytes, connection, done: process }, random)));
  };
  const fill = (): void => {
    while (inFlight < controller.limit) begin();
  };
  timeline.at(0, fill);
}

interface Provider {
  readonly counts: { readonly answered: number; readonly refused: number };
  forget(): void;
  ask(random: Random, rttMs: number, then: (granted: boolean) => void): void;
}

function createProvider(
  { requestsPerSecond = Infinity, refused = 0, sigma = 0, serverMs = 10 }: Scenario,
  timeline: Timeline,
): Provider {
  // What may come at once: a tenth of a second's worth.
  const burst = Math.max(1, requestsPerSecond / 10);
  const counts = { answered: 0, refused: 0 };
  let tokens = burst;
  let filledAt = 0;
  const grant = (random: Random): boolean => {
    if (random.fraction() < refused) return false;
    if (requestsPerSecond === Infinity) return true;
    tokens = Math.min(burst, tokens + ((timeline.now - filledAt) / 1000) * requestsPerSecond);
    filledAt = timeline.now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
  return {
    counts,
    forget: () => void Object.assign(counts, { answered: 0, refused: 0 }),
    ask(random, rttMs, then) {
      const granted = grant(random);
      if (granted) counts.answered += 1;
      else counts.refused += 1;
      timeline.at(timeline.now + rttMs + (granted ? serverMs * Math.exp(sigma * normal(random)) : 0), () => then(granted));
    },
  };
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
}

interface Link {
  rttMs(): number;
  /** Bytes carried since the last `forget`. */
  bytes(): number;
  forget(): void;
  send(flow: Flow, random: Random): void;
}

/** Shares its rate evenly among the flows, each of which goes no faster than its window allows (slow start, then one MSS a round trip). */
function createLink({ rttMs, mbitPerSecond, loss = 0, change, objectBytes }: Scenario, timeline: Timeline): Link {
  let flows: Flow[] = [];
  let running = false;
  let carried = 0;
  const isChanged = (): boolean => change !== undefined && timeline.now >= change.atMs;
  const bytesPerMs = (): number => (mbitPerSecond / 8) * 1000 * (isChanged() ? change!.rate : 1);
  const rtt = (): number => (isChanged() ? change!.rttMs : rttMs);
  const stepMs = (): number => {
    const fair = (objectBytes[0] * flows.length) / bytesPerMs();
    return Math.min(20, Math.max(0.25, rtt() / 8, fair / 4));
  };
  const step = (ms: number, random: Random): void => {
    const granted = shareOut(flows, bytesPerMs() * ms, (flow) => (flow.connection.window / rtt()) * ms);
    for (const [at, flow] of flows.entries()) {
      const bytes = granted[at]!;
      flow.left -= bytes;
      carried += bytes;
      grow(flow.connection, bytes);
      if (loss > 0 && random.fraction() < (bytes / MSS) * loss) shrink(flow.connection);
    }
    const done = flows.filter(({ left }) => left <= 0);
    if (done.length > 0) flows = flows.filter(({ left }) => left > 0);
    for (const flow of done) flow.done();
    const next = stepMs();
    running = flows.length > 0;
    if (running) timeline.at(timeline.now + next, () => step(next, random));
  };
  return {
    rttMs: rtt,
    bytes: () => carried,
    forget: () => void (carried = 0),
    send(flow, random) {
      flows.push(flow);
      if (running) return;
      running = true;
      const first = stepMs();
      timeline.at(timeline.now + first, () => step(first, random));
    },
  };
}

function grow(connection: Connection, bytes: number): void {
  const { window, threshold } = connection;
  connection.window = Math.min(WINDOW, window + (window < threshold ? bytes : (MSS * bytes) / window));
}

function shrink(connection: Connection): void {
  connection.window = connection.threshold = Math.max(FIRST_WINDOW, connection.window / 2);
}

/** What each gets of `total`: evenly, and what some cannot take goes to the others. */
function shareOut(flows: readonly Flow[], total: number, most: (flow: Flow) => number): Float64Array {
  const granted = new Float64Array(flows.length);
  let left = total;
  let open = flows.length;
  for (let pass = 0; pass < 3 && open > 0 && left > 1; pass += 1) {
    const fair = left / open;
    for (const [at, flow] of flows.entries()) {
      const room = Math.min(flow.left, most(flow)) - granted[at]!;
      if (room <= 0) continue;
      const more = Math.min(room, fair);
      granted[at]! += more;
      left -= more;
      if (more === room) open -= 1;
    }
  }
  return granted;
}
