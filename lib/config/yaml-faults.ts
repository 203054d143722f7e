import { isMap, visit } from 'yaml';
import type { Document, ErrorCode, YAMLMap } from 'yaml';
import { keyText, pathTo } from './yaml-path.ts';
import type { Fault } from './fault.ts';

/** A fault of the text itself: `offset` is where. */
export interface TextFault extends Fault {
  readonly offset: number;
}

const ADVICE: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put a value that holds ": " in quotes, or mend the indentation',
  MISSING_CHAR: 'close it',
};

/** What keeps the file from being read as YAML, in the order of the text. */
export function syntaxFaults(root: Document): readonly TextFault[] {
  const errors = [...root.errors, ...root.warnings].map(({ code, message, pos }) => ({
    path: [],
    offset: pos[0],
    problem: say(code, message),
  }));
  return [...errors, ...missingAnchors(root)].sort((a, b) => a.offset - b.offset);
}

/** Keys that are there twice: YAML would quietly take the last. */
export function duplicateKeys(root: Document): readonly TextFault[] {
  const faults: TextFault[] = [];
  visit(root, {
    Pair(_, pair, ancestors) {
      const map = ancestors.at(-1);
      const key = pair.key as { readonly range?: readonly number[] } | null;
      if (!isMap(map) || !isRepeated(map, map.items.indexOf(pair))) return;
      faults.push({
        path: pathTo(pair, ancestors),
        atKey: true,
        offset: key?.range?.[0] ?? 0,
        problem: 'is there twice; keep one',
      });
    },
  });
  return faults;
}

function isRepeated(map: YAMLMap, index: number): boolean {
  const pair = map.items[index];
  return pair !== undefined && map.items.slice(0, index).some((before) => keyText(before) === keyText(pair));
}

function missingAnchors(root: Document): readonly TextFault[] {
  const faults: TextFault[] = [];
  visit(root, {
    Alias(_, alias, ancestors) {
      if (alias.resolve(root) !== undefined) return;
      const problem = `refers to *${alias.source}, which is not set before; set it with &${alias.source}`;
      faults.push({ path: pathTo(alias, ancestors), offset: alias.range?.[0] ?? 0, problem });
    },
  });
  return faults;
}

function say(code: ErrorCode, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'a second YAML document begins; keep one document in the file';
  const advice = ADVICE[code];
  return `not valid YAML: ${message}${advice === undefined ? '' : `; ${advice}`}`;
}
