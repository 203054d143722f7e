import { z } from 'zod';
import { clockProblem, everyProblem, jitterProblem, timesProblem } from '../schedule/read-schedules.ts';
import { checkTimezone, text } from './formats.ts';

const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9-]{0,31}$';

/** Schedule names become parts of resource names in EventBridge. */
function checkName(name: string): string | undefined {
  if (new RegExp(NAME_PATTERN).test(name)) return undefined;
  return 'is no name of a schedule; use 1 to 32 letters, digits and hyphens, beginning with a letter or digit';
}

export const scheduleName = (description: string): z.ZodString => text(checkName, { description, pattern: NAME_PATTERN });

const at = text(timesProblem, {
  description: 'The times, as a PBS calendar event.',
  examples: ['mon..fri 22:30', 'daily', '*:0/15'],
});

/** `overrides` says which options a schedule may give to its runs. */
function scheduleEntry(overrides: z.ZodObject) {
  return z
    .strictObject({
      name: scheduleName('Its name in logs and in AWS. Left out: `main`, then `schedule-2` and so on.').exactOptional(),
      at: at.exactOptional(),
      every: text(everyProblem, {
        description: 'In place of `at`: the times that are multiples of this span, counted from 1970 in UTC.',
        examples: ['2h', '90m'],
      }).exactOptional(),
      timezone: text(checkTimezone, { description: 'In place of the `timezone` of the job.' }).exactOptional(),
      overrides: overrides
        .meta({ description: 'Options of the job that have another value in the runs of this schedule.' })
        .exactOptional(),
    })
    .superRefine((entry, context) => {
      if ((entry.at === undefined) === (entry.every === undefined)) {
        context.addIssue({ code: 'custom', message: 'needs either at or every, and has not exactly one of them' });
      }
    });
}

/** The options of a job that say when it runs by itself. */
export function scheduleOptions(overridable: Readonly<Record<string, z.ZodType>>) {
  const list = z.array(scheduleEntry(overridesOf(overridable))).min(1);
  return {
    schedule: z
      .union([at, list], { error: 'is neither a calendar event nor a list of schedules; wanted such as mon..fri 22:30' })
      .meta({
        description:
          'When the job runs by itself: a PBS calendar event, `every 2h`, or a list of schedules with `at` or `every`, and `name`, `timezone` and `overrides` of their own. Left out: when somebody starts it.',
        examples: ['mon..fri 22:30', 'every 2h'],
      })
      .exactOptional(),
    jitter: text(jitterProblem, {
      description: 'Up to so much later than its time a scheduled run may start, so that jobs do not start together.',
      examples: ['15m'],
    }).exactOptional(),
    'not-before': text(clockProblem, {
      description:
        'Times of day before it are no times of the schedules, in their time zone. After `not-after`, it is a window over midnight.',
      examples: ['22:00'],
    }).exactOptional(),
    'not-after': text(clockProblem, {
      description: 'Times of day after it are no times of the schedules, and no scheduled run starts later than that.',
      examples: ['6:00'],
    }).exactOptional(),
  };
}

/** As one run may say them: each of them may be left out, and says nothing then. */
function overridesOf(overridable: Readonly<Record<string, z.ZodType>>): z.ZodObject {
  const members = Object.entries(overridable).map(([key, option]) => {
    const help = { description: option.meta()?.description ?? '' };
    if (option instanceof z.ZodExactOptional)
      return [
        key,
        z
          .nullable(option.unwrap() as z.ZodType)
          .meta(help)
          .exactOptional(),
      ];
    const value = option instanceof z.ZodDefault ? (option.unwrap() as z.ZodType) : option;
    return [key, value.meta(help).exactOptional()];
  });
  return z.strictObject(Object.fromEntries(members) as z.ZodRawShape);
}
