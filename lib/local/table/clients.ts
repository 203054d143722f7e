import type { IncomingMessage, ServerResponse } from 'node:http';

/** Where a client holds the table: an answer that does not end before one of the two does. */
export const HOLD_PATH = '/hold';
/** Says which process answers: another server may have the port of a host that died. */
export const HOST_PID_HEADER = 'x-flotilla-table-pid';

export interface Clients {
  /** Serves those who want to hold the table; false: it is another request, or too late to hold it. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** Resolves when nobody has held the table for `lingerMs`; `startMs` is the patience with the first client. */
  gone(startMs: number, lingerMs: number): Promise<void>;
  /** From now on the table is given up as soon as nobody holds it. */
  hurry(): void;
}

/** Counts who holds the table. The operating system closes a dead client's connection, so that nobody is counted for long. */
export function countClients(): Clients {
  const held = new Set<ServerResponse>();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let ended = false;
  let linger = Infinity;
  let timer: NodeJS.Timeout | undefined;

  const endIfUnused = (): void => {
    if (held.size > 0) return;
    ended = true;
    resolve(undefined);
  };
  const endAfter = (ms: number): void => {
    clearTimeout(timer);
    if (ms !== Infinity) timer = setTimeout(endIfUnused, ms);
  };

  return {
    answer(request, response) {
      if (request.url !== HOLD_PATH || ended) return false;
      held.add(response);
      response.on('close', () => {
        held.delete(response);
        endAfter(linger);
      });
      response.writeHead(200, { [HOST_PID_HEADER]: String(process.pid) }).flushHeaders();
      return true;
    },
    gone(startMs, lingerMs) {
      linger = lingerMs;
      endAfter(startMs);
      return promise;
    },
    hurry() {
      linger = 0;
      endIfUnused();
    },
  };
}
