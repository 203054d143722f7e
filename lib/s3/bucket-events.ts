import { GetBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { noRequests } from '../datastore/object-store.ts';
import type { S3Connection } from './connection.ts';
import { translate } from './errors.ts';
import { OPERATIONS, request } from './request.ts';

/** Whether a bucket on AWS sends its events to EventBridge. Throws what the provider refused, `ConfigError` where it is the keys. */
export async function sendsEvents(connection: S3Connection): Promise<boolean> {
  const store = { connection, counts: noRequests(), paces: {}, prefix: '' };
  const operation = OPERATIONS.events('');
  const command = new GetBucketNotificationConfigurationCommand({ Bucket: connection.location.bucket });
  const answer = await request(store, operation, () => connection.client.send(command));
  if (answer.ok) return answer.value.EventBridgeConfiguration !== undefined;
  throw translate(connection.location, operation, answer);
}
