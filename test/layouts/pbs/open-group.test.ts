import { describe, expect, it } from 'vitest';
import { pbsLayout } from '../../../lib/layouts/pbs/layout.ts';
import { listGroup } from '../../../lib/sync/list-groups.ts';
import { MemoryObjectStore } from '../../support/memory-object-store.ts';

const SOURCE = { namespace: 'prod', name: 'vm/100' };
const TARGET = { namespace: 'copy/prod', name: 'vm/100' };

type Files = Readonly<Record<string, string>>;

async function open(sourceFiles: Files, targetFiles: Files, owner = 'source') {
  const [source, target] = [new MemoryObjectStore(), new MemoryObjectStore()];
  for (const [name, text] of Object.entries(sourceFiles)) await source.put(`.cnt/ns/prod/vm/100/${name}`, Buffer.from(text));
  for (const [name, text] of Object.entries(targetFiles))
    await target.put(`.cnt/ns/copy/ns/prod/vm/100/${name}`, Buffer.from(text));
  const [listed, copy] = [await listGroup(source, pbsLayout, SOURCE), await listGroup(target, pbsLayout, TARGET)];
  return pbsLayout.openGroup({ listed, copy, source, target, owner });
}

async function transfers(sourceFiles: Files, targetFiles: Files, jobOwner?: string): Promise<(string | undefined)[][]> {
  const phase = await open(sourceFiles, targetFiles, jobOwner);
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

  it('leaves an owner that is the same, however it is written', async () => {
    expect(await transfers({ owner: 'root@pam\n' }, { owner: 'root@pam' })).toEqual([]);
  });

  it('lets notes follow the source, and keeps those that only the copy has', async () => {
    expect(await transfers({ owner: 'root@pam\n', notes: 'new' }, { owner: 'root@pam\n', notes: 'old' })).toEqual([notes]);
    expect(await transfers({ owner: 'root@pam\n', notes: 'same' }, { owner: 'root@pam\n', notes: 'same' })).toEqual([]);
    expect(await transfers({ owner: 'root@pam\n' }, { owner: 'root@pam\n', notes: 'old' })).toEqual([]);
  });

  it("gives a copy the job's owner, whoever owns the original, if anybody", async () => {
    const given = [['.cnt/ns/prod/vm/100/owner', '.cnt/ns/copy/ns/prod/vm/100/owner', 'replica@pbs\n']];
    expect(await transfers({ owner: 'root@pam\n' }, {}, 'replica@pbs')).toEqual(given);
    expect(await transfers({}, {}, 'replica@pbs')).toEqual(given);
    expect(await transfers({ owner: 'root@pam\n' }, { owner: 'replica@pbs\n' }, 'replica@pbs')).toEqual([]);
    await expect(open({ owner: 'root@pam\n' }, { owner: 'root@pam\n' }, 'replica@pbs')).rejects.toMatchObject({
      code: 'OWNER_DIFFERS',
    });
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
