import type { RequestCounts, RequestKind } from '../datastore/object-store.ts';
import type { Pace, Paces } from '../datastore/pace.ts';
import type { S3Connection } from './connection.ts';
import type { Operation } from './errors.ts';
import { sendWithRetry } from './retry.ts';
import type { Answer, Send } from './retry.ts';
import { seenFingerprint } from './tls.ts';

/** One use of a connection: its own counts, and the prefix (with its closing slash, or '') that keys are relative to. */
export interface Store {
  readonly connection: S3Connection;
  readonly counts: RequestCounts;
  readonly paces: Paces;
  readonly prefix: string;
}

export interface CountedOperation extends Operation {
  readonly count: RequestKind;
}

/** Sends one operation with its retries, and counts each request that goes out. */
export async function request<T>(store: Store, operation: CountedOperation, send: Send<T>): Promise<Answer<T>> {
  const { retry, budget, inFlight, location } = store.connection;
  const pace = paceOf(store.paces, operation.count);
  const answer = await sendWithRetry({ retry, budget, inFlight, counts: store.counts }, (fresh) => {
    const sendCounted = (): Promise<T> => {
      store.counts[operation.count]++;
      return send(fresh);
    };
    return pace?.take(1)?.then(sendCounted) ?? sendCounted();
  });
  if (answer.ok || answer.fault.kind !== 'certificate' || location.fingerprint !== undefined || !location.endpoint) return answer;
  const seen = await seenFingerprint(location.endpoint);
  return { ...answer, fault: { ...answer.fault, message: `${answer.fault.message}; its fingerprint is ${seen ?? 'not shown'}` } };
}

function paceOf({ gets, puts }: Paces, count: RequestKind): Pace | undefined {
  return count === 'get' || count === 'head' || count === 'list' ? gets : puts;
}

const describeOperation =
  (name: string, count: RequestKind, permission: string) =>
  (key: string): CountedOperation => ({
    name,
    count,
    permission,
    key,
  });

/** What is asked of a provider: S3's word, what it counts as, and the IAM action it needs. */
export const OPERATIONS = {
  list: describeOperation('LIST', 'list', 's3:ListBucket'),
  head: describeOperation('HEAD', 'head', 's3:GetObject and s3:ListBucket'),
  get: describeOperation('GET', 'get', 's3:GetObject and s3:ListBucket'),
  put: describeOperation('PUT', 'put', 's3:PutObject'),
  copy: describeOperation('COPY', 'copy', 's3:PutObject here and s3:GetObject on the source'),
  multipart: describeOperation('MULTIPART PUT', 'put', 's3:PutObject'),
  abort: describeOperation('MULTIPART ABORT', 'delete', 's3:AbortMultipartUpload'),
  delete: describeOperation('DELETE', 'delete', 's3:DeleteObject'),
  events: describeOperation('GET NOTIFICATION', 'get', 's3:GetBucketNotification'),
} as const;
