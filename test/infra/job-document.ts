import { parseConfig } from '../../lib/config/load-config.ts';
import { jobDocument } from '../../lib/config/job-document.ts';
import type { JobDocument } from '../../lib/config/job-document.ts';

interface Lines {
  readonly source?: string;
  readonly target?: string;
  readonly job?: string;
}

/** A valid job document between two buckets on AWS; each member adds a line of YAML to its part. */
export function makeJob({ source = '', target = '', job = '' }: Lines = {}): JobDocument {
  const text = `
datastores:
  - { id: main, layout: pbs, bucket: pbs-main, prefix: main, region: eu-central-1, ${source} }
  - { id: offsite, layout: pbs, bucket: pbs-offsite, prefix: copy, region: us-east-1, ${target} }
jobs:
  - { id: daily-offsite, source: main, target: offsite, ${job} }
`;
  return jobDocument(parseConfig(text, { file: 'flotilla.yaml', environment: {}, readFile: () => '' }), 'daily-offsite');
}
