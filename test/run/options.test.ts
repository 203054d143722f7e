import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addOverrideFlags, overridesOf } from '../../lib/cli/override-flags.ts';
import { mergeOverrides, parseJob, type JobDocument } from '../../lib/config/job-document.ts';
import { startTestCloud, type Execution, type TestCloud } from '../support/cloud.ts';
import { readObjects } from '../support/source.ts';
import { fillOptions, type OptionsWorld } from './options-world.ts';

/** One run: flags as a person types them, the same as the input of an execution in the console, and what is there after it. */
interface Step {
  readonly title?: string;
  /** What happens before the run. */
  readonly first?: (world: OptionsWorld) => Promise<unknown>;
  readonly flags: string;
  readonly input: object;
  /** What the job's configuration says besides. */
  readonly job?: Partial<JobDocument>;
  /** Visible snapshots of the target, `web 1`: group and day. */
  readonly leaves: readonly string[];
  readonly state?: string;
  readonly code?: string;
  readonly then?: (world: OptionsWorld, execution: Execution) => Promise<unknown>;
}

const ALL = ['a/b/db 1', 'a/db 1', 'vm 1', 'web 1', 'web 2', 'web 3'];
const none: Step = { flags: '', input: {}, leaves: ALL };

const OPTIONS: Readonly<Record<string, readonly Step[]>> = {
  'group-filter': [
    {
      flags: '--group-filter type:vm --group-filter exclude:regex:7$',
      input: { 'group-filter': ['type:vm', 'exclude:regex:7$'] },
      leaves: ['vm 1'],
    },
    { flags: '--no-group-filter', input: { 'group-filter': [] }, leaves: ALL },
  ],
  'max-depth': [
    { flags: '--max-depth 0', input: { 'max-depth': 0 }, leaves: ['vm 1', 'web 1', 'web 2', 'web 3'] },
    { flags: '--max-depth 1', input: { 'max-depth': 1 }, leaves: ALL.filter((name) => !name.startsWith('a/b')) },
    { flags: '--no-max-depth', input: { 'max-depth': null }, leaves: ALL },
  ],
  'transfer-last and fill-gaps': [
    { flags: '--transfer-last 1', input: { 'transfer-last': 1 }, leaves: ['a/b/db 1', 'a/db 1', 'vm 1', 'web 3'] },
    { flags: '', input: {}, leaves: ['a/b/db 1', 'a/db 1', 'vm 1', 'web 3'] },
    { flags: '--fill-gaps', input: { 'fill-gaps': true }, leaves: ALL },
  ],
  'verified-only': [{ flags: '--verified-only', input: { 'verified-only': true }, leaves: ['a/db 1', 'web 2'] }],
  'encrypted-only': [{ flags: '--encrypted-only true', input: { 'encrypted-only': true }, leaves: ['vm 1'] }],
  owner: [
    {
      ...{ flags: '--owner backup@pbs!offsite', input: { owner: 'backup@pbs!offsite' }, leaves: ALL },
      then: async ({ text }) => expect(await text('.cnt/host/web/owner')).toBe('backup@pbs!offsite\n'),
    },
    {
      ...{ title: 'and the source’s own is somebody else', flags: '--owner source', input: { owner: 'source' }, leaves: ALL },
      ...{ state: 'errors', code: 'OWNER_DIFFERS' },
    },
  ],
  'dry-run': [
    {
      ...{ flags: '--dry-run', input: { 'dry-run': true }, leaves: [] },
      then: async ({ keys }) => expect(await keys()).toEqual([]),
    },
  ],
  'target-in-use, of the job alone,': [
    {
      ...{ first: ({ target }) => target.put('.in-use', Buffer.from('{}')), flags: '', input: {}, leaves: [] },
      ...{ state: 'failed', code: 'TARGET_IN_USE' },
    },
    { flags: '', input: { 'target-in-use': 'allow' }, leaves: [], state: 'failed', code: 'OVERRIDES_INVALID' },
    { flags: '', input: {}, job: { 'target-in-use': 'allow' }, leaves: ALL },
  ],
  'resync-corrupt': [
    none,
    {
      ...{
        title: 'leaves damage alone without it',
        first: ({ damageCopy }) => damageCopy('web', 2),
        flags: '',
        input: {},
        leaves: ALL,
      },
      then: async ({ lost }) => expect(await lost()).toBe(1),
    },
    {
      ...{ flags: '--resync-corrupt', input: { 'resync-corrupt': true }, leaves: ALL },
      then: async ({ lost }, { report }) => expect([await lost(), report.tally.chunks]).toEqual([0, 1]),
    },
  ],
  'carry-marks': [
    none,
    {
      ...{
        first: ({ note }) => note('web', 1, 'kept for the audit'),
        flags: '--carry-marks false',
        input: { 'carry-marks': false },
      },
      ...{ leaves: ALL, then: async ({ notes }) => expect(await notes('web', 1)).toBeUndefined() },
    },
    { ...none, then: async ({ notes }) => expect(await notes('web', 1)).toBe('kept for the audit') },
  ],
  'remove-vanished and max-delete': [
    none,
    {
      ...{ title: 'is refused for what is too much', first: ({ forget }) => forget('web', [1, 2]) },
      ...{ flags: '--remove-vanished --max-delete 1', input: { 'remove-vanished': true, 'max-delete': 1 } },
      ...{ leaves: ALL, state: 'failed', code: 'REMOVAL_REFUSED' },
    },
    {
      ...{ flags: '--remove-vanished --max-delete 50%', input: { 'remove-vanished': true, 'max-delete': '50%' } },
      leaves: ALL.filter((name) => name !== 'web 1' && name !== 'web 2'),
    },
  ],
  'vanished-by-filter': [
    none,
    {
      ...{ title: 'without it a filter removes nothing', flags: '--remove-vanished --verified-only --max-delete 100%' },
      ...{ input: { 'remove-vanished': true, 'verified-only': true, 'max-delete': '100%' }, leaves: ALL },
    },
    {
      flags: '--remove-vanished --verified-only --max-delete 100% --vanished-by-filter',
      input: { 'remove-vanished': true, 'verified-only': true, 'max-delete': '100%', 'vanished-by-filter': true },
      leaves: ['a/db 1', 'web 2'],
    },
  ],
};

/** What the command line makes of these flags. */
function parsed(flags: string): object {
  const command = addOverrideFlags(new Command()).exitOverride();
  command.parse(
    flags.split(' ').filter((word) => word !== ''),
    { from: 'user' },
  );
  return overridesOf(command);
}

const jobOf = (document: JobDocument, overrides: object) => parseJob(mergeOverrides(document, overrides));

describe('a run of the deployed state machine', () => {
  let cloud: TestCloud;

  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud.close());

  it.each(Object.entries(OPTIONS))('does what %s says, as an input of the execution and as flags', async (option, steps) => {
    const place = option.replaceAll(/\W+/g, '-').slice(0, 30).replace(/-$/, '');
    const [from, to] = [cloud.location('source', place), cloud.location('target', place)];
    const world = await fillOptions(cloud.open(from), cloud.open(to), () => readObjects(cloud.bucketFolder('target'), place));
    for (const step of steps) {
      await step.first?.(world);
      const job = cloud.job(from, to, { id: place, ...step.job });
      if (step.flags !== '') expect(jobOf(job, parsed(step.flags))).toEqual(jobOf(job, step.input));
      const execution = await cloud.execute(job, step.input);
      const { report, outcome } = execution;
      const state = step.state ?? 'ok';
      expect([step.title, report.state, report.failures[0]?.code], step.flags).toEqual([step.title, state, step.code]);
      expect(outcome.status).toBe(state === 'ok' ? 'SUCCEEDED' : 'FAILED');
      expect(await world.visible(), step.flags).toEqual(step.leaves);
      await step.then?.(world, execution);
    }
  });
});
