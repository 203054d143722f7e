import { get, type IncomingMessage } from 'node:http';
import { HOLD_PATH, HOST_PID_HEADER } from './clients.ts';
import type { TableState } from './table-state.ts';

/** A connection to the host, for as long as the table is in use. It does not keep this process alive. */
export interface Hold {
  onLost(listener: () => void): void;
  release(): void;
}

const ANSWER_TIMEOUT_MS = 2_000;

/** Connects to the host that `state` names; `undefined` when that one does not answer: it is gone, or about to go. */
export function holdTable(state: TableState): Promise<Hold | undefined> {
  const { promise, resolve } = Promise.withResolvers<Hold | undefined>();
  const request = get({
    host: '127.0.0.1',
    port: state.port,
    path: HOLD_PATH,
    agent: false,
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${state.accessKeyId}/` },
  });
  const timeout = setTimeout(() => request.destroy(), ANSWER_TIMEOUT_MS);
  request.on('close', () => resolve(undefined));
  // What went wrong does not matter: no answer is no host.
  request.on('error', () => {});
  request.on('response', (response) => {
    clearTimeout(timeout);
    if (isHost(response, state)) resolve(holdOf(response));
    else request.destroy();
  });
  return promise.finally(() => clearTimeout(timeout));
}

function isHost(response: IncomingMessage, state: TableState): boolean {
  return response.statusCode === 200 && response.headers[HOST_PID_HEADER] === String(state.pid);
}

function holdOf(response: IncomingMessage): Hold {
  response.socket.unref();
  response.on('error', () => {}).resume();
  return {
    onLost: (listener) => response.on('close', listener),
    release: () => void response.destroy(),
  };
}
