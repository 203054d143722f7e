import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, ConflictError } from '../errors.ts';
import { NEW_STATE, parseServeState, type ServeState } from '../serve/state.ts';
import { replaceFile } from './replace-file.ts';
import { lockFolder } from './table/store-folder.ts';

/** The part of a state folder that belongs to `flotilla serve`, held by one process. */
export interface ServeFolder {
  readonly loaded: ServeState;
  /** Replaces what was saved; returns when that would survive the loss of power. */
  save(state: ServeState): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the folder for this process alone. The lock is the operating system's: a process that was killed holds it no longer. Throws
 * a `ConflictError` SERVE_RUNNING when another process has it, a `ConfigError` SERVE_STATE_INVALID when what was saved does not read.
 */
export async function openServeFolder(folder: string): Promise<ServeFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(folder);
  if (unlock === undefined) {
    const message = `another flotilla serve is at work with ${folder}; stop that one first, or give this one a state folder of its own`;
    throw new ConflictError('SERVE_RUNNING', message);
  }
  try {
    const loaded = await load(join(folder, 'state.json'));
    return { loaded, save: (state) => save(folder, state), close: unlock };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function load(path: string): Promise<ServeState> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return NEW_STATE;
    throw error;
  }
  try {
    return parseServeState(text);
  } catch (cause) {
    const message = `${path} is not as flotilla serve writes it; delete it, and runs that were under way begin with the next tick`;
    throw new ConfigError('SERVE_STATE_INVALID', message, { cause });
  }
}

/** The file's new place in its folder is brought to the disk, too. */
async function save(folder: string, state: ServeState): Promise<void> {
  await replaceFile(join(folder, 'state.json'), `${JSON.stringify(state)}\n`, { mode: 0o600, soleWriter: true });
  const directory = await open(folder, 'r');
  await directory.sync().finally(() => directory.close());
}
