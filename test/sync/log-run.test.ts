import { expect, it, describe } from 'vitest';
import { chunkKey } from '../../lib/layouts/pbs/keys.ts';
import { memoryCloud, runJob } from '../support/memory-run.ts';
import { builderOf, fill, flipBit, hostOn, nameOf, vmOn } from '../support/sample-store.ts';

/** Lines of a real PBS 4.2.3 run: the incremental one with one worker, and what others of its runs say. */
const PBS_LINES = `
Starting datastore sync job '-:bsrc:bdst1::sync-w1'
sync datastore 'bdst1' from 'bsrc'
----
Syncing datastore 'bsrc', root namespace into datastore 'bdst1', root namespace
Found 8 groups to sync (out of 8 total)
[host/srv4]: re-sync snapshot 2026-02-04T02:40:04Z
[host/srv4]: 2026-02-04T02:40:04Z: no data changes
[host/srv4]: 2026-02-05T02:40:04Z: start sync
[host/srv4]: 2026-02-05T02:40:04Z/data.pxar.didx: sync archive
[host/srv4]: 2026-02-05T02:40:04Z/data.pxar.didx: downloaded 5.884 MiB (34.314 MiB/s)
[host/srv4]: 2026-02-05T02:40:04Z: sync done
[host/srv4]: snapshot 1/2 within host/srv4 is done, 0/8 groups done
sync job '-:bsrc:bdst1::sync-w1' end`;

/** What a line says, without whom it says it of. */
function shape(line: string): string {
  return line
    .replace(/^\[[^\]]+\]: /, '[group]: ')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<time>')
    .replaceAll(/\/[\w.-]+\.(didx|fidx|blob):/g, '/<archive>:')
    .replace(/downloaded .+$/, 'downloaded <size>')
    .replaceAll(/'[^']+'/g, '<name>')
    .replace(/within \S+ is done.*$/, 'within <group> is done')
    .replaceAll(/\d+/g, '<n>');
}

const SHAPES = new Set(PBS_LINES.trim().split('\n').map(shape));

describe('the log of a run', () => {
  it('says in PBS’s words what it does, in the order in which PBS does it', async () => {
    const cloud = memoryCloud({ workerThreads: 1, workerThreadsWanted: 1, transfersInFlight: 1 });
    const builder = builderOf(cloud.source);
    await fill(cloud.source, [vmOn(1)], builder);
    await runJob(cloud);
    const { id, source, target } = cloud.job;
    expect(cloud.lines).toEqual([
      `Starting datastore sync job '${id}'`,
      `sync datastore '${target.id}' from '${source.id}'`,
      '----',
      `Syncing datastore '${source.id}', root namespace into datastore '${target.id}', root namespace`,
      'Found 1 groups to sync (out of 1 total)',
      `[vm/100]: ${nameOf(1)}: start sync`,
      `[vm/100]: ${nameOf(1)}/drive-scsi0.img.fidx: sync archive`,
      expect.stringMatching(/^\[vm\/100\]: \S+Z\/drive-scsi0.img.fidx: downloaded [\d.]+ KiB$/),
      `[vm/100]: ${nameOf(1)}/qemu-server.conf.blob: sync archive`,
      expect.stringMatching(/^\[vm\/100\]: \S+Z\/qemu-server.conf.blob: downloaded [\d.]+ B$/),
      `[vm/100]: ${nameOf(1)}: sync done`,
      '[vm/100]: snapshot 1/1 within vm/100 is done',
      `sync job '${id}' end`,
    ]);
    expect(cloud.lines.map(shape).filter((line) => !SHAPES.has(line))).toEqual([]);
  });

  it('says which snapshots it leaves out, and why, as a range', async () => {
    const cloud = memoryCloud({ transferLast: 1 });
    await fill(cloud.source, [vmOn(1), vmOn(2), vmOn(3)]);
    await runJob(cloud);
    expect(cloud.lines).toContain(`[vm/100]: skipped: 2 snapshot(s) (${nameOf(1)} .. ${nameOf(2)}) - due to transfer-last`);
  });

  it('names the namespace of a group, and the log of a backup', async () => {
    const cloud = memoryCloud();
    await fill(cloud.source, [hostOn(1, { namespace: 'prod/web', log: 'backed up' })]);
    await runJob(cloud);
    expect(cloud.lines).toContain(`[prod/web/host/web]: Snapshot ${nameOf(1)}: got backup log file client.log.blob`);
  });

  it('tells a failure as one line from the outside in', async () => {
    const cloud = memoryCloud();
    const [built] = await fill(cloud.source, [vmOn(1)]);
    const chunk = chunkKey(built!.archives[0]!.chunks[0]!.digest);
    await flipBit(cloud.source, chunk);
    await runJob(cloud);
    const failed = cloud.lines.filter((line) => line.includes('failed'));
    expect(failed).toEqual([
      expect.stringMatching(/^\[vm\/100\]: \S+Z: sync failed - vm\/100\/\S+Z\/\S+: chunk [0-9a-f]{64}: CRC is .+$/),
      '[vm/100]: snapshot 1/1 within vm/100 has failed',
    ]);
  });
});
