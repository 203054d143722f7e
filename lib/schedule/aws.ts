import { planCron, type CronPlan } from '../calendar/eventbridge-cron.ts';
import { planIntervalCron } from '../calendar/interval.ts';
import type { Schedule } from './schedule.ts';

/** EventBridge Scheduler puts the time there for which it starts the execution. */
export const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

/** From when on the zones' rules are looked at: a template depends on the configuration, never on the day it is made. */
const RULES_FROM = Date.UTC(2026, 0, 1);

/** The expressions that start the schedule in an account. */
export function planExpressions({ times, timezone, window }: Schedule): CronPlan {
  if (times.kind === 'interval') return planIntervalCron({ everyMs: times.everyMs, window }, timezone);
  const plan = planCron(times.event, timezone, RULES_FROM);
  if ('problem' in plan) throw new Error(`a schedule was not refused although it ${plan.problem}`);
  return plan;
}
