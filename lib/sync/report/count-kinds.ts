import type { Report } from './report.ts';

/** Failures by kind. Those that the report does not name have the kind of the first that it does: it names each failing group. */
export function countKinds({ failures, failureCount }: Pick<Report, 'failures' | 'failureCount'>): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const { kind } of failures) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const [first] = failures;
  const unnamed = failureCount - failures.length;
  if (first !== undefined && unnamed > 0) kinds[first.kind] = (kinds[first.kind] ?? 0) + unnamed;
  return kinds;
}
