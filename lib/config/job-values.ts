import { parseHumanByte } from '../datastore/human-byte.ts';
import { parseGroupFilter } from '../sync/group-filter.ts';
import type { Job } from '../sync/job.ts';
import type { JobDocument } from './job-schema.ts';
import { formatMaxDelete, parseMaxDelete } from './max-delete.ts';

/** The members of a job that its document spells in another way, or not at all. */
type JobValues = Pick<
  Job,
  'groupFilter' | 'maxDelete' | 'maxDepth' | 'transferLast' | 'rateIn' | 'rateOut' | 'burstIn' | 'burstOut'
>;

/** Reads from a document that has passed its schema what is text in it and more than text inside. */
export function parseValues(document: JobDocument): JobValues {
  return {
    groupFilter: document['group-filter'].map((text) => read(parseGroupFilter(text))),
    maxDelete: read(parseMaxDelete(document['max-delete'])),
    maxDepth: document['max-depth'],
    transferLast: document['transfer-last'],
    rateIn: parseBytes(document['rate-in']),
    rateOut: parseBytes(document['rate-out']),
    burstIn: parseBytes(document['burst-in']),
    burstOut: parseBytes(document['burst-out']),
  };
}

/** The way back. */
export function formatValues(job: Job): object {
  return { ...job, groupFilter: job.groupFilter.map(({ text }) => text), maxDelete: formatMaxDelete(job.maxDelete) };
}

function parseBytes(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : read(parseHumanByte(value)).bytes;
}

function read<T extends object>(result: T | { readonly problem: string }): T {
  if ('problem' in result) throw new Error(`a value passed its schema although it ${result.problem}`);
  return result;
}
