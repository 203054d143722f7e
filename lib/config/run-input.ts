import { z } from 'zod';
import type { WrittenKey } from '../sync/payloads.ts';
import { faultError } from './fault.ts';

/** What the pipe of the trigger `on-backup` starts an execution with: one entry for each event of the bucket. */
const writtenKeys = z.array(z.object({ key: z.string(), etag: z.string() }));

/** The input of an execution: overrides of options, or what was written at the source, which asks for a run of just that. */
export interface RunInput {
  readonly overrides: unknown;
  readonly written: readonly WrittenKey[];
}

/** Reads the input of an execution. Throws a `ConfigError` OVERRIDES_INVALID for a list of anything else. */
export function readRunInput(input: unknown): RunInput {
  if (!Array.isArray(input)) return { overrides: input, written: [] };
  const result = writtenKeys.safeParse(input);
  if (result.success) return { overrides: { 'pending-only': true }, written: result.data };
  const wanted = 'wanted options such as { "worker-threads": 8 }, or a list of { key, etag } as the trigger on-backup gives it';
  throw faultError('OVERRIDES_INVALID', 'the input of the execution cannot be used', [wanted]);
}
