import { text } from 'node:stream/consumers';
import type { JobDocument } from '../../config/job-document.ts';
import { synthesizeJob } from './synthesize-job.ts';

/** The process that CDK runs in: takes a job's document on its standard input and writes the machine's definition. */
const job = JSON.parse(await text(process.stdin)) as JobDocument;
process.stdout.write(JSON.stringify(synthesizeJob(job).definition));
