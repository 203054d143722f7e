import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, stat } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOST_MAIN = fileURLToPath(new URL('./host-main.ts', import.meta.url));
/** The log is begun anew beyond this size, in bytes. */
const MAX_LOG_BYTES = 1_048_576;

export const LOG_NAME = 'table.log';

/** Starts a host that outlives this process. It ends by itself when the folder has one already. */
export async function spawnHost(folder: string, table: string): Promise<ChildProcess> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const log = await openLog(join(folder, LOG_NAME));
  try {
    const compiled = getCompileCacheDir();
    // Without this process's environment: its credentials and Node options are not the host's.
    const child = spawn(process.execPath, [HOST_MAIN, folder, table], {
      cwd: folder,
      detached: true,
      env: compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled },
      stdio: ['ignore', log.fd, log.fd],
      windowsHide: true,
    });
    child.unref();
    await once(child, 'spawn');
    return child;
  } finally {
    await log.close();
  }
}

async function openLog(path: string) {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  return open(path, size > MAX_LOG_BYTES ? 'w' : 'a', 0o600);
}
