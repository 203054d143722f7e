import type { Group } from '../datastore/group.ts';
import { matchesFilters } from './group-filter.ts';
import type { Job } from './job.ts';

/** Whether a namespace of the source is within the job's `max-depth` below its anchor. */
export function isInDepth({ namespace: anchor, maxDepth }: Pick<Job, 'namespace' | 'maxDepth'>, namespace: string): boolean {
  return maxDepth === undefined || depthOf(namespace) - depthOf(anchor) <= maxDepth;
}

/** Whether a group of the source belongs to the job: its depth, and its filters. */
export function isInScope(job: Pick<Job, 'namespace' | 'maxDepth' | 'groupFilter'>, { namespace, name }: Group): boolean {
  return isInDepth(job, namespace) && matchesFilters(job.groupFilter, name);
}

function depthOf(namespace: string): number {
  return namespace === '' ? 0 : namespace.split('/').length;
}
