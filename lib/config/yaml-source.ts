import { LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, Scalar } from 'yaml';
import { coreScalar, expandVariables } from './expand-variables.ts';
import type { Environment, Expansion } from './expand-variables.ts';
import type { Fault, Path } from './fault.ts';
import { showValue } from './schema-faults.ts';
import type { ShowValue } from './schema-faults.ts';
import { duplicateKeys, syntaxFaults } from './yaml-faults.ts';
import type { TextFault } from './yaml-faults.ts';
import { nodeAt, offsetOf, pathTo } from './yaml-path.ts';

/** A YAML file that was read: its value with variables put in, what is wrong with it so far, and where everything stands. */
export interface YamlSource {
  /** Undefined when the file could not be read as YAML: then `faults` is all there is to say. */
  readonly value: unknown;
  readonly faults: readonly TextFault[];
  /** Gives a fault its place. */
  readonly locate: (fault: Fault) => TextFault;
  /** Line and column of an offset, both from 1. */
  readonly position: (offset: number) => { readonly line: number; readonly column: number };
  /** Shows a value, but its variable where it came from the environment and may be a secret. */
  readonly show: ShowValue;
  /** Whether a variable is missing from the value at `path`, so that nothing more can be said of it. */
  readonly isUnknown: (path: Path) => boolean;
}

interface Variables {
  /** What stood in the file where a variable was put in. */
  readonly written: Map<Node | undefined, string>;
  readonly unknown: Set<Node | undefined>;
  readonly faults: TextFault[];
}

/** Reads one YAML 1.2 document. Aliases and merge keys are followed; variables are put into values, not into keys. */
export function readYaml(text: string, environment: Environment): YamlSource {
  const lines = new LineCounter();
  const root = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true });
  const syntax = syntaxFaults(root);
  const variables = syntax.length > 0 ? noVariables() : putVariables(root, environment);
  const { value, faults } = syntax.length > 0 ? { value: undefined, faults: syntax } : toValue(root);
  return {
    value,
    faults: [...faults, ...variables.faults],
    locate: (fault) => ({ ...fault, offset: offsetOf(root, fault) }),
    position: (offset) => ({ line: Math.max(lines.linePos(offset).line, 1), column: Math.max(lines.linePos(offset).col, 1) }),
    show: (path, shown) => variables.written.get(nodeAt(root, path)) ?? showValue(path, shown),
    isUnknown: (path) => variables.unknown.has(nodeAt(root, path)),
  };
}

function noVariables(): Variables {
  return { written: new Map(), unknown: new Set(), faults: [] };
}

/** Puts the variables into the document's scalars, which are then read like values written in the file. */
function putVariables(root: Document, environment: Environment): Variables {
  const variables = noVariables();
  visit(root, {
    Scalar(key, scalar, ancestors) {
      if (key === 'key' || typeof scalar.value !== 'string') return;
      const written = scalar.value;
      const expansion = expandVariables(written, environment);
      scalar.value = valueOf(scalar, expansion);
      if (expansion.expanded) variables.written.set(scalar, written);
      if (expansion.problems.length > 0) variables.unknown.add(scalar);
      const path = pathTo(scalar, ancestors);
      variables.faults.push(...expansion.problems.map((problem) => ({ path, offset: scalar.range?.[0] ?? 0, problem })));
    },
  });
  return variables;
}

/** An unquoted value that is one variable takes the type of what it holds: `worker-threads: ${N}` is a number. */
function valueOf(scalar: Scalar, expansion: Expansion): unknown {
  return expansion.whole && scalar.type === 'PLAIN' ? coreScalar(expansion.text) : expansion.text;
}

function toValue(root: Document): { readonly value: unknown; readonly faults: readonly TextFault[] } {
  try {
    return { value: root.toJS({ maxAliasCount: 100 }), faults: duplicateKeys(root) };
  } catch (error) {
    // The yaml package's answer to aliases of aliases that grow without end.
    if (!(error instanceof ReferenceError)) throw error;
    return {
      value: undefined,
      faults: [{ path: [], offset: 0, problem: `not readable as YAML: ${error.message}; write the values out` }],
    };
  }
}
