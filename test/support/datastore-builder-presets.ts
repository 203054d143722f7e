import type { ArchiveSpec, BlobSpec, SnapshotSpec } from './datastore-builder-spec.ts';

type Preset = Partial<SnapshotSpec> & Pick<SnapshotSpec, 'id' | 'time'>;
type Shape = Omit<ArchiveSpec, 'name' | 'bytes'>;

/** Bytes of the small archives beside the large one. */
const CATALOG_BYTES = 40_000;
const METADATA_BYTES = 60_000;

/** A virtual machine as PBS keeps it: its disks, `drive-scsi<n>.img.fidx` with these bytes each, and its configuration. */
export function vmSnapshot(preset: Preset, disks: readonly number[], shape: Shape = {}): SnapshotSpec {
  const archives = disks.map((bytes, index) => ({ ...shape, name: `drive-scsi${index}.img.fidx`, bytes }));
  return { type: 'vm', archives, blobs: [configuration('qemu-server.conf.blob', preset.id)], ...preset };
}

/** A container with one archive of files and a catalog, or split into metadata and content, which need no catalog. */
export function ctSnapshot(preset: Preset, bytes: number, options: { split?: boolean; shape?: Shape } = {}): SnapshotSpec {
  const { split = false, shape = {} } = options;
  const archives = split ? splitArchives('root', bytes, shape) : wholeArchives('root', bytes, shape);
  return { type: 'ct', archives, blobs: [configuration('pct.conf.blob', preset.id)], ...preset };
}

/** A machine that was backed up by the client: archives of files, `<name>.pxar.didx` with these bytes each, and a catalog. */
export function hostSnapshot(preset: Preset, trees: Readonly<Record<string, number>>, shape: Shape = {}): SnapshotSpec {
  const archives = Object.entries(trees).map(([name, bytes]) => ({ ...shape, name: `${name}.pxar.didx`, bytes }));
  return { type: 'host', archives: [...archives, catalog()], ...preset };
}

function wholeArchives(name: string, bytes: number, shape: Shape): ArchiveSpec[] {
  return [{ ...shape, name: `${name}.pxar.didx`, bytes }, catalog()];
}

function splitArchives(name: string, bytes: number, shape: Shape): ArchiveSpec[] {
  return [
    { ...shape, name: `${name}.ppxar.didx`, bytes },
    { name: `${name}.mpxar.didx`, bytes: METADATA_BYTES },
  ];
}

/** Catalogs are cut eight times as fine (facts/pbs.md 1.3). */
function catalog(): ArchiveSpec {
  return { name: 'catalog.pcat1.didx', bytes: CATALOG_BYTES, chunkBytes: 512 * 1024 };
}

function configuration(name: string, id: string): BlobSpec {
  return { name, data: Buffer.from(`# ${id}\ncores: 2\nmemory: 4096\nname: guest-${id}\nonboot: 1\n`) };
}
