import { z } from 'zod';
import { frameRate, humanByte } from './amounts.ts';
import { checkTimeFrame, checkTimezone, text } from './formats.ts';

const timeframe = text(checkTimeFrame, {
  description:
    'The time frame in which it holds, as PBS writes it. It may also end on the next day, `22-6`; the whole day is `0-24`.',
  examples: ['mon..fri 8:00-18:00'],
});

const jobFrame = z
  .strictObject({
    timeframe,
    'rate-in': frameRate('In place of the `rate-in` of the job.').exactOptional(),
    'burst-in': humanByte('For the `rate-in` beside it.').exactOptional(),
    'rate-out': frameRate('In place of the `rate-out` of the job.').exactOptional(),
    'burst-out': humanByte('For the `rate-out` beside it.').exactOptional(),
  })
  .superRefine((entry, context) => {
    const problem = frameProblem(entry);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

export type JobFrameEntry = z.output<typeof jobFrame>;

function frameProblem(entry: Readonly<Record<string, unknown>>): string | undefined {
  const rates = ['rate-in', 'rate-out'].filter((key) => entry[key] !== undefined);
  if (rates.length === 0) return 'says no rate for its time; add rate-in or rate-out';
  const lone = (['in', 'out'] as const).find((way) => entry[`burst-${way}`] !== undefined && !isLimit(entry[`rate-${way}`]));
  return lone && `has a burst-${lone} without the rate-${lone} that it belongs to; add that, or leave it out`;
}

const isLimit = (rate: unknown): boolean => rate !== undefined && rate !== 'unlimited';

/** Rates of a job by time. */
export const jobTimetable = z
  .array(jobFrame)
  .default([])
  .meta({
    description:
      'Rates by time of day: a list of `timeframe` with `rate-in`, `rate-out` and their bursts. The first entry whose time it is and that says a rate holds in its place; `unlimited` lifts it.',
    examples: [[{ timeframe: 'mon..fri 8:00-18:00', 'rate-out': '5 MiB' }]],
  });

const datastoreFrame = z.strictObject({ timeframe, rate: frameRate('In place of the `rate` of the datastore.') });

/** Rates of a datastore by time. */
export const datastoreTimetable = z.array(datastoreFrame).meta({
  description:
    'Rates by time of day: a list of `timeframe` and `rate`. The first entry whose time it is holds in place of `rate`; `unlimited` lifts it.',
  examples: [[{ timeframe: 'mon..fri 8:00-18:00', rate: '5 MiB' }]],
});

/** The time zone of what stands beside it. */
export const timezoneOf = (keys: string): z.ZodString =>
  text(checkTimezone, {
    description: `IANA name of the time zone of ${keys}.`,
    examples: ['UTC', 'Europe/Berlin'],
  });
