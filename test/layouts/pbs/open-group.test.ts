import { describe, expect, it } from 'vitest';
import { pbsLayout } from '../../../lib/layouts/pbs/layout.ts';
import { listGroup } from '../../../lib/sync/list-groups.ts';
import { MemoryObjectStore } from '../../support/memory-object-store.ts';

const SOURCE = { namespace: 'prod', name: 'vm/100' };
const TARGET = { namespace: 'copy/prod', name: 'vm/100' };

type Files = Readonly<Record<string, string>>;

async function open(sourceFiles: Files, targetFiles: Files) {
  const [source, target] = [new MemoryObjectStore(), new MemoryObjectStore()];
  for (const [name, text] of Object.entries(sourceFiles)) await source.put(`.cnt/ns/prod/vm/100/${name}`, Buffer.from(text));
  for (const [name, text] of Object.entries(targetFiles))
    await target.put(`.cnt/ns/copy/ns/prod/vm/100/${name}`, Buffer.from(text));
  const listed = [await listGroup(source, pbsLayout, SOURCE), await listGroup(target, pbsLayout, TARGET)] as const;
  return pbsLayout.openGroup(...listed, { source, target });
}

async function transfers(sourceFiles: Files, targetFiles: Files): Promise<(string | undefined)[][]> {
  const phase = await open(sourceFiles, targetFiles);
  const all = await Array.fromAsync(phase.transfers());
  return all.map(({ sourceKey, targetKey, body }) => [sourceKey, targetKey, body?.toString()]);
}

describe('openGroup', () => {
  const owner = ['.cnt/ns/prod/vm/100/owner', '.cnt/ns/copy/ns/prod/vm/100/owner', 'backup@pbs!token\n'];
  const notes = ['.cnt/ns/prod/vm/100/notes', '.cnt/ns/copy/ns/prod/vm/100/notes', undefined];

  it('makes a new group by its owner and its notes, before anything is visible', async () => {
    const phase = await open({ owner: 'backup@pbs!token\n' }, {});
    expect(phase).toMatchObject({ name: 'group', commits: false, resumable: false });
    expect(await transfers({ owner: 'backup@pbs!token\n', notes: 'mail server' }, {})).toEqual([owner, notes]);
  });

  it('leaves an owner that is the same, however it is written, and notes that are there', async () => {
    expect(await transfers({ owner: 'root@pam\n', notes: 'new' }, { owner: 'root@pam', notes: 'old' })).toEqual([]);
  });

  it('brings notes that the copy lacks', async () => {
    expect(await transfers({ owner: 'root@pam\n', notes: 'new' }, { owner: 'root@pam\n' })).toEqual([notes]);
  });

  it.each([{}, { owner: '' }, { owner: 'nobody\n' }, { notes: 'only notes' }])(
    'refuses a group without a valid owner: %j',
    async (files) => {
      await expect(open(files, {})).rejects.toMatchObject({
        code: 'OWNER_INVALID',
        context: { namespace: 'prod', group: 'vm/100' },
      });
    },
  );

  it.each(['other@pbs\n', 'root@pam!token\n', 'nobody\n', ''])('refuses a copy that belongs to %j', async (other) => {
    await expect(open({ owner: 'root@pam\n' }, { owner: other })).rejects.toMatchObject({
      code: 'OWNER_DIFFERS',
      context: { namespace: 'copy/prod', group: 'vm/100' },
    });
  });

  it('says when notes went away before they were read', async () => {
    const phase = await open({ owner: 'root@pam\n', notes: 'new' }, { owner: 'root@pam\n' });
    const [transfer] = await Array.fromAsync(phase.transfers());
    expect(await transfer!.absent()).toMatchObject({ code: 'SOURCE_CHANGED' });
  });
});
