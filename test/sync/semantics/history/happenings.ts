import { copyLabel, isBelowAnchor, namespaceOf } from '../model-scope.ts';
import { DAMAGE_ON_SOURCE } from './damage-on-source.ts';
import { ON_SOURCE } from './on-source.ts';
import { ON_TARGET } from './on-target.ts';
import type { Scene } from './scene.ts';
import { scopeOf, type History } from './world.ts';

/** What happens between two runs. `text` numbers the words, owners or chunks that it is about. */
export interface Happening {
  readonly kind: HappeningKind;
  readonly group: number;
  readonly day: number;
  readonly text: number;
}

const ACTS = { ...ON_SOURCE, ...DAMAGE_ON_SOURCE, ...ON_TARGET };
export type HappeningKind = keyof typeof ACTS;

/** What happens in every history, and what makes one of its own. */
export const USUAL_HAPPENINGS = ['add', 'add', 'add', 'finish'] as const satisfies HappeningKind[];
export const OTHER_HAPPENINGS = Object.keys(ACTS) as HappeningKind[];

export function happen(history: History, { kind, group, day, text }: Happening): void {
  const { pool, source, target, cloud } = history;
  const labels = [...pool.groups.keys()];
  const label = labels[group % labels.length]!;
  const scope = scopeOf(history);
  const isReached = isBelowAnchor(namespaceOf(label), scope);
  const to = copyLabel(label, scope);
  const copy = isReached ? target.groups.get(to) : undefined;
  const onDay = 1 + ((day - 1) % pool.groups.get(label)!.length);
  const scene: Scene = { history, label, day: onDay, text, original: source.groups.get(label), to, copy };
  if (kind in ON_TARGET) cloud.bucket.damage(() => ACTS[kind](scene));
  else ACTS[kind](scene);
}

export function describeHappening(labels: readonly string[], { kind, group, day, text }: Happening): string {
  return `${kind} ${labels[group % labels.length]!} ${String(day)} (${String(text)})`;
}
