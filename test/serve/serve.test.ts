import { describe, expect, it } from 'vitest';
import { openService, type IntentEnd, type ServeWorld } from '../../lib/serve/serve.ts';
import type { Facts, ServedJob } from '../../lib/serve/served-job.ts';
import { NEW_STATE, type Intent, type ServeState } from '../../lib/serve/state.ts';
import { virtualClock, type VirtualClock } from '../support/virtual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = 9 * HOUR + MINUTE;
const hourly: ServedJob = {
  id: 'nightly',
  schedules: [
    {
      name: 'main',
      text: 'hourly',
      lastTime: (notAfter) => Math.floor(notAfter / HOUR) * HOUR,
      nextTime: (after) => (Math.floor(after / HOUR) + 1) * HOUR,
      input: (time) => ({ tick: time }),
    },
  ],
  after: [],
};

/** A run that had not ended when the service was last stopped. */
const left: Intent = {
  run: { job: 'nightly', id: 'left', startedAt: '1970-01-01T09:00:00.000Z' },
  cause: { kind: 'schedule', schedule: 'main', tick: 9 * HOUR },
  overrides: {},
};
const asked = { job: 'nightly', id: 'asked', startedAt: '1970-01-01T09:05:00.000Z' };
const LOADED: ServeState = { ...NEW_STATE, ticks: { nightly: { main: { text: 'hourly', at: 9 * HOUR } } } };

/** A service in a world that is no more than its clock and its disk. */
interface Service {
  readonly world: ServeWorld;
  readonly clock: VirtualClock;
  /** What is on the disk. */
  readonly disk: { state: ServeState };
  /** Each execution: of which run, and how many minutes after the start. */
  readonly executed: (readonly [id: string, minutes: number])[];
  readonly said: string[];
}

interface ServiceOptions {
  readonly intents?: readonly Intent[];
  readonly execute?: (executions: number) => IntentEnd | Promise<IntentEnd>;
  readonly canSave?: (minutes: number) => boolean;
  readonly onLook?: (looks: number) => void;
}

function openWorld(options: ServiceOptions): Service {
  const { intents = [], execute = () => 'ended', canSave = () => true, onLook } = options;
  const clock = virtualClock(START);
  const minutes = (): number => (clock.now() - START) / MINUTE;
  const loaded = { ...LOADED, intents };
  const disk = { state: loaded };
  const [executed, said]: [Service['executed'], string[]] = [[], []];
  let [stopped, names, looks] = [false, 0, 0];
  const look = (): Facts => {
    onLook?.(++looks);
    return { now: clock.now(), isSuspended: () => false, endedWell: () => [], openSince: () => [], nextPoll: undefined };
  };
  const tell = (line: string): void => void said.push(line);
  const world: ServeWorld = {
    loaded,
    save: async (state) => {
      if (!canSave(minutes())) throw new Error('no space left on device');
      disk.state = state;
    },
    execute: async ({ run }) => {
      executed.push([run.id, minutes()]);
      return execute(executed.length);
    },
    stop: () => {
      stopped = true;
      clock.wake();
    },
    name: (job) => ({ job, id: `run-${String(++names)}`, startedAt: new Date(clock.now()).toISOString() }),
    ...{ jobs: () => [hourly], look: async () => look(), now: clock.now, stopAsked: () => stopped },
    ...{ wait: clock.sleep, sleep: clock.sleep, wake: clock.wake, log: { info: tell, error: tell } },
  };
  return { world, clock, disk, executed, said };
}

/** Serves for so many minutes, and stops. */
async function serveFor(minutes: number, { world, clock }: Service): Promise<void> {
  const served = openService(world).run();
  await clock.runTo(START + minutes * MINUTE);
  world.stop();
  await served;
}

describe('flotilla serve', () => {
  it('tries a run that cannot be executed again, later each time, and never gives up what it was for', async () => {
    const service = openWorld({
      intents: [left],
      execute: (executions) => {
        if (executions < 3) throw new Error('the table is out of reach');
        return executions < 6 ? 'unfinished' : 'ended';
      },
    });
    await serveFor(40, service);
    expect(service.executed.map(([, minutes]) => minutes)).toEqual([0, 1, 3, 7, 15, 31]);
    expect(service.said.filter((line) => line.includes('out of reach'))).toHaveLength(2);
    expect(service.said.filter((line) => line.includes('is tried again in'))).toHaveLength(5);
    expect(service.disk.state.intents).toEqual([]);
  });

  it('tries it once in half an hour at least, and leaves it to its next start when it is stopped', async () => {
    const service = openWorld({ intents: [left], execute: () => 'unfinished' });
    await serveFor(58, service);
    expect(service.executed.map(([, minutes]) => minutes)).toEqual([0, 1, 3, 7, 15, 31]);
    expect(service.disk.state.intents).toEqual([left]);
    const next = openWorld({ intents: [left], execute: (executions) => (executions > 9 ? 'ended' : 'unfinished') });
    next.world.jobs = () => [];
    await serveFor(300, next);
    expect(next.executed.map(([, minutes]) => minutes)).toEqual([0, 1, 3, 7, 15, 31, 63, 95, 127, 159]);
  });

  it('starts nothing that could not be written down, says so each minute, and starts it when it can be', async () => {
    const service = openWorld({ canSave: (minutes) => minutes > 65 });
    await serveFor(90, service);
    expect(service.executed).toEqual([['run-8', 66]]);
    expect(service.said.filter((line) => line.includes('no space left'))).toHaveLength(7);
    expect(service.disk.state).toEqual({ ...LOADED, ticks: { nightly: { main: { text: 'hourly', at: 10 * HOUR } } } });
  });

  it('goes on when it could not write down that a run has ended, and does so later', async () => {
    const service = openWorld({ intents: [left], canSave: (minutes) => minutes > 70 });
    await serveFor(130, service);
    expect(service.executed.map(([id]) => id)).toEqual(['left', expect.stringMatching(/^run-/), expect.stringMatching(/^run-/)]);
    expect(service.disk.state.intents).toEqual([]);
  });

  it('asks its runs to come to a safe point when it is itself at fault, and says at once why', async () => {
    let told: readonly string[] = [];
    const service = openWorld({
      intents: [left],
      execute: async (): Promise<IntentEnd> => {
        while (!service.world.stopAsked()) await service.clock.sleep(MINUTE);
        told = [...service.said];
        return 'unfinished';
      },
      onLook: (looks) => {
        if (looks === 3) throw new TypeError('undefined is not a fact');
      },
    });
    const served = expect(openService(service.world).run()).rejects.toThrow('undefined is not a fact');
    await service.clock.runTo(START + 30 * MINUTE);
    await served;
    expect(told).toEqual(['the service ends, as soon as its runs have come to a safe point: undefined is not a fact']);
    expect(service.disk.state.intents).toEqual([left]);
  });

  it('writes down what a person asks for before it says yes, starts it at once, and finds it again after a kill', async () => {
    const { world, clock, disk, executed } = openWorld({ intents: [] });
    const service = openService(world);
    const served = service.run();
    await clock.runTo(START + 5 * MINUTE);
    await service.submit(asked, { 'worker-threads': 2 });
    expect(disk.state.intents).toEqual([{ run: asked, cause: { kind: 'manual' }, overrides: { 'worker-threads': 2 } }]);
    await clock.runTo(START + 7 * MINUTE);
    expect(executed.map(([id]) => id)).toEqual(['asked']);
    expect(disk.state.intents).toEqual([]);
    world.stop();
    await served;

    const manual: Intent = { run: asked, cause: { kind: 'manual' }, overrides: { 'worker-threads': 2 } };
    const again = openWorld({ intents: [manual] });
    await serveFor(1, again);
    expect(again.executed).toEqual([['asked', 0]]);
  });

  it('starts nothing for a person that it could not write down, or while it is being stopped', async () => {
    const service = openWorld({ canSave: () => false });
    await expect(openService(service.world).submit(asked, {})).rejects.toMatchObject({ code: 'SERVE_STATE_UNSAVED' });
    service.world.stop();
    await expect(openService(service.world).submit(asked, {})).rejects.toMatchObject({ code: 'SERVE_STOPPING' });
    expect(service.executed).toEqual([]);
  });
});
