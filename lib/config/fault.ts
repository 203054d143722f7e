import { ConfigError } from '../errors.ts';

/** Names a value in a document: `['jobs', 0, 'worker-threads']`. */
export type Path = readonly (string | number)[];

/** One thing that is wrong, without where it stands in a file. `problem` says what is wrong and what to do. */
export interface Fault {
  readonly path: Path;
  /** Whether it is the key itself that is wrong. */
  readonly atKey?: boolean;
  readonly problem: string;
}

/** `jobs[0].worker-threads`. */
export function formatPath(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

/** `worker-threads  "8" is text, ..`, a fault of a document that has no lines. */
export function formatFault(fault: Fault): string {
  return fault.path.length === 0 ? fault.problem : `${formatPath(fault.path)}  ${fault.problem}`;
}

/** One error for all faults, a line each under a heading that counts them. */
export function faultError(code: string, subject: string, lines: readonly string[]): ConfigError {
  const count = lines.length === 1 ? '1 fault' : `${lines.length} faults`;
  return new ConfigError(code, [`${subject}: ${count}`, ...lines.map((line) => `  ${line}`)].join('\n'));
}
