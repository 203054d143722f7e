import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openClient } from '../../lib/dynamodb/client.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';

const WRITES = new Set(['PutItemCommand', 'UpdateItemCommand', 'DeleteItemCommand']);

/** A client whose every write reaches the table, but whose answer is lost on the way back the first time: the SDK tries again. */
export function openForgetfulClient(table: LocalTable): DynamoDBDocumentClient {
  const client = openClient(table);
  // The SDK's own budget of retries is for a service in trouble: with every answer lost it is soon used up.
  client.config.retryStrategy = () => Promise.resolve(retryTwice);
  client.middlewareStack.add(
    (next, context) => {
      let answers = 0;
      return async (request) => {
        const answer = await next(request);
        if (answers++ === 0 && WRITES.has(commandOf(context))) throw lostAnswer();
        return answer;
      };
    },
    { step: 'deserialize', priority: 'high', name: 'lose-first-answer' },
  );
  return client;
}

/** A client that dies, as its process might, when it is about to send the write after the first `writes`. */
export function openMortalClient(table: LocalTable, writes: number): DynamoDBDocumentClient {
  const client = openClient(table);
  let left = writes;
  client.middlewareStack.add(
    (next, context) => async (request) => {
      if (WRITES.has(commandOf(context)) && left-- <= 0) throw new Error('died');
      return next(request);
    },
    { step: 'build', name: 'die' },
  );
  return client;
}

/** A client between whose requests others get a turn: each hook runs just before a request of its kind is sent. */
export function openInterruptedClient(
  table: LocalTable,
  before: { read?: () => Promise<unknown>; write?: () => Promise<unknown> },
) {
  const client = openClient(table);
  client.middlewareStack.add(
    (next, context) => async (request) => {
      await (WRITES.has(commandOf(context)) ? before.write?.() : before.read?.());
      return next(request);
    },
    { step: 'build', name: 'interrupt' },
  );
  return client;
}

function commandOf(context: { commandName?: string }): string {
  return context.commandName ?? '';
}

const retryTwice: Awaited<ReturnType<DynamoDBDocumentClient['config']['retryStrategy']>> = {
  acquireInitialRetryToken: () => Promise.resolve(retryToken(0)),
  refreshRetryTokenForRetry: (token, { errorType }) =>
    token.getRetryCount() < 2 && errorType !== 'CLIENT_ERROR'
      ? Promise.resolve(retryToken(token.getRetryCount() + 1))
      : Promise.reject(new Error('no more retries')),
  recordSuccess: () => undefined,
};

function retryToken(count: number) {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}

function lostAnswer(): Error {
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
}
