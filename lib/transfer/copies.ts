import type { Transfer } from '../datastore/layout.ts';
import { ConfigError, type FlotillaError, TransientError } from '../errors.ts';

/** Where the source's objects are for the provider. */
export interface CopyPlace {
  readonly bucket: string;
  readonly prefix: string;
}

/** Is told what the provider makes of copies. */
export interface CopyWatch {
  /** The first one was done: from now on they go side by side. */
  proven(transfer: Transfer): void;
  /** `last`: no further one is tried. */
  refused(transfer: Transfer, error: FlotillaError, last: boolean): void;
}

/** Server-side copies of one worker, as long as the provider does them. */
export interface Copies {
  readonly from: CopyPlace;
  /** Whether copies are done and none was refused yet: then an object takes no memory here. */
  readonly sure: boolean;
  /**
   * Copies, unless that has proven vain; `undefined`: this object has to be relayed. Until one is done they go one by one, so that
   * a provider that refuses all is not asked for each.
   */
  attempt<T extends object>(transfer: Transfer, copy: () => Promise<T>): Promise<T | undefined>;
}

/** After so many refusals in a row no further copy is tried: each would cost a request. */
const MAX_REFUSALS = 8;

/** `patience`: how many refusals in a row end it before any copy was done. */
export function openCopies(from: CopyPlace, patience: number, watch: CopyWatch): Copies {
  let [done, refused, inARow] = [0, 0, 0];
  let probe: Promise<unknown> | undefined;
  const mayTry = (): boolean => inARow < (done === 0 ? patience : MAX_REFUSALS);
  const tryOnce = async <T extends object>(transfer: Transfer, copy: () => Promise<T>): Promise<T | undefined> => {
    try {
      const copied = await copy();
      [done, inARow] = [done + 1, 0];
      if (done === 1) watch.proven(transfer);
      return copied;
    } catch (error) {
      if (!isRefusal(error, done === 0)) throw error;
      [refused, inARow] = [refused + 1, inARow + 1];
      watch.refused(transfer, error, !mayTry());
      return undefined;
    }
  };
  return {
    from,
    get sure() {
      return done > 0 && refused === 0;
    },
    attempt: async (transfer, copy) => {
      while (done === 0 && probe !== undefined) await probe;
      if (!mayTry()) return undefined;
      const attempt = tryOnce(transfer, copy);
      if (done === 0) probe = attempt.then(forgetProbe, forgetProbe);
      return attempt;
    },
  };

  function forgetProbe(): void {
    probe = undefined;
  }
}

/** What an operator would have to change. Where none was done yet, a provider that fails at it time and again is taken to refuse it. */
function isRefusal(error: unknown, isFirst: boolean): error is FlotillaError {
  return error instanceof ConfigError || (isFirst && error instanceof TransientError && error.code === 'STORE_FAILED');
}
