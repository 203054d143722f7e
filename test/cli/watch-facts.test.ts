import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { servedJobs } from '../../lib/cli/serve/served-jobs.ts';
import { watchFacts, type WatchedFacts } from '../../lib/cli/serve/watch-facts.ts';
import { stopSwitch } from '../../lib/cli/stop-switch.ts';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { ServedJob } from '../../lib/serve/served-job.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { smallSource } from '../support/source.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const POLL_MS = 300_000;

describe('what flotilla serve looks up', () => {
  let cloud: TestCloud;
  let facts: WatchedFacts;
  let now: number;
  let jobs: readonly ServedJob[];

  beforeEach(async () => {
    now = NOW;
    cloud = await startTestCloud({ now: () => now });
    const source = cloud.location('source', 'main');
    await smallSource(cloud.open(source)).addNight();
    const document: JobDocument = cloud.job(source, cloud.location('target', 'main'), { trigger: 'on-backup', poll: '5m' });
    const configuration = { jobs: [document] };
    jobs = servedJobs(configuration);
    facts = watchFacts({
      ...{ cloud: cloud.cloud, configuration: () => configuration, jobs: () => jobs },
      context: { now: () => now, stop: stopSwitch() },
      ...{ wake: () => undefined, log: { warn: (line) => void cloud.log.push(line) } },
    });
  });
  afterEach(() => cloud.close());

  const look = async () => {
    const seen = await facts.look();
    await facts.rest();
    return seen;
  };
  /** How often the source was listed since this was last asked. */
  const polls = () => {
    const listed = cloud.requests.filter(({ operation, bucket }) => operation === 'ListObjectsV2' && bucket === 'source');
    cloud.requests.length = 0;
    return listed.length > 0;
  };

  it('is each group that waits for a run, once a poll has heard of it', async () => {
    await look();
    expect((await look())?.openSince('nightly')).toContain(NOW);
  });

  it('is nothing of jobs that came after that were not there when it looked', async () => {
    const seen = await look();
    expect(seen?.endedWell('nightly')).toBeUndefined();
    jobs = [...jobs, { id: 'chained', schedules: [], after: ['nightly'] }];
    expect((await look())?.endedWell('nightly')).toEqual([]);
  });

  it('asks the source at each interval, also when the clock was years ahead and is set right', async () => {
    await look();
    expect(polls()).toBe(true);
    now += POLL_MS - 1;
    await look();
    expect(polls()).toBe(false);
    now += 80_000 * 3_600_000;
    await look();
    expect(polls()).toBe(true);
    now = NOW + POLL_MS;
    await look();
    expect(polls()).toBe(true);
    await look();
    expect(polls()).toBe(false);
  });
});
