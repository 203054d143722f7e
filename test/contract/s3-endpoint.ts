import { afterAll, beforeAll, describe } from 'vitest';
import { describeChecksums } from './s3-endpoint/checksums.ts';
import { describeConditionalWrites } from './s3-endpoint/conditional-writes.ts';
import { describeCopies } from './s3-endpoint/copies.ts';
import { describeDeletes } from './s3-endpoint/deletes.ts';
import { describeListings } from './s3-endpoint/listings.ts';
import { describeMultipart } from './s3-endpoint/multipart.ts';
import { describeReads } from './s3-endpoint/reads.ts';
import { describeSignatures } from './s3-endpoint/signatures.ts';
import { openWorkbench } from './s3-endpoint/workbench.ts';
import type { S3EndpointUnderTest, Workbench } from './s3-endpoint/workbench.ts';

/**
 * What Flotilla needs of an S3 endpoint, as tests: each name is a behaviour, so that a failure says what the endpoint lacks.
 * Works below a random prefix of one bucket and takes away what it made.
 */
export function describeS3Endpoint(name: string, make: () => Promise<S3EndpointUnderTest>): void {
  describe(`${name} as an S3 endpoint`, () => {
    let opened: Workbench | undefined;
    const bench = (): Workbench => {
      if (opened === undefined) throw new Error('the endpoint is not open yet');
      return opened;
    };
    beforeAll(async () => {
      opened = openWorkbench(await make());
    });
    afterAll(async () => {
      await opened?.cleanUp();
    });

    describeReads(bench);
    describeConditionalWrites(bench);
    describeDeletes(bench);
    describeListings(bench);
    describeCopies(bench);
    describeMultipart(bench);
    describeChecksums(bench);
    describeSignatures(bench);
  });
}
