import { z } from 'zod';

const error = 'is neither the id of a job nor a list of such; write after: nightly, or after: [nightly, weekly]';

/** What starts the runs of a job beside its schedule. */
export const triggerOptions = {
  after: z
    .union([z.string(), z.array(z.string()).min(1)], { error })
    .exactOptional()
    .meta({
      description:
        'A job, or a list of jobs: each of its runs that ends well (dry runs apart) starts a run of this job, so that a chain of sites is kept up.',
      examples: ['nightly', ['nightly', 'weekly']],
    }),
};

/** The jobs that a job comes after. */
export function followedJobs({ after }: { readonly after?: string | readonly string[] }): readonly string[] {
  if (after === undefined) return [];
  return typeof after === 'string' ? [after] : [...new Set(after)];
}
