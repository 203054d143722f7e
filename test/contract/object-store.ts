import { afterEach, beforeEach, describe } from 'vitest';
import type { ObjectStoreFixture } from './object-store-fixture.ts';
import { describeListing, describeReading } from './object-store-reading.ts';
import { describeCopying, describeDeleting, describeMultipart, describeWriting } from './object-store-writing.ts';

export type { ObjectStoreFixture } from './object-store-fixture.ts';

/** What every implementation of the contracts in lib/datastore/object-store.ts promises. */
export function describeObjectStore(name: string, make: () => Promise<ObjectStoreFixture>): void {
  describe(name, () => {
    let fixture: ObjectStoreFixture;
    beforeEach(async () => {
      fixture = await make();
    });
    afterEach(async () => {
      await fixture.close();
    });
    describeReading(() => fixture);
    describeListing(() => fixture);
    describeWriting(() => fixture);
    describeCopying(() => fixture);
    describeMultipart(() => fixture);
    describeDeleting(() => fixture);
  });
}
