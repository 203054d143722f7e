import type { RunLog } from './worker.ts';

type Say = (log: RunLog) => void;

/** A log whose lines are kept back until it is opened, so that those of one snapshot stay together and in the snapshots' order. */
export interface HeldLog extends RunLog {
  open(): void;
}

export function heldLog(log: RunLog): HeldLog {
  const held: Say[] = [];
  let isOpen = false;
  const tell = (say: Say): void => {
    if (isOpen) say(log);
    else held.push(say);
  };
  return {
    info: (message, at) => tell((to) => to.info(message, at)),
    warn: (message, at) => tell((to) => to.warn(message, at)),
    error: (message, at) => tell((to) => to.error(message, at)),
    open: () => {
      isOpen = true;
      for (const say of held.splice(0)) say(log);
    },
  };
}
