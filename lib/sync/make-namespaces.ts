import type { Worker } from './worker.ts';

/** Makes the markers of these namespaces on the target, parents first. Two workers may make the same one. */
export async function makeNamespaces(
  namespaces: readonly string[],
  { target, layout, log }: Pick<Worker, 'target' | 'layout' | 'log'>,
): Promise<void> {
  for (const namespace of namespaces) {
    const outcome = await target.put(layout.namespaceMarker(namespace), Buffer.alloc(0), { ifAbsent: true });
    if (outcome === 'written') log.info(`created namespace ${namespace}`);
  }
}
