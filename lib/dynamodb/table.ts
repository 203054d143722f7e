import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { isConditionFailed, translateTableError } from './errors.ts';
import type { ItemKey } from './keys.ts';

/** The one table, and the client that reaches it. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

/** An expression with its names (`#n`) and values (`:v`), as DynamoDB takes them. */
export interface Expression {
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string | number | readonly (number | object)[]>>;
}

export interface Update {
  readonly set: Expression;
  readonly condition: Expression;
  /** What is answered: the item as it is now, which is the default, or as it was before. */
  readonly answer?: 'now' | 'before';
}

export interface ItemQuery {
  readonly pk: string;
  /** Only items whose `sk` begins so. */
  readonly prefix?: string;
  readonly newestFirst?: boolean;
  /** Items a page; the iteration goes on after it. */
  readonly pageSize?: number;
}

/** The item as `schema` reads it, strongly consistent; `undefined` when there is none. */
export async function readItem<T>(table: Table, key: ItemKey, schema: z.ZodType<T>): Promise<T | undefined> {
  const answer = await send(table, () =>
    table.client.send(new GetCommand({ TableName: table.name, Key: { ...key }, ConsistentRead: true })),
  );
  return answer.Item === undefined ? undefined : parseItem(table, answer.Item, schema);
}

/** Writes or replaces one item. False when `condition` did not hold. */
export async function putItem(
  table: Table,
  item: ItemKey & Readonly<Record<string, unknown>>,
  condition?: Expression,
): Promise<boolean> {
  const command = new PutCommand({ TableName: table.name, Item: { ...item }, ...conditionOf(condition) });
  const answer = await unlessConditionFailed(send(table, () => table.client.send(command)));
  return answer !== undefined;
}

/** One conditional update. The item, with no members where there was none before; `undefined` when the condition did not hold. */
export async function updateItem<T>(table: Table, key: ItemKey, update: Update, schema: z.ZodType<T>): Promise<T | undefined> {
  const command = new UpdateCommand({
    TableName: table.name,
    Key: { ...key },
    UpdateExpression: update.set.text,
    ConditionExpression: update.condition.text,
    ExpressionAttributeNames: { ...update.set.names, ...update.condition.names },
    ExpressionAttributeValues: { ...update.set.values, ...update.condition.values },
    ReturnValues: update.answer === 'before' ? 'ALL_OLD' : 'ALL_NEW',
  });
  const answer = await unlessConditionFailed(send(table, () => table.client.send(command)));
  return answer === undefined ? undefined : parseItem(table, answer.Attributes ?? {}, schema);
}

/** Deletes one item, if it is there and `condition` holds. */
export async function deleteItem(table: Table, key: ItemKey, condition?: Expression): Promise<void> {
  const command = new DeleteCommand({ TableName: table.name, Key: { ...key }, ...conditionOf(condition) });
  await unlessConditionFailed(send(table, () => table.client.send(command)));
}

/** All items of one partition in the byte order of `sk`, strongly consistent, page by page. */
export async function* queryItems<T>(table: Table, query: ItemQuery, schema: z.ZodType<T>): AsyncGenerator<T> {
  let startKey: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const command = queryCommand(table, query, startKey);
    const page: QueryCommandOutput = await send(table, () => table.client.send(command));
    for (const item of page.Items ?? []) yield parseItem(table, item, schema);
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
}

function queryCommand(table: Table, query: ItemQuery, startKey: QueryCommandOutput['LastEvaluatedKey']): QueryCommand {
  const { pk, prefix } = query;
  return new QueryCommand({
    TableName: table.name,
    KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': pk, ...(prefix === undefined ? {} : { ':prefix': prefix }) },
    ConsistentRead: true,
    ScanIndexForward: query.newestFirst !== true,
    ...(query.pageSize === undefined ? {} : { Limit: query.pageSize }),
    ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
  });
}

function conditionOf(condition: Expression | undefined) {
  if (condition === undefined) return {};
  const { text, names, values } = condition;
  return {
    ConditionExpression: text,
    ExpressionAttributeNames: { ...names },
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: { ...values } }),
  };
}

async function unlessConditionFailed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}

async function send<T>(table: Table, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateTableError(error, table.name) ?? error;
  }
}

function parseItem<T>(table: Table, item: Readonly<Record<string, unknown>>, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const name = `item ${String(item['pk'])} / ${String(item['sk'])} of table ${table.name}`;
  throw new ConfigError('TABLE_ITEM_INVALID', `${name} is not as Flotilla writes it; delete it, which loses no backup`, {
    cause: parsed.error,
  });
}
