import { findFile, formatGroup, type ListedGroup } from '../../datastore/group.ts';
import type { Phase, Transfer } from '../../datastore/layout.ts';
import type { ObjectReader } from '../../datastore/object-store.ts';
import { DataError } from '../../errors.ts';
import { groupPrefix } from './keys.ts';
import { NOTES_NAME, OWNER_NAME } from './names.ts';
import { parseOwner } from './owner.ts';

/**
 * The owner, and the group's notes when it is new. PBS hides a group without a valid owner, on either side (facts/pbs.md 11),
 * and never lets one owner write another's group (4.1).
 */
export async function openGroup(
  source: ListedGroup,
  target: ListedGroup,
  readers: { readonly source: ObjectReader; readonly target: ObjectReader },
): Promise<Phase> {
  const from = groupPrefix(source.group);
  const to = groupPrefix(target.group);
  const owner = await readOwner(readers.source, from);
  if (owner.name === undefined) throw ownerInvalid(source);

  const transfers: Transfer[] = [];
  const existing = findFile(target.files, OWNER_NAME) === undefined ? undefined : await readOwner(readers.target, to);
  if (existing === undefined) transfers.push(fileTransfer(from, to, OWNER_NAME, owner.bytes));
  else if (existing.name !== owner.name) throw ownerDiffers(target, owner.name, existing.name);

  const notes = findFile(target.files, NOTES_NAME) === undefined && findFile(source.files, NOTES_NAME);
  if (notes) transfers.push({ ...fileTransfer(from, to, NOTES_NAME), size: notes.size, etag: notes.etag });
  return { name: 'group', commits: false, resumable: false, transfers: () => transfers };
}

async function readOwner(reader: ObjectReader, prefix: string): Promise<{ name: string | undefined; bytes: Buffer }> {
  const bytes = (await reader.get(`${prefix}${OWNER_NAME}`))?.bytes ?? Buffer.alloc(0);
  return { name: parseOwner(bytes), bytes };
}

function fileTransfer(from: string, to: string, name: string, body?: Buffer): Transfer {
  const title = `${from}${name}`;
  const absent = () => Promise.resolve(new DataError('SOURCE_CHANGED', `${title} went away from the source during the run`));
  const transfer = { sourceKey: `${from}${name}`, targetKey: `${to}${name}`, title, absent };
  return body === undefined ? transfer : { ...transfer, body };
}

function ownerInvalid({ group }: ListedGroup): DataError {
  const message =
    `group ${formatGroup(group)} has no valid owner file on the source, so PBS hides it there and would hide the copy;` +
    ' give it an owner in PBS (change owner), then run again';
  return new DataError('OWNER_INVALID', message, { context: { namespace: group.namespace, group: group.name } });
}

function ownerDiffers({ group }: ListedGroup, source: string, target: string | undefined): DataError {
  const message =
    `group ${formatGroup(group)} belongs to ${target ?? 'nobody valid'} on the target and to ${source} on the source, so it is left alone;` +
    ' make the owners equal on both sides, then run again';
  return new DataError('OWNER_DIFFERS', message, { context: { namespace: group.namespace, group: group.name } });
}
