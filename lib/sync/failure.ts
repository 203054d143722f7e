import { FlotillaError, formatErrorChain } from '../errors.ts';
import type { Failure } from './report/group-record.ts';

/** A failure as the table and the report keep it. */
export function failureOf(error: unknown, snapshot?: string): Failure {
  const message = formatErrorChain(error);
  if (!(error instanceof FlotillaError)) {
    const kind = error instanceof Error ? error.name : 'Error';
    return { kind, code: 'BUG', message, ...(snapshot !== undefined && { snapshot }) };
  }
  const { archive, digest, moreDigests } = error.context;
  const at = snapshot ?? error.context.snapshot;
  return {
    kind: error.name,
    code: error.code,
    message,
    ...(at !== undefined && { snapshot: at }),
    ...(archive !== undefined && { archive }),
    ...(digest !== undefined && { digest }),
    ...(moreDigests !== undefined && { moreDigests }),
  };
}
