import type { Configuration } from '../config/load-config.ts';
import { parseNotify } from '../config/notify-values.ts';
import { deliverTo } from '../deliver/deliver.ts';
import { formatErrorChain } from '../errors.ts';
import type { EmbeddedCloud } from '../local/embedded-cloud.ts';
import { notifier, type Notifier } from '../notify/notifier.ts';
import type { Notify } from '../notify/target.ts';
import type { Tell } from '../sync/event/event.ts';
import type { RunLog } from '../sync/worker.ts';
import type { CliContext } from './context.ts';

/** Who hears what happens on this machine. */
export interface Notifications {
  /** Writes down what is to be told, and has it carried in the background. */
  readonly tell: Tell;
  /** Has to come before anything is told: what is told is kept in the cloud's table. */
  readonly open: (cloud: Pick<EmbeddedCloud, 'services' | 'controlFolder'>) => void;
  /** Tries again what could not be carried and is due. Never throws. */
  readonly sweep: () => Promise<void>;
  /** Waits for all that is being carried. */
  readonly settle: () => Promise<void>;
}

export interface NotificationsOptions {
  /** The configuration as it is now. */
  readonly configuration: () => Configuration;
  readonly context: Pick<CliContext, 'environment' | 'now' | 'uniqueId'>;
  readonly log: RunLog;
}

/** The notifier of a command: what it cannot do is a warning in its log, and no failure of a run. */
export function openNotifications({ configuration, context, log }: NotificationsOptions): Notifications {
  const underWay = new Set<Promise<void>>();
  const notify = readHere(configuration, log);
  let opened: Notifier | undefined;
  const carry = (work: Promise<void>): void => {
    const done = work
      .catch((error: unknown) => log.warn(`notifications: ${formatErrorChain(error)}`))
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const settle = async (): Promise<void> => {
    await Promise.all(underWay);
  };
  return {
    tell: async (event) => {
      if (opened === undefined) throw new Error('something is told before the notifications are open');
      await opened.tell(event);
    },
    open: ({ services, controlFolder }) => {
      const { environment, now, uniqueId } = context;
      opened = notifier({
        ...{ notify, store: services.notices, send: deliverTo({ environment, now }), now, uniqueId, log },
        ...{ place: { kind: 'folder', folder: controlFolder }, background: carry },
      });
    },
    sweep: async () => {
      if (opened !== undefined) carry(opened.sweep());
      await settle();
    },
    settle,
  };
}

/** The configuration's notifications as far as they can be sent from here; it is read again when it has changed. */
function readHere(configuration: () => Configuration, log: RunLog): () => Notify {
  let of: Configuration | undefined;
  let read: Notify = { targets: [], matchers: [], modes: {} };
  return () => {
    const current = configuration();
    if (current !== of) {
      of = current;
      read = withoutTopics(parseNotify(current.notify), log);
    }
    return read;
  };
}

/** Only a stack has topics for e-mail. */
function withoutTopics(notify: Notify, log: RunLog): Notify {
  const isHere = ({ type, disable }: Notify['targets'][number]): boolean => type !== 'email' || disable;
  for (const { id } of notify.targets.filter((target) => !isHere(target))) {
    log.warn(`target ${id} is of type email, which only a deployed Flotilla sends: it gets nothing from here; use type smtp`);
  }
  return { ...notify, targets: notify.targets.filter(isHere) };
}
