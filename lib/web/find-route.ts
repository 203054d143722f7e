import type { Asked } from './routes.ts';

/** Undefined: it is no path of ours. A name may hold anything, also a slash, and is never a path of the machine. */
export function parseTarget(target: string): Omit<Asked, 'form'> | undefined {
  const [path = '', query = ''] = target.split('?', 2);
  if (!path.startsWith('/')) return undefined;
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent);
    return { segments: segments.length === 1 && segments[0] === '' ? [] : segments, query: new URLSearchParams(query) };
  } catch {
    return undefined;
  }
}

/** The route of a path, and what it has in the places of the stars. */
export function findRoute<T>(
  routes: Readonly<Record<string, T>>,
  segments: readonly string[],
): { handle: T; names: readonly string[] } | undefined {
  for (const [pattern, handle] of Object.entries(routes)) {
    const steps = pattern === '' ? [] : pattern.split('/');
    if (steps.length !== segments.length || !steps.every((step, at) => step === '*' || step === segments[at])) continue;
    return { handle, names: segments.filter((_, at) => steps[at] === '*') };
  }
  return undefined;
}
