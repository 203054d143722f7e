import { TransientError } from '../../errors.ts';
import type { Channel, HttpRequest } from './channel.ts';
import type { Connect } from './connect.ts';
import type { HttpAnswer } from './response-reader.ts';

/** The sockets to one server. Bounded by its caller: as many as were ever busy at once, and idle ones are closed. */
export interface Pool {
  /** Sends one request on an idle socket, the last used first, or on a new one; `fresh` wants a new one. */
  send(request: HttpRequest, fresh: boolean): Promise<HttpAnswer>;
  /** Closes all sockets. Requests under way fail. */
  close(): void;
}

// Servers close idle sockets too: some S3 servers after 20 s. An end that crosses a request costs it a second try.
const MAX_IDLE_MS = 15_000;

export function createPool(connect: Connect): Pool {
  const idle: Channel[] = [];
  const open = new Set<Channel>();
  let closed = false;

  const isClosed = (): boolean => closed;
  const forget = (channel: Channel): void => {
    open.delete(channel);
    const at = idle.indexOf(channel);
    if (at >= 0) idle.splice(at, 1);
  };
  const takeIdle = (): Channel | undefined => {
    for (;;) {
      const channel = idle.pop();
      if (channel === undefined || channel.revive()) return channel;
      channel.destroy();
    }
  };
  const openNew = async (): Promise<Channel> => {
    // In its place: the number of sockets stays what it was.
    idle.shift()?.destroy();
    const channel = await connect(forget);
    open.add(channel);
    if (!isClosed()) return channel;
    channel.destroy();
    throw closedError();
  };

  return {
    async send(request, fresh) {
      if (isClosed()) throw closedError();
      const channel = (fresh ? undefined : takeIdle()) ?? (await openNew());
      try {
        const answer = await channel.send(request);
        keep(channel, answer, idle);
        return answer;
      } catch (error) {
        throw isClosed() ? closedError(error) : error;
      }
    },
    close() {
      closed = true;
      for (const channel of open) channel.destroy();
    },
  };
}

function keep(channel: Channel, { headers }: HttpAnswer, idle: Channel[]): void {
  if (!channel.isOpen) return;
  // A second before the server does.
  const hint = /\btimeout=(\d{1,6})\b/i.exec(headers['keep-alive'] ?? '')?.[1];
  const ms = hint === undefined ? MAX_IDLE_MS : Math.min(MAX_IDLE_MS, Number(hint) * 1000 - 1000);
  if (ms <= 0) return channel.destroy();
  channel.keep(ms);
  idle.push(channel);
}

function closedError(cause?: unknown): TransientError {
  return new TransientError('CONNECTION_CLOSED', 'the connection to the store was closed while requests were under way', {
    cause,
  });
}
