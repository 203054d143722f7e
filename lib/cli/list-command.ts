import { ConfigError } from '../errors.ts';
import type { Configuration } from '../config/load-config.ts';
import type { DatastoreLocation } from '../datastore/location.ts';
import { formatGroup, type ListedGroup } from '../datastore/group.ts';
import { noRequests, type ObjectReader } from '../datastore/object-store.ts';
import type { Layout } from '../datastore/layout.ts';
import { layoutOf } from '../layouts/layouts.ts';
import { createS3Connection, openDatastore } from '../s3/open-datastore.ts';
import { listGroups } from '../sync/list-groups.ts';
import { formatBytes } from '../sync/report/words.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { formatTable } from './format-table.ts';
import { oneLine } from './one-line.ts';
import type { Terminal } from './terminal.ts';

/** Manifests read at once. */
const READ_AT_ONCE = 16;

/** Shows namespaces, groups and snapshots with size, owner, verify state and protection. */
export async function listCommand(id: string, options: CommonOptions, context: CliContext): Promise<ExitCode> {
  const location = findDatastore(readConfig(options, context), id);
  const connection = createS3Connection(location, context.environment);
  try {
    await printDatastore(openDatastore(connection, noRequests()), layoutOf(location.layout), context.terminal);
    return EXIT.done;
  } finally {
    connection.close();
  }
}

export function findDatastore({ datastores }: Configuration, id: string): DatastoreLocation {
  const location = datastores.find((datastore) => datastore.id === id);
  if (location !== undefined) return location;
  const known = datastores.map((datastore) => datastore.id).join(', ');
  throw new ConfigError('DATASTORE_UNKNOWN', `there is no datastore ${JSON.stringify(id)}: the configuration has ${known}`);
}

async function printDatastore(reader: ObjectReader, layout: Layout, { print }: Terminal): Promise<void> {
  let empty = true;
  for await (const listed of listGroups(reader, layout, '')) {
    empty = false;
    if (listed.kind === 'namespace') print(`namespace ${listed.namespace}`);
    else await printGroup(reader, layout, listed.listed, print);
  }
  if (empty) print('nothing: no namespace, no group');
}

async function printGroup(reader: ObjectReader, layout: Layout, group: ListedGroup, print: Terminal['print']): Promise<void> {
  const { owner } = await layout.describeGroup(reader, group);
  print(`${formatGroup(group.group)}  owner ${owner ?? 'missing or invalid: PBS hides this group'}`);
  const rows: string[][] = [];
  for (let at = 0; at < group.snapshots.length; at += READ_AT_ONCE) {
    const batch = group.snapshots.slice(at, at + READ_AT_ONCE);
    rows.push(...(await Promise.all(batch.map((snapshot) => describeRow(reader, layout, group, snapshot)))));
  }
  if (rows.length > 0) print(formatTable(rows).replaceAll(/^/gm, '  '));
}

async function describeRow(
  reader: ObjectReader,
  layout: Layout,
  { group }: ListedGroup,
  snapshot: ListedGroup['snapshots'][number],
): Promise<string[]> {
  const { size, state, verified, encrypted, notes } = await layout.describeSnapshot(reader, group, snapshot);
  return [
    snapshot.name,
    size === undefined ? state : formatBytes(size),
    verified === undefined ? 'not verified' : `verify ${verified}`,
    encrypted === undefined || encrypted === 'none' ? 'plain' : encrypted,
    layout.isProtected(snapshot) ? 'protected' : '',
    // Written by whoever may write a backup.
    oneLine(notes?.split('\n')[0] ?? ''),
  ];
}
