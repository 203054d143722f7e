import { hash } from 'node:crypto';
import { findFile, formatGroup, type ListedFile, type ListedGroup } from '../../datastore/group.ts';
import type { OpenGroup, Phase, Transfer } from '../../datastore/layout.ts';
import type { ObjectReader } from '../../datastore/object-store.ts';
import { DataError } from '../../errors.ts';
import { groupPrefix } from './keys.ts';
import { NOTES_NAME, OWNER_NAME } from './names.ts';
import { formatOwner, parseOwner } from './owner.ts';

/**
 * The owner, and the group's notes. PBS hides a group without a valid owner, on either side (facts/pbs.md 11), and never lets
 * one owner write another's group (4.1).
 */
export async function openGroup(open: OpenGroup): Promise<Phase> {
  const copied = findFile(open.copy.files, OWNER_NAME);
  const isKept = copied !== undefined && isOwnerListed(open, copied);
  const owners = isKept ? [] : await ownerTransfer(open, await ownerOfCopy(open));
  const transfers = [...owners, ...notesTransfer(open)];
  return { name: 'group', commits: false, resumable: false, transfers: () => transfers };
}

/**
 * Why `openGroup` would throw. An owner that the copy lacks is no reason: it is written when there is one to write. Owners that
 * the listings show to be equal are not read.
 */
export async function refuseGroup(open: OpenGroup): Promise<DataError | undefined> {
  if (open.owner === 'source' && findFile(open.listed.files, OWNER_NAME) === undefined) return ownerInvalid(open.listed);
  const copied = findFile(open.copy.files, OWNER_NAME);
  if (copied === undefined || isOwnerListed(open, copied)) return undefined;
  try {
    await ownerTransfer(open, await ownerOfCopy(open));
    return undefined;
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}

/** Whether the listing alone shows the owner that should be: by the original's size and ETag, or by those that S3 gives its bytes. */
function isOwnerListed({ listed, owner }: OpenGroup, copied: ListedFile): boolean {
  if (owner !== 'source') return copied.etag === hash('md5', formatOwner(owner));
  const original = findFile(listed.files, OWNER_NAME);
  return original?.size === copied.size && original.etag === copied.etag;
}

interface Owner {
  readonly name: string;
  readonly bytes: Buffer;
}

async function ownerOfCopy({ listed, source, owner }: OpenGroup): Promise<Owner> {
  if (owner !== 'source') return { name: owner, bytes: formatOwner(owner) };
  const original = await readOwner(source, listed);
  if (original === undefined) throw ownerInvalid(listed);
  return original;
}

async function readOwner(reader: ObjectReader, { group, files }: ListedGroup): Promise<Owner | undefined> {
  if (findFile(files, OWNER_NAME) === undefined) return undefined;
  const bytes = (await reader.get(`${groupPrefix(group)}${OWNER_NAME}`))?.bytes;
  const name = bytes && parseOwner(bytes);
  return bytes === undefined || name === undefined ? undefined : { name, bytes };
}

async function ownerTransfer(open: OpenGroup, owner: Owner): Promise<Transfer[]> {
  const { copy, target } = open;
  if (findFile(copy.files, OWNER_NAME) === undefined) return [{ ...fileTransfer(open, OWNER_NAME), body: owner.bytes }];
  const existing = await readOwner(target, copy);
  if (existing?.name === owner.name) return [];
  throw ownerDiffers(copy, owner.name, existing?.name);
}

/** Notes follow the source; notes that only the copy has are kept. */
function notesTransfer(open: OpenGroup): Transfer[] {
  const notes = findFile(open.listed.files, NOTES_NAME);
  const existing = findFile(open.copy.files, NOTES_NAME);
  if (notes === undefined || (existing?.size === notes.size && existing.etag === notes.etag)) return [];
  return [{ ...fileTransfer(open, NOTES_NAME), size: notes.size, etag: notes.etag }];
}

function fileTransfer({ listed, copy }: OpenGroup, name: string): Transfer {
  const title = `${groupPrefix(listed.group)}${name}`;
  const absent = () => Promise.resolve(new DataError('SOURCE_CHANGED', `${title} went away from the source during the run`));
  return { sourceKey: title, targetKey: `${groupPrefix(copy.group)}${name}`, title, absent };
}

function ownerInvalid({ group }: ListedGroup): DataError {
  const message =
    `group ${formatGroup(group)} has no valid owner file on the source, so PBS hides it there and would hide the copy;` +
    ' give it an owner in PBS (change owner), or the job an owner, then run again';
  return new DataError('OWNER_INVALID', message, { context: { namespace: group.namespace, group: group.name } });
}

function ownerDiffers({ group }: ListedGroup, wanted: string, found: string | undefined): DataError {
  const message =
    `group ${formatGroup(group)} belongs to ${found ?? 'nobody valid'} on the target and should belong to ${wanted}, so it is left alone;` +
    ' make the owners equal in PBS, or set the owner of the job, then run again';
  return new DataError('OWNER_DIFFERS', message, { context: { namespace: group.namespace, group: group.name } });
}
