import type { Phase } from '../datastore/layout.ts';
import { DataError } from '../errors.ts';

/** With more damaged objects than this, the rest is not looked at any more. */
const MAX_DAMAGED = 50;

/** Damage found in one phase so far. */
export interface Damage {
  /** Runs one transfer; in a phase that holds the bulk, a `DataError` is kept for the end, as long as there are few. */
  bear(move: () => Promise<void>): Promise<void>;
  readonly found: boolean;
  /** Throws what was kept, as one `DataError`: the first one, with the digests of the others. */
  tell(): void;
}

export function bearDamage(phase: Pick<Phase, 'resumable'>): Damage {
  const kept: DataError[] = [];
  const tell = (): void => {
    const [first, ...others] = kept;
    if (first !== undefined) throw together(first, others);
  };
  return {
    bear: async (move) => {
      try {
        await move();
      } catch (error) {
        if (!phase.resumable || !(error instanceof DataError)) throw error;
        kept.push(error);
        if (kept.length > MAX_DAMAGED) tell();
      }
    },
    get found() {
      return kept.length > 0;
    },
    tell,
  };
}

function together(first: DataError, others: readonly DataError[]): DataError {
  if (others.length === 0) return first;
  const moreDigests = others.map(({ context }) => context.digest).filter((digest) => digest !== undefined);
  const message = `${first.message}; ${String(others.length)} more of its chunks are damaged or missing`;
  return new DataError(first.code, message, { context: { ...first.context, moreDigests }, cause: first.cause });
}
