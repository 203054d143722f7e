import { noRequests } from '../../lib/datastore/object-store.ts';
import { describeObjectStore } from '../contract/object-store.ts';
import { MemoryObjectStore } from './memory-object-store.ts';
import type { MemoryBuckets } from './memory-object-store.ts';

describeObjectStore('MemoryObjectStore', () => {
  const buckets: MemoryBuckets = new Map();
  const counts = noRequests();
  return Promise.resolve({
    store: new MemoryObjectStore({ buckets, prefix: 'store1', counts }),
    neighbour: new MemoryObjectStore({ buckets, prefix: 'store10' }),
    counts,
    bucket: 'memory',
    prefix: 'store1/',
    close: () => Promise.resolve(),
  });
});
