import { schedulesOf } from '../config/check-schedules.ts';
import { jobDocument, type JobDocument } from '../config/job-document.ts';
import { planExpressions } from '../schedule/aws.ts';
import { describeSchedule } from '../schedule/describe.ts';
import { formatTime, nextTimes, type Schedule } from '../schedule/schedule.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { formatTable } from './format-table.ts';

export interface ScheduleOptions extends CommonOptions {
  /** Print JSON. */
  readonly json?: boolean;
}

/** Times that are shown of each schedule. */
const SHOWN_TIMES = 10;

/** What is told of one schedule, by `--json` as it is. */
interface ScheduleFacts {
  readonly job: string;
  readonly name: string;
  readonly text: string;
  readonly words: string;
  readonly timezone: string;
  /** In UTC and, beside it, as clocks in the schedule's zone show it. */
  readonly next: readonly { readonly utc: string; readonly local: string }[];
  readonly expressions: readonly string[];
  readonly expressionsTimezone: string;
  /** Whether EventBridge fires at no other times. */
  readonly exact: boolean;
  readonly overrides: Readonly<Record<string, unknown>>;
}

/** Prints when a job, or each of them, starts by itself, and what starts it in AWS. */
export function scheduleCommand(job: string | undefined, options: ScheduleOptions, context: CliContext): ExitCode {
  const configuration = readConfig(options, context);
  const jobs = job === undefined ? configuration.jobs : [jobDocument(configuration, job)];
  const facts = jobs.map((document) => ({ document, schedules: factsOf(document, context.now()) }));
  const { print } = context.terminal;
  if (options.json === true)
    print(
      JSON.stringify(
        facts.flatMap(({ schedules }) => schedules),
        null,
        2,
      ),
    );
  else for (const { document, schedules } of facts) printJob(document, schedules, print);
  return EXIT.done;
}

function factsOf(document: JobDocument, now: number): readonly ScheduleFacts[] {
  return schedulesOf(document).map((schedule) => {
    const { expressions, zone, exact } = planExpressions(schedule);
    const { name, text, timezone, overrides } = schedule;
    return {
      ...{ job: document.id, name, text, words: describeSchedule(schedule), timezone },
      next: nextTimes(schedule, now, SHOWN_TIMES).map((time) => ({ utc: formatTime(time), local: formatLocal(time, schedule) })),
      ...{ expressions, expressionsTimezone: zone, exact, overrides },
    };
  });
}

/** `Mon 2026-11-23 22:30 GMT+1`. */
function formatLocal(time: number, { timezone }: Schedule): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: timezone, weekday: 'short', hourCycle: 'h23', timeZoneName: 'short' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  }).formatToParts(time);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${part('timeZoneName')}`;
}

function printJob({ id }: JobDocument, schedules: readonly ScheduleFacts[], print: (line: string) => void): void {
  if (schedules.length === 0) print(`${id}: no schedule; it runs when somebody or a trigger starts it`);
  for (const { name, words, next, expressions, expressionsTimezone, exact, overrides } of schedules) {
    print(`${id}, ${name}: ${words}`);
    if (Object.keys(overrides).length > 0) print(`  with ${JSON.stringify(overrides)}`);
    if (next.length === 0) print('  never again');
    else print(formatTable(next.map(({ utc, local }) => [`  ${local}`, utc])));
    const fires = exact ? 'EventBridge' : 'EventBridge, and the start decides which of its times are meant';
    print(`  ${fires} (${expressionsTimezone}): ${expressions.join(', ')}`);
  }
}
