import { ConfigError } from '../../errors.ts';

/** Levels below the root, and characters with slashes, that PBS allows (facts/pbs.md 1.1). */
export const MAX_NAMESPACE_DEPTH = 7;
export const MAX_NAMESPACE_LENGTH = 256;

const SAFE_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** `a/b` as `['a', 'b']`, the root as `[]`. Throws a `ConfigError` NAMESPACE_INVALID that says which rule of PBS it breaks. */
export function namespaceComponents(namespace: string): string[] {
  const components = namespace === '' ? [] : namespace.split('/');
  const fault = findFault(components);
  if (fault === undefined) return components;
  throw new ConfigError('NAMESPACE_INVALID', `namespace "${namespace}": ${fault}`, { context: { namespace } });
}

export { namespaceComponents as parseNamespace };

/** Whether PBS could have a namespace of this name. The root, '', is one. */
export function isNamespace(namespace: string): boolean {
  return namespace === '' || findFault(namespace.split('/')) === undefined;
}

/** A namespace before those below it, and siblings with all below them in the order of their names. */
export function compareNamespaces(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [a.split('/'), b.split('/')];
  const at = left.findIndex((component, index) => component !== right[index]);
  // All of `a` leads `b`: `a` is above it. The root's one component is '', which is less than any other.
  if (at === -1) return -1;
  return (left[at] ?? '') < (right[at] ?? '') ? -1 : 1;
}

function findFault(components: readonly string[]): string | undefined {
  if (components.length > MAX_NAMESPACE_DEPTH) return `has ${components.length} levels, PBS allows ${MAX_NAMESPACE_DEPTH}`;
  const bad = components.find((component) => !SAFE_ID.test(component));
  if (bad !== undefined) {
    return `"${bad}" is no valid part: letters, digits and "_", then also "." and "-", and slashes only between parts`;
  }
  return measure(components) > MAX_NAMESPACE_LENGTH
    ? `is longer than the ${MAX_NAMESPACE_LENGTH} characters PBS allows`
    : undefined;
}

/** Characters as PBS counts them when it adds a part: a slash for the first part too. */
function measure(components: readonly string[]): number {
  const [first = '', ...rest] = components;
  return rest.length === 0 ? first.length + 1 : components.join('/').length;
}
