import type { RunRef } from '../sync/run-store.ts';

/** Where the server of the page has what; a name is one segment, whatever it holds. */
export const jobPath = (job: string): string => `/jobs/${encodeURIComponent(job)}`;
export const historyPath = (job: string): string => `${jobPath(job)}/history`;
export const runPath = ({ job, id }: Pick<RunRef, 'job' | 'id'>): string =>
  `/runs/${encodeURIComponent(job)}/${encodeURIComponent(id)}`;
export const previewPath = (job: string, key: string): string => `${jobPath(job)}/previews/${encodeURIComponent(key)}`;
