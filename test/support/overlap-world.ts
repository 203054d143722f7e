import { expect } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { FaultRequest } from '../../lib/local/object-store/faults.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import type { RunRecord } from '../../lib/sync/run-store.ts';
import { startTestCloud, type TestCloud } from './cloud.ts';
import { differences, readObjects, smallSource } from './source.ts';

export const isListing = ({ operation, bucket }: FaultRequest): boolean => operation === 'ListObjectsV2' && bucket === 'source';
export const isUpload = ({ operation, bucket, key }: FaultRequest): boolean =>
  operation === 'PutObject' && bucket === 'target' && key.includes('/.chunks/');

/** A job with one worker and something to copy, whose runs overlap. */
export interface OverlapWorld extends Pick<TestCloud, 'cloud' | 'run' | 'close'> {
  job(options?: Partial<JobDocument>): JobDocument;
  /** Whether some line of the log says so. */
  says(line: string): boolean;
  /** The runs of the job, oldest first. */
  records(): Promise<readonly RunRecord[]>;
  /** Lets the first request of this kind, and those beside it, take a second; resolves when it is there. */
  slow(isSlow: (request: FaultRequest) => boolean): Promise<void>;
  /** Starts a run, and another one as soon as the first is at it. */
  overlapped(isSlow: (request: FaultRequest) => boolean, document: JobDocument): Promise<Overlapped>;
  /** All of it is on the target, and was written once. */
  expectCopied(): void;
}

export interface Overlapped {
  readonly first: Report;
  readonly second: Report;
  /** When the second had ended. */
  readonly isFirstAtWork: boolean;
}

export async function openOverlapWorld(): Promise<OverlapWorld> {
  const cloud = await startTestCloud();
  const [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
  await smallSource(cloud.open(from)).addNight();
  cloud.requests.length = 0;
  const records = async (): Promise<readonly RunRecord[]> => (await cloud.cloud.store.listRuns('nightly', 100)).toReversed();
  const slow = (isSlow: (request: FaultRequest) => boolean): Promise<void> =>
    new Promise((resolve) => {
      let until = Infinity;
      cloud.s3.setFaults((request) => {
        if (!isSlow(request) || performance.now() > until) return undefined;
        until = Math.min(until, performance.now() + 1000);
        resolve();
        return { kind: 'delay', ms: 1000 };
      });
    });
  return {
    ...{ cloud: cloud.cloud, records, slow },
    run: (document, overrides) => cloud.run(document, overrides),
    close: () => cloud.close(),
    job: (options = {}) => cloud.job(from, to, { 'worker-threads': 1, ...options }),
    says: (line) => cloud.log.some((each) => each.includes(line)),
    overlapped: async (isSlow, document) => {
      const begun = slow(isSlow);
      const first = cloud.run(document);
      await begun;
      const second = await cloud.run(document);
      const isFirstAtWork = (await records())[0]!.endedAt === undefined;
      return { first: await first, second, isFirstAtWork };
    },
    expectCopied: () => expectCopied(cloud),
  };
}

function expectCopied(cloud: TestCloud): void {
  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');
  expect(differences(objects('source'), objects('target'))).toEqual([]);
  const keys = cloud.requests
    .filter(({ bucket, operation, status }) => bucket === 'target' && operation === 'PutObject' && status === 200)
    .map(({ key }) => key)
    .filter((key) => !key.endsWith('/.namespace'));
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
}
