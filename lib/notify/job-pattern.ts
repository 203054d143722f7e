import { compileFilterRegex } from '../sync/filter-regex.ts';

/** One entry of `match-job`, read. */
export type JobPattern =
  { readonly kind: 'exact'; readonly job: string } | { readonly kind: 'regex'; readonly find: (job: string) => boolean };

const REGEX = 'regex:';

/** Reads the name of a job, or `regex:` and a regular expression that is searched in names as PBS does. What is wrong is said in words that follow it. */
export function parseJobPattern(text: string): JobPattern | { readonly problem: string } {
  if (!text.startsWith(REGEX)) return { kind: 'exact', job: text };
  const compiled = compileFilterRegex(text.slice(REGEX.length));
  if ('problem' in compiled) return compiled;
  const { regex } = compiled;
  return { kind: 'regex', find: (job) => regex.matcher(job).find() };
}

export function matchesJob(pattern: JobPattern, job: string): boolean {
  return pattern.kind === 'exact' ? pattern.job === job : pattern.find(job);
}
