/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text with its variables put in. `problems` is empty unless it could not be done. */
export interface Expansion {
  readonly text: string;
  /** Whether the text came from the environment, wholly or in part. */
  readonly expanded: boolean;
  /** Whether the text was one variable and nothing else. */
  readonly whole: boolean;
  readonly problems: readonly string[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Puts `${VAR}` in from the environment, once: what a variable holds is not expanded again. `$${` stands for `${`. */
export function expandVariables(source: string, environment: Environment): Expansion {
  const problems: string[] = [];
  let expanded = false;
  const text = source.replace(/\$\$\{|\$\{([^}]*)(\}?)/g, (match, name: string | undefined, end: string | undefined) => {
    if (name === undefined) return '${';
    expanded = true;
    const value = lookUp(name, end === '}', environment);
    if ('value' in value) return value.value;
    problems.push(value.problem);
    return match;
  });
  return { text, expanded, whole: /^\$\{[^}]*\}$/.test(source), problems };
}

function lookUp(
  name: string,
  closed: boolean,
  environment: Environment,
): { readonly value: string } | { readonly problem: string } {
  if (!closed) return { problem: 'has ${ without its }; close it, or write $${ for a plain ${' };
  if (!NAME.test(name)) {
    return { problem: `has \${${name}}, which names no variable; use letters, digits and _, or write $\${ for a plain \${` };
  }
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  return value === undefined ? { problem: `needs \${${name}}, which the environment does not have; set ${name}` } : { value };
}

/** A text as YAML 1.2's core schema reads an unquoted one, where that is a number or true/false; otherwise the text itself. */
export function coreScalar(text: string): string | number | boolean {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  return /^0o[0-7]+$|^0x[0-9a-fA-F]+$/.test(text) ? Number(text) : text;
}
