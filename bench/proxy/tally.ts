import { REQUEST_KINDS, type RequestKind, type S3Request } from './request-kind.ts';

/** What one side of a sync was asked, and what went over its wire. */
export interface ProxyReport {
  readonly requests: Readonly<Record<RequestKind, number>>;
  /** Requests that this proxy refused or cut, as it was told to. */
  readonly refused: number;
  readonly cut: number;
  /** Bytes of bodies: what clients sent, and what they were sent. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Of those, what was sent for an object beyond its size. */
  readonly bytesUpAgain: number;
  readonly bytesDownAgain: number;
  /** When each object became visible first: its key, and ms of one clock. */
  readonly visible: readonly (readonly [key: string, at: number])[];
}

interface Moved {
  bytes: number;
  /** The largest that was moved whole, or so far. */
  size: number;
}

export class ProxyTally {
  readonly #requests = Object.fromEntries(REQUEST_KINDS.map((kind) => [kind, 0])) as Record<RequestKind, number>;
  readonly #up = new Map<string, Moved>();
  readonly #down = new Map<string, Moved>();
  readonly #visible = new Map<string, number>();
  refused = 0;
  cut = 0;

  asked({ kind }: S3Request): void {
    this.#requests[kind] += 1;
  }

  /** A request's body has come, or as much of it as will ever come. Parts of an object are objects of their own here. */
  sent({ kind, key, part }: S3Request, bytes: number): void {
    if (kind === 'put' || kind === 'part') add(this.#up, part === '' ? key : `${key} ${part}`, bytes);
  }

  /** An answer's body has gone. */
  answered({ kind, key, part }: S3Request, bytes: number): void {
    if (kind === 'get') add(this.#down, part === '' ? key : `${key} ${part}`, bytes);
  }

  succeeded({ commits, key }: S3Request, at: number): void {
    if (commits && !this.#visible.has(key)) this.#visible.set(key, at);
  }

  report(): ProxyReport {
    const [up, down] = [total(this.#up), total(this.#down)];
    return {
      requests: { ...this.#requests },
      refused: this.refused,
      cut: this.cut,
      ...{ bytesUp: up.bytes, bytesUpAgain: up.bytes - up.size, bytesDown: down.bytes, bytesDownAgain: down.bytes - down.size },
      visible: [...this.#visible],
    };
  }
}

function add(moved: Map<string, Moved>, key: string, bytes: number): void {
  const before = moved.get(key);
  if (before === undefined) moved.set(key, { bytes, size: bytes });
  else [before.bytes, before.size] = [before.bytes + bytes, Math.max(before.size, bytes)];
}

function total(moved: ReadonlyMap<string, Moved>): Moved {
  const sum = { bytes: 0, size: 0 };
  for (const { bytes, size } of moved.values()) [sum.bytes, sum.size] = [sum.bytes + bytes, sum.size + size];
  return sum;
}
