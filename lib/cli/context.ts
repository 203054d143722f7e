import { loadConfig, type Configuration } from '../config/load-config.ts';
import type { StopSwitch } from './stop-switch.ts';
import type { Terminal } from './terminal.ts';

/** What surrounds a command. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly stop: StopSwitch;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A few characters that no other run started in the same millisecond has. */
  readonly uniqueId: () => string;
  /** Has the process call this when it is asked to read its configuration again, in place of ending. */
  readonly onHangup?: (reread: () => void) => void;
}

/** Options that most commands have. */
export interface CommonOptions {
  readonly config: string;
  readonly state?: string;
}

export function readConfig({ config }: CommonOptions, { environment }: CliContext): Configuration {
  return loadConfig(config, environment);
}
