import type { ObjectWriter } from '../datastore/object-store.ts';
import {
  ctSnapshot,
  DatastoreBuilder,
  hostSnapshot,
  vmSnapshot,
  type SnapshotSpec,
} from '../../test/support/datastore-builder.ts';

const MIB = 1024 * 1024;
const DAY_SECONDS = 86_400;
const FIRST_DAY = Date.UTC(2026, 10, 1, 1) / 1000;

/** Makes the datastore of a small company: virtual machines, containers and a host, in nested namespaces. */
export interface DemoSource {
  /** What the datastore holds when the demo begins. */
  fill(): Promise<void>;
  /** One more night of backups. */
  addNight(): Promise<void>;
}

type Backup = (night: number) => SnapshotSpec;

const time = (night: number, hour: number) => FIRST_DAY + night * DAY_SECONDS + hour * 3600;

const BACKUPS: readonly Backup[] = [
  (night) => vmSnapshot({ id: '100', time: time(night, 0), owner: 'backup@pbs' }, [96 * MIB]),
  (night) => vmSnapshot({ id: '1000', time: time(night, 0), owner: 'backup@pbs' }, [64 * MIB]),
  (night) => ctSnapshot({ id: '201', time: time(night, 1), owner: 'backup@pbs' }, 48 * MIB),
  (night) => ctSnapshot({ id: '202', time: time(night, 1), owner: 'backup@pbs' }, 48 * MIB, { split: true }),
  (night) =>
    hostSnapshot({ id: 'nas', time: time(night, 2), owner: 'nas@pbs', log: 'upload finished' }, { data: 64 * MIB, etc: 2 * MIB }),
  (night) => vmSnapshot({ namespace: 'prod', id: '300', time: time(night, 3), owner: 'backup@pbs!prod' }, [64 * MIB, 16 * MIB]),
  (night) => ctSnapshot({ namespace: 'prod', id: '301', time: time(night, 3), owner: 'backup@pbs!prod' }, 32 * MIB),
  (night) => vmSnapshot({ namespace: 'prod/db', id: '310', time: time(night, 4), owner: 'backup@pbs!prod' }, [96 * MIB]),
  (night) => hostSnapshot({ namespace: 'prod/db', id: 'pg1', time: time(night, 4), owner: 'backup@pbs!prod' }, { wal: 48 * MIB }),
  (night) =>
    hostSnapshot(
      { namespace: 'lab', id: 'bench', time: time(night, 5), owner: 'lab@pbs', protected: night === 0 },
      { root: 32 * MIB },
    ),
];

const FIRST_NIGHTS = 3;

export function makeSource(writer: ObjectWriter): DemoSource {
  const builder = new DatastoreBuilder(writer, { seed: 'flotilla demo' });
  let nights = 0;
  const addNight = async (): Promise<void> => {
    for (const backup of BACKUPS) await builder.addSnapshot(backup(nights));
    nights += 1;
  };
  return {
    fill: async () => {
      await builder.addStoreFiles('pve');
      for (let night = 0; night < FIRST_NIGHTS; night += 1) await addNight();
      await builder.addNamespace('lab/empty');
    },
    addNight,
  };
}
