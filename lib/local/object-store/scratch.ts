import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isErrno } from './errno.ts';

let served = 0;

/** Names for files under way, all in one folder: the name begins with this process's id, so that leftovers can be told. */
export function openScratch(folder: string): () => string {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (!isAlive(Number.parseInt(name, 10))) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
  return () => path.join(folder, `${String(process.pid)}-${String((served += 1))}`);
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}
