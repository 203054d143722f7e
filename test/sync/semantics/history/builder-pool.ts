import { deriveCryptKey } from '../../../../lib/layouts/pbs/crypt-key.ts';
import { MemoryObjectStore } from '../../../support/memory-object-store.ts';
import { fill, hostOn, vmOn } from '../../../support/sample-store.ts';
import { poolOf, type Pool } from './pool.ts';

const DAYS = [1, 2, 3, 4, 5, 6, 7];
const KEY = deriveCryptKey(Buffer.alloc(32, 7));

/** Groups whose names begin alike, in nested namespaces; plain, signed, encrypted on some days, verified; all with logs. */
export async function builtPool(): Promise<Pool> {
  const store = new MemoryObjectStore();
  const log = 'backed up';
  await fill(
    store,
    DAYS.flatMap((day) => [
      hostOn(day, { log }),
      hostOn(day, { id: 'web2', log, key: KEY, cryptMode: day % 2 === 0 ? 'sign-only' : 'none' }),
      hostOn(day, { namespace: 'a', log, verifyState: 'ok' }),
      vmOn(day, { namespace: 'a/b', log, ...(day % 3 !== 0 && { key: KEY, cryptMode: 'encrypt' }) }),
    ]),
  );
  return poolOf(new Map([...store.objects].map(([key, { bytes }]) => [key, bytes])));
}
