import { Duration, TimeZone } from 'aws-cdk-lib/core';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { schedulesOf } from '../config/check-schedules.ts';
import type { JobDocument } from '../config/job-document.ts';
import { planExpressions, SCHEDULED_TIME } from '../schedule/aws.ts';
import { describeSchedule } from '../schedule/describe.ts';
import { tickInput, type Schedule as JobSchedule } from '../schedule/schedule.ts';
import type { AddAlarm } from './alarm.ts';
import { deadLetters } from './dead-letters.ts';
import { schedulerRole } from './scheduler-role.ts';

export interface JobSchedulesProps {
  readonly job: JobDocument;
  readonly stateMachine: StateMachine;
  readonly addAlarm: AddAlarm | undefined;
}

/**
 * EventBridge Scheduler's most (facts/aws.md 5.1): a start that comes late serves all ticks that are due by then, at once, and none
 * after the schedule's window, so that nothing is gained by giving up early.
 */
const MAX_EVENT_AGE = Duration.hours(24);
const RETRY_ATTEMPTS = 185;

/** The job's schedules in EventBridge Scheduler, one for each expression, and what they could not start. */
export class JobSchedules extends Construct {
  constructor(scope: Construct, id: string, props: JobSchedulesProps) {
    super(scope, id);
    const { job, stateMachine, addAlarm } = props;
    const schedules = schedulesOf(job);
    if (schedules.length === 0) return;
    const what = 'a schedule could not start a run';
    const letters = deadLetters(this, 'DeadLetters', { part: 'schedules', what, addAlarm });
    const description = `Starts the Flotilla job ${job.id} by its schedules`;
    const role = schedulerRole(this, 'Role', { description, starts: stateMachine, letters });
    for (const schedule of schedules) this.#addSchedule(schedule, { stateMachine, letters, role });
  }

  /** A cron schedule without a start date begins with its next time: a deploy starts nothing. */
  #addSchedule(schedule: JobSchedule, { stateMachine, letters, role }: Started): void {
    const { expressions, zone } = planExpressions(schedule);
    const target = new StepFunctionsStartExecution(stateMachine, {
      role,
      input: ScheduleTargetInput.fromObject(tickInput(schedule, SCHEDULED_TIME)),
      deadLetterQueue: letters,
      maxEventAge: MAX_EVENT_AGE,
      retryAttempts: RETRY_ATTEMPTS,
    });
    const { jitterMs } = schedule;
    for (const [index, expression] of expressions.entries()) {
      new Schedule(this, `At-${schedule.name}-${String(index + 1)}`, {
        description: `${schedule.name}: ${describeSchedule(schedule)}`.slice(0, MAX_DESCRIPTION),
        schedule: ScheduleExpression.expression(expression, TimeZone.of(zone)),
        timeWindow: jitterMs === 0 ? TimeWindow.off() : TimeWindow.flexible(Duration.millis(jitterMs)),
        target,
      });
    }
  }
}

const MAX_DESCRIPTION = 512;

interface Started {
  readonly stateMachine: IStateMachine;
  readonly letters: IQueue;
  readonly role: IRole;
}
