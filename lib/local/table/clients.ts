import type { IncomingMessage, ServerResponse } from 'node:http';

/** Where a client holds the table: an answer that does not end before one of the two does. */
export const HOLD_PATH = '/hold';
/** Says which process answers: another server may have the port of a host that died. */
export const HOST_PID_HEADER = 'x-flotilla-table-pid';

export interface Clients {
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** Resolves when nobody has held the table for `lingerMs`; `startMs` is the patience with the first client. */
  gone(startMs: number, lingerMs: number): Promise<void>;
  /** From now on the table is given up as soon as nobody holds it. */
  hurry(): void;
}

/** Counts who holds the table. The operating system closes a dead client's connection, so that nobody is counted for long. */
export function countClients(): Clients {
  const held = new Set<ServerResponse>();
  const { promise, resolve } = Promise.withResolvers<void>();
  let hurried = false;
  let linger = Infinity;
  let timer: NodeJS.Timeout | undefined;

  const resolveIfUnused = (): void => {
    if (held.size === 0) resolve();
  };
  const wait = (ms: number): void => {
    clearTimeout(timer);
    if (hurried) resolveIfUnused();
    else if (ms !== Infinity) timer = setTimeout(resolveIfUnused, ms);
  };

  return {
    answer(request, response) {
      if (request.url !== HOLD_PATH) return false;
      held.add(response);
      response.on('close', () => {
        held.delete(response);
        wait(linger);
      });
      response.writeHead(200, { [HOST_PID_HEADER]: String(process.pid) }).flushHeaders();
      return true;
    },
    gone(startMs, lingerMs) {
      linger = lingerMs;
      wait(startMs);
      return promise;
    },
    hurry() {
      hurried = true;
      wait(0);
    },
  };
}
