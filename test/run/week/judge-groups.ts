import { goesBefore, type Asker } from './judge-turns.ts';

/** Who writes each group, and who waits for it. */
export interface GroupModel {
  locks(group: string, asker: Asker): readonly string[];
  unlocks(group: string, id: string): void;
  /** `doing` is what its record says. */
  waits(group: string, asker: Asker, doing: string | undefined): readonly string[];
  /** It does not wait any more. */
  goesOn(group: string, id: string): void;
  writes(group: string, id: string): readonly string[];
  /** Whatever it holds is nobody's from now on, or from some time on. */
  leaves(id: string): void;
}

interface Group {
  /** Who holds its lock. */
  holder: string | undefined;
  /** All that have written, in their order. */
  readonly writers: string[];
  readonly waiting: Map<string, Asker>;
}

export function groupModel(): GroupModel {
  const groups = new Map<string, Group>();
  const gone = new Set<string>();
  const of = (name: string): Group => {
    const group = groups.get(name) ?? { holder: undefined, writers: [], waiting: new Map<string, Asker>() };
    groups.set(name, group);
    return group;
  };
  const isLiving = (id: string | undefined): boolean => id !== undefined && !gone.has(id);
  return {
    locks(name, asker) {
      const group = of(name);
      const { holder, waiting } = group;
      group.holder = asker.id;
      if (holder === asker.id) return [];
      const earlier = [...waiting.values()].filter((other) => isLiving(other.id) && goesBefore(other, asker));
      return [
        ...(isLiving(holder) ? [`${asker.id} takes the lock of ${name} from ${holder ?? ''}`] : []),
        ...earlier.map(({ id }) => `${asker.id} takes the lock of ${name} before ${id}`),
      ];
    },
    unlocks(name, id) {
      const group = of(name);
      if (group.holder === id) group.holder = undefined;
    },
    waits(name, asker, doing) {
      const group = of(name);
      group.waiting.set(asker.id, asker);
      const reasons = [group.holder, ...group.waiting.keys()].filter((id) => id !== undefined && id !== asker.id);
      const isTrue = reasons.some((id) => doing?.endsWith(`/${id ?? ''}`));
      return isTrue ? [] : [`${asker.id} waits for ${name} and says ${doing ?? 'nothing'}; there are ${reasons.join(', ')}`];
    },
    goesOn: (name, id) => void of(name).waiting.delete(id),
    writes(name, id) {
      const { writers, holder } = of(name);
      const isBack = writers.at(-1) !== id && writers.includes(id);
      if (writers.at(-1) !== id) writers.push(id);
      return [
        ...(isBack ? [`${id} writes ${name} again after ${writers.at(-2) ?? ''}`] : []),
        ...(holder === id ? [] : [`${id} writes ${name}, which ${holder ?? 'nobody'} holds`]),
      ];
    },
    leaves: (id) => void gone.add(id),
  };
}
