import type { ObjectReader } from '../datastore/object-store.ts';
import type { Slot } from './slots.ts';

/** The same datastore, each GET in a slot of its own. Listings and HEADs take none: they are asked for while a slot is held. */
export function slottedReader(reader: ObjectReader, slots: { acquire(bytes: number): Promise<Slot> }): ObjectReader {
  return {
    list: (prefix, options) => reader.list(prefix, options),
    head: (key) => reader.head(key),
    get: async (key, options) => {
      // Its bytes are counted where they are kept: with those of the snapshots that are prepared.
      const slot = await slots.acquire(0);
      let end = { bytes: 0, failed: true };
      try {
        const object = await reader.get(key, options);
        end = { bytes: object?.bytes.length ?? 0, failed: false };
        return object;
      } finally {
        slot.release(end);
      }
    },
  };
}
