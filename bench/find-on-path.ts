import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The program of that name in the first folder of `path` that has it; undefined: none has. */
export function findOnPath(name: string, path = ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
