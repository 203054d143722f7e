import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader } from '../datastore/object-store.ts';
import type { Job } from './job.ts';

/** The namespace on the target of one on the source: the anchors are exchanged, what is below them stays. */
export function targetNamespace(job: Pick<Job, 'namespace' | 'targetNamespace'>, namespace: string): string {
  const below = job.namespace === '' ? namespace : namespace.slice(job.namespace.length + 1);
  return [job.targetNamespace, below].filter((part) => part !== '').join('/');
}

/** The namespace on the source of one on the target; the other way round. */
export function sourceNamespace(job: Pick<Job, 'namespace' | 'targetNamespace'>, namespace: string): string {
  return targetNamespace({ namespace: job.targetNamespace, targetNamespace: job.namespace }, namespace);
}

/** A namespace and all above it but the root, parents first: `a/b` gives `a`, `a/b`. */
export function namespaceChain(namespace: string): string[] {
  const components = namespace === '' ? [] : namespace.split('/');
  return components.map((_, index) => components.slice(0, index + 1).join('/'));
}

/** Whether the target has the marker of a namespace. */
export async function hasNamespace(
  { layout, target }: { readonly layout: Layout; readonly target: ObjectReader },
  namespace: string,
): Promise<boolean> {
  const marker = layout.namespaceMarker(namespace);
  for await (const page of target.list(marker, { pageSize: 1 })) return page.some(({ key }) => key === marker);
  return false;
}
