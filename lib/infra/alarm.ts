import { Duration } from 'aws-cdk-lib/core';
import { Alarm, ComparisonOperator, Metric, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE, type CloudMetric } from '../events/metric-names.ts';

/**
 * What alarms are about, by the name of their section in docs/runbook.md. A `happening` is told each time and has no end; a `state`
 * is told when it begins and when it is over. `missing` says what is made of a time for which nothing was measured.
 */
export const ALARM_KINDS = {
  'run-did-not-happen': { tells: 'state', missing: TreatMissingData.BREACHING },
  'run-failed': { tells: 'happening', missing: TreatMissingData.NOT_BREACHING },
  'lag-over-max-lag': { tells: 'state', missing: TreatMissingData.IGNORE },
  errors: { tells: 'happening', missing: TreatMissingData.NOT_BREACHING },
  'dead-letters': { tells: 'state', missing: TreatMissingData.NOT_BREACHING },
  'lock-held-too-long': { tells: 'state', missing: TreatMissingData.IGNORE },
  throttles: { tells: 'happening', missing: TreatMissingData.NOT_BREACHING },
} as const;
export type AlarmKind = keyof typeof ALARM_KINDS;

export interface AlarmProps {
  readonly kind: AlarmKind;
  /** Tells alarms of one kind apart. */
  readonly part?: string;
  /** What is the matter, as a sentence without its full stop. */
  readonly what: string;
  /** With its period; the alarm goes off when one value of it reaches `threshold`. */
  readonly metric: IMetric;
  readonly threshold: number;
}

/** Adds one alarm below a construct. */
export type AddAlarm = (scope: Construct, props: AlarmProps) => Alarm;

export interface AlarmsProps {
  /** What the alarms are of, at the beginning of their texts: `Flotilla job daily`. */
  readonly of: string;
  readonly topic: ITopic;
  /** Names begin with it; without it CloudFormation makes them up. */
  readonly prefix?: string;
}

/** Makes alarms alike: one value too many goes off, the text says what and where the runbook goes on, the topic is told. */
export function alarmsOf({ of, topic, prefix }: AlarmsProps): AddAlarm {
  return (scope, { kind, part, what, metric, threshold }) => {
    const { missing, tells } = ALARM_KINDS[kind];
    const name = part === undefined ? kind : `${kind}-${part}`;
    const alarm = new Alarm(scope, `Alarm-${name}`, {
      ...(prefix !== undefined && { alarmName: `${prefix}-${name}` }),
      alarmDescription: `${of}: ${what}. What it means and what to do: docs/runbook.md#${kind}`,
      ...{ metric, threshold, evaluationPeriods: 1, treatMissingData: missing },
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    });
    const action = new SnsAction(topic);
    alarm.addAlarmAction(action);
    if (tells === 'state') alarm.addOkAction(action);
    return alarm;
  };
}

/** A metric of a job as lib/events/metrics.ts writes it, without its second dimension. */
export function jobMetric(job: string, { name }: CloudMetric, how: { statistic: 'Sum' | 'Maximum'; minutes: number }): Metric {
  const period = Duration.minutes(how.minutes);
  return new Metric({ namespace: METRIC_NAMESPACE, metricName: name, dimensionsMap: { job }, statistic: how.statistic, period });
}
