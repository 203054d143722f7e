import { GroupRecordSchema } from '../sync/report/group-record.ts';
import type { RunStore } from '../sync/run-store.ts';
import { boundGroup } from './bounds.ts';
import { groupItem, groupsOf } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { putItem, queryItems, readItem, type Table } from './table.ts';

export function groupMethods(table: Table): Pick<RunStore, 'saveGroup' | 'loadGroup' | 'listGroups'> {
  return {
    saveGroup: async (run, record) => {
      const ttl = expiresAt(Date.parse(record.updatedAt), LIFETIME.group);
      await putItem(table, { ...boundGroup(record), ...groupItem(run, record), 'expires-at': ttl });
    },
    loadGroup: (run, group) => readItem(table, groupItem(run, group), GroupRecordSchema),
    listGroups: (run) => queryItems(table, { pk: groupsOf(run) }, GroupRecordSchema),
  };
}
