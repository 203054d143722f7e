import type { IncomingMessage } from 'node:http';
import { textAnswer, type Answer } from './answer.ts';
import type { ListenAddress } from './listen-address.ts';
import type { Knock } from './password.ts';
import { isSameSite, namesThisMachine } from './same-site.ts';

export interface GuardWorld {
  readonly address: ListenAddress;
  /** Undefined: there is no password. */
  readonly gate: ((authorization: string | undefined, address: string) => Knock) | undefined;
}

/**
 * Why a request is not listened to; undefined: it is. With a password the name that it gives does not matter: a browser gives a password
 * to the name alone that a person typed it for.
 */
export function refusal(request: IncomingMessage, { address, gate }: GuardWorld): Answer | undefined {
  const { headers, socket } = request;
  const method = String(request.method);
  if (gate === undefined && !namesThisMachine(headers.host, address.host)) {
    return textAnswer(403, `this page is at the address that flotilla serve was given, and not at ${String(headers.host)}`);
  }
  const knock = gate === undefined ? 'welcome' : gate(headers.authorization, String(socket.remoteAddress));
  if (knock !== 'welcome') return REFUSED[knock];
  if (!METHODS.includes(method)) return textAnswer(405, `${method} is not known here`, { allow: METHODS.join(', ') });
  return method === 'POST' ? formRefusal(headers) : undefined;
}

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST'];

const CHALLENGE = 'Basic realm="Flotilla", charset="UTF-8"';
const UNKNOWN = textAnswer(401, 'the password of the page is wanted, that of FLOTILLA_PAGE_PASSWORD; the name may be any', {
  'www-authenticate': CHALLENGE,
});

const REFUSED: Readonly<Record<Exclude<Knock, 'welcome'>, Answer>> = {
  unknown: UNKNOWN,
  wrong: UNKNOWN,
  'too-often': textAnswer(429, 'too many wrong passwords: wait a minute', { 'retry-after': '60' }),
};

function formRefusal(headers: IncomingMessage['headers']): Answer | undefined {
  if (!isSameSite(headers)) return textAnswer(403, 'this form was not sent by a page of this server: nothing was done');
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/x-www-form-urlencoded' ? undefined : textAnswer(415, 'forms are taken, and nothing else');
}
