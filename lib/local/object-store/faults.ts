import type { S3Operation } from './operation.ts';

/** The request a plan decides about. */
export interface FaultRequest {
  readonly operation: S3Operation;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** How many requests of this operation for this key there were since the plan was set, this one included. */
  readonly attempt: number;
  /** How many requests of this operation there were since the plan was set, this one included. */
  readonly count: number;
}

/** Which keys of a DeleteObjects are refused, with S3's code for it; `undefined` lets the key go. */
export type DeleteErrors = (key: string) => { readonly code: string; readonly message: string } | undefined;

/**
 * What goes wrong with one request. `when: 'after'` lets the operation do its work first, so that only its answer is lost.
 * - error: an answer with this status and error document; status 200 puts the error into a success, as S3 does for long copies
 * - reset: the connection is cut without an answer
 * - delay: the request waits before anything is done
 * - truncate: the body of the answer ends after `bytes`, and the connection with it
 * - slow: the body of the answer comes at this rate
 * - corrupt: one bit of the answer's body is flipped, at `offset` (default: in the middle)
 * - stall: nothing comes any more after `bytes` of the answer's body (default: not even its head), until the client gives up
 * - delete-errors: DeleteObjects refuses some of its keys
 */
export type Fault =
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
      readonly when?: 'before' | 'after';
    }
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'truncate'; readonly bytes: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'corrupt'; readonly offset?: number }
  | { readonly kind: 'stall'; readonly bytes?: number }
  | { readonly kind: 'delete-errors'; readonly of: DeleteErrors };

/** Decides for each request, before its signature is looked at, what goes wrong with it. */
export type FaultPlan = (request: FaultRequest) => Fault | undefined;

export type FaultSubject = Omit<FaultRequest, 'attempt' | 'count'>;

/** Asks a plan, keeping the counts that it decides by. */
export function countingPlan(plan: FaultPlan): (subject: FaultSubject) => Fault | undefined {
  const counts = new Map<string, number>();
  const next = (name: string): number => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count;
  };
  return (subject) => {
    const count = next(subject.operation);
    const attempt = next(`${subject.operation} ${subject.bucket}/${subject.key}`);
    return plan({ ...subject, attempt, count });
  };
}
