// Part of the model of a run: labels of groups, and which of them a job reaches. It shares no line with lib/.
import type { ModelOptions, ModelSnapshot } from './model.ts';

export function namespaceOf(label: string): string {
  return label.includes(':') ? label.slice(0, label.indexOf(':')) : '';
}

export function nameOf(label: string): string {
  return label.slice(label.indexOf(':') + 1);
}

export function chainOf(namespace: string): string[] {
  const parts = namespace.split('/').filter((part) => part !== '');
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** Below the anchor of the source, and no deeper than max-depth. */
export function isInDepth(namespace: string, { namespace: anchor, maxDepth = 7 }: ModelOptions): boolean {
  const isBelow = anchor === '' || namespace === anchor || namespace.startsWith(`${anchor}/`);
  return isBelow && chainOf(namespace).length - chainOf(anchor).length <= maxDepth;
}

export function isBelowAnchor(namespace: string, options: ModelOptions): boolean {
  return isInDepth(namespace, { ...options, maxDepth: undefined });
}

export function isInScope(label: string, options: ModelOptions): boolean {
  return isInDepth(namespaceOf(label), options) && options.passesFilter(nameOf(label));
}

function exchange(namespace: string, from: string, to: string): string {
  const below = from === '' ? namespace : namespace.slice(from.length + 1);
  return [to, below].filter((part) => part !== '').join('/');
}

export function onTarget(namespace: string, { namespace: from, targetNamespace: to }: ModelOptions): string {
  return exchange(namespace, from, to);
}

export function onSource(namespace: string, { namespace: to, targetNamespace: from }: ModelOptions): string {
  return exchange(namespace, from, to);
}

export function labelOf(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}:${name}`;
}

export function copyLabel(label: string, options: ModelOptions): string {
  return labelOf(onTarget(namespaceOf(label), options), nameOf(label));
}

/** Without one PBS hides the group. */
export function isOwner(owner: string | undefined): owner is string {
  return owner?.includes('@') === true;
}

export function passes({ verified, encrypted }: ModelSnapshot, { verifiedOnly, encryptedOnly }: ModelOptions): boolean {
  return (!verifiedOnly || verified === 'ok') && (!encryptedOnly || encrypted);
}
