import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { Fault, Path } from './fault.ts';

/** What `visit` of the yaml package gives as the ancestors of a node. */
export type Ancestors = readonly (Document | Node | Pair)[];

/** The path of a node from its ancestors. */
export function pathTo(node: Node | Pair, ancestors: Ancestors): Path {
  const chain = [...ancestors, node];
  return chain.flatMap((at, index): Path => {
    const parent = chain[index - 1];
    if (isPair(at)) return [keyText(at)];
    return isSeq(parent) ? [parent.items.indexOf(at)] : [];
  });
}

/** The node of the value at `path`, through aliases; undefined where nothing is written there. */
export function nodeAt(root: Document, path: Path): Node | undefined {
  return path.reduce<Node | undefined>((at, step) => memberNode(root, at, step), resolved(root, root.contents));
}

/** Where in the text a fault stands, as an offset: its key or value, or the nearest thing around it that is written. */
export function offsetOf(root: Document, fault: Fault): number {
  const parent = nodeAt(root, fault.path.slice(0, -1));
  const pair = fault.atKey === true ? pairOf(parent, fault.path.at(-1)) : undefined;
  const node = isNode(pair?.key) ? pair.key : nodeAt(root, fault.path);
  if (node?.range) return node.range[0];
  return fault.path.length === 0 ? 0 : offsetOf(root, { ...fault, path: fault.path.slice(0, -1), atKey: false });
}

export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function memberNode(root: Document, node: Node | undefined, step: string | number): Node | undefined {
  if (isSeq(node)) return resolved(root, node.items[Number(step)]);
  return resolved(root, pairOf(node, step)?.value);
}

function pairOf(node: Node | undefined, key: string | number | undefined): Pair | undefined {
  return isMap(node) ? node.items.find((pair) => keyText(pair) === key) : undefined;
}

function resolved(root: Document, node: unknown): Node | undefined {
  if (isAlias(node)) return node.resolve(root);
  return isScalar(node) || isCollection(node) ? node : undefined;
}
