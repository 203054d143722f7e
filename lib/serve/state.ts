import { z } from 'zod';

/** What started a run: a time of a schedule, another job's run that ended well, manifests written at the source, or a person. */
const CauseSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('schedule'), schedule: z.string(), tick: z.number() }),
  z.object({ kind: z.literal('after'), job: z.string(), run: z.string() }),
  z.object({ kind: z.literal('on-backup') }),
  z.object({ kind: z.literal('manual') }),
]);
export type Cause = Readonly<z.infer<typeof CauseSchema>>;

const RunSchema = z.object({ job: z.string(), id: z.string(), startedAt: z.string() });

/** A run that was decided on: written down before it starts, taken away when it has ended, executed again under its name if not. */
const IntentSchema = z.object({ run: RunSchema, cause: CauseSchema, overrides: z.record(z.string(), z.unknown()) });
export type Intent = Readonly<z.infer<typeof IntentSchema>>;

/** `at`: the last time (epoch ms) for which a run was decided on, or since when there are any. `missed`: that run served nothing. */
const TickMarkSchema = z.object({ text: z.string(), at: z.number(), missed: z.boolean().exactOptional() });
export type TickMark = Readonly<z.infer<typeof TickMarkSchema>>;

/**
 * All that `flotilla serve` has to remember. It is replaced as a whole, so that what was decided and by which tick, run or
 * backup it was decided never part.
 */
const ServeStateSchema = z.object({
  version: z.literal(1),
  /** By job and schedule. */
  ticks: z.record(z.string(), z.record(z.string(), TickMarkSchema)),
  /** By job, and by the job that it comes after: runs that need not be followed any more, or had ended before there was anything to follow. */
  followed: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
  /** By job: how many runs for backups in a row did not end well, and when (epoch ms) the last of them began and ended. */
  misses: z.record(z.string(), z.object({ began: z.number(), at: z.number(), count: z.number() })),
  intents: z.array(IntentSchema),
});
export type ServeState = Fixed<z.infer<typeof ServeStateSchema>>;

type Fixed<T> = T extends readonly (infer E)[]
  ? readonly Fixed<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Fixed<T[K]> }
    : T;

export const NEW_STATE: ServeState = { version: 1, ticks: {}, followed: {}, misses: {}, intents: [] };

/** Reads what was written earlier. Throws zod's error or a SyntaxError when it is something else. */
export function parseServeState(text: string): ServeState {
  return ServeStateSchema.parse(JSON.parse(text));
}
