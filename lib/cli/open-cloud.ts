import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openEmbeddedCloud, type EmbeddedCloud } from '../local/embedded-cloud.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { terminalLog } from './terminal.ts';

/** The state folder: `.flotilla` beside the configuration file unless the command says otherwise. */
export function stateFolder({ config, state }: CommonOptions): string {
  return resolve(state ?? join(dirname(config), '.flotilla'));
}

/** Opens the embedded cloud on the state folder; several commands may have it open at once. */
export async function openCloud(options: CommonOptions, context: CliContext): Promise<EmbeddedCloud> {
  const folder = stateFolder(options);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { environment, stop, terminal } = context;
  return openEmbeddedCloud({
    folder,
    durable: true,
    host: {
      environment,
      now: () => context.now(),
      openLog: () => terminalLog(terminal),
      stopAsked: () => stop.asked(),
      announce: () => Promise.resolve(),
    },
    sleep: (seconds) => stop.sleep(seconds),
  });
}
