import { randomUUID } from 'node:crypto';
import { ConflictError, FlotillaError, formatErrorChain } from '../errors.ts';
import type { JobDocument } from '../config/job-document.ts';
import type { FormValues } from '../page/form-values.ts';
import type { Preview } from '../page/preview.ts';
import type { PageWorld } from './world.ts';

/** Each lists both sides of a job. */
const MAX_LOOKING = 4;
const MAX_KEPT = 20;
/** What a run would do an hour ago says little of what it would do now. */
const MAX_AGE_MS = 3_600_000;
/** A large datastore takes minutes to list; what takes longer than this is given up. */
const MAX_LOOKING_MS = 30 * 60_000;

/** What somebody wanted to see before starting it. */
export interface KeptPreview {
  readonly job: string;
  readonly values: FormValues;
  /** Epoch milliseconds. */
  readonly begun: number;
  preview: Preview;
}

export interface Previews {
  /** Begins to look, and gives the preview its name. Throws a `ConflictError` PREVIEWS_BUSY when too many look at once. */
  begin(document: JobDocument, values: FormValues): { readonly key: string; readonly ended: Promise<void> };
  get(job: string, key: string): KeptPreview | undefined;
  /** Gives up all that look: each ends with the listing that it waits for. */
  close(): void;
}

export function keepPreviews({ plan, complain, now }: Pick<PageWorld, 'plan' | 'complain' | 'now'>): Previews {
  const kept = new Map<string, KeptPreview>();
  const looking = new Set<Promise<void>>();
  const stop = new AbortController();
  const dropOld = (): void => {
    for (const [key, { begun }] of kept) if (now() - begun >= MAX_AGE_MS) kept.delete(key);
  };
  return {
    begin: (document, values) => {
      if (looking.size >= MAX_LOOKING) {
        throw new ConflictError(
          'PREVIEWS_BUSY',
          `${String(MAX_LOOKING)} previews are under way already: wait until one of them is done`,
        );
      }
      const [key, entry] = [randomUUID(), { job: document.id, values, begun: now(), preview: LOOKING }];
      dropOld();
      for (const old of [...kept.keys()].slice(0, Math.max(0, kept.size - MAX_KEPT + 1))) kept.delete(old);
      kept.set(key, entry);
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(MAX_LOOKING_MS)]);
      const ended = look(entry, () => plan(document, signal), complain).finally(() => void looking.delete(ended));
      looking.add(ended);
      return { key, ended };
    },
    get: (job, key) => {
      dropOld();
      const found = kept.get(key);
      return found?.job === job ? found : undefined;
    },
    close: () => stop.abort(),
  };
}

const LOOKING: Preview = { state: 'looking', lines: [] };

async function look(entry: KeptPreview, plan: () => Promise<Preview>, complain: PageWorld['complain']): Promise<void> {
  try {
    entry.preview = await plan();
  } catch (error) {
    const isKnown = error instanceof FlotillaError;
    if (!isKnown)
      complain(`a preview met a fault of its own: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const failure = isKnown
      ? `${error.code}: ${formatErrorChain(error)}`
      : 'this is a fault of Flotilla itself, which its log explains';
    entry.preview = { state: 'failed', lines: [], failure };
  }
}
