import { describe, expect, it } from 'vitest';
import { ALARM_KINDS } from '../../lib/infra/alarm.ts';
import { readPage } from '../docs/pages.ts';
import { makeJob } from './job-document.ts';
import { ofType, synthesizeStacks, type Resources } from './synthesize.ts';

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly [property: string]: unknown;
}

describe('the alarms of a job', () => {
  const { job } = synthesizeStacks(makeJob({ job: 'schedule: daily, trigger: on-backup' }));
  const alarms = alarmsOf(job);
  const alarm = (name: string): AlarmProperties => {
    const found = alarms.find(({ AlarmName }) => AlarmName === `Flotilla-daily-offsite-${name}`);
    if (found === undefined) throw new Error(`no alarm ${name}`);
    return found;
  };

  it('each tell the topic, and say which section of the runbook they mean', () => {
    for (const { AlarmActions, AlarmDescription, EvaluationPeriods } of alarms) {
      expect(AlarmActions).toHaveLength(1);
      expect(EvaluationPeriods).toBe(1);
      expect(AlarmDescription).toMatch(
        /^Flotilla job daily-offsite: .+ What it means and what to do: docs\/runbook\.md#[a-z-]+$/,
      );
    }
  });

  it('go off when an execution failed, timed out or was aborted, also when one of the three never happened', () => {
    const metrics = alarm('run-failed')['Metrics'] as { Expression?: string }[];
    for (const name of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted']) {
      expect(JSON.stringify(metrics)).toContain(name);
    }
    const expressions = metrics.flatMap(({ Expression }) => Expression ?? []);
    expect(expressions).toEqual(['FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)']);
    expect(alarm('run-failed')).toMatchObject({ TreatMissingData: 'notBreaching', Threshold: 1 });
  });

  it('go off when a run is overdue, and when nobody has watched for an hour', () => {
    expect(alarm('run-did-not-happen')).toMatchObject({
      ...{ Namespace: 'Flotilla', MetricName: 'RunsOverdue', Dimensions: [{ Name: 'job', Value: 'daily-offsite' }] },
      ...{ Threshold: 1, Period: 3600, Statistic: 'Maximum', TreatMissingData: 'breaching' },
      OKActions: [expect.anything()],
    });
  });

  it('go off when a lock is held for half an hour without progress', () => {
    expect(alarm('lock-held-too-long')).toMatchObject({ MetricName: 'LockIdleSeconds', Threshold: 1800, Period: 900 });
  });

  it('tell a failure each time, and never that it is over', () => {
    for (const name of ['run-failed', 'errors', 'throttles']) {
      expect(alarm(name)).toMatchObject({ TreatMissingData: 'notBreaching' });
      expect(alarm(name)).not.toHaveProperty('OKActions');
    }
  });

  it('take a few throttled answers for nothing, and one in twenty for too many', () => {
    const expression = (alarm('throttles')['Metrics'] as { Expression?: string }[]).flatMap(({ Expression }) => Expression ?? []);
    expect(expression).toEqual(['IF(throttles > 50, 100 * throttles / requests, 0)']);
    expect(alarm('throttles')['Threshold']).toBe(5);
  });

  it('go off for what a schedule or a trigger could not start', () => {
    for (const part of ['schedules', 'triggers']) {
      expect(alarm(`dead-letters-${part}`)).toMatchObject({ MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1 });
    }
  });

  it('go off when the copy is further behind than max-lag, and stay as they are while nobody measures', () => {
    const alarms = alarmsOf(synthesizeStacks(makeJob({ job: 'max-lag: 26h' })).job);
    expect(alarms.filter(({ AlarmName }) => AlarmName.endsWith('lag-over-max-lag'))).toMatchObject([
      { MetricName: 'LagSeconds', Threshold: 93_600, Period: 900, Statistic: 'Maximum', TreatMissingData: 'ignore' },
    ]);
  });

  it('know nothing of a lag where the job has no max-lag', () => {
    expect(alarms.filter(({ AlarmName }) => AlarmName.includes('lag'))).toEqual([]);
  });
});

function alarmsOf(resources: Resources): readonly AlarmProperties[] {
  return ofType(resources, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties as unknown as AlarmProperties);
}

describe('docs/runbook.md', () => {
  const page = readPage('docs/runbook.md');
  const sections = [...page.prose.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(' ', '-'));

  it('has a section for each alarm, and no other', () => {
    expect(sections).toEqual(Object.keys(ALARM_KINDS));
  });

  it('says in each what it means, what to look at and what to do', () => {
    const texts = page.prose.split(/^## .+$/m).slice(1);
    for (const text of texts) {
      for (const part of ['What it means', 'What to look at', 'What to do']) expect(text).toContain(`**${part}**`);
    }
  });
});
