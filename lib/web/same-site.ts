import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isLoopback } from './listen-address.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The name in a Host header, without its port; undefined: it is none. */
export function hostName(host: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]+))(?::\d{1,5})?$/.exec(host ?? '');
  return match?.[1] ?? match?.[2];
}

/**
 * Whether a request names this machine, as one does that a person sent here. A page of somebody else's whose name was made to lead here
 * (DNS rebinding) names that one.
 */
export function namesThisMachine(host: string | undefined, listening: string): boolean {
  const name = hostName(host);
  return name !== undefined && (isLoopback(name) || name.toLowerCase() === listening.toLowerCase());
}

/** Whether a form was sent by a page of this server, as the browser says it: no page can make it say otherwise. */
export function isSameSite(headers: Headers): boolean {
  const [site, origin, host] = [headers['sec-fetch-site'], headers['origin'], headers['host']];
  if (site !== undefined) return site === 'same-origin';
  if (typeof origin !== 'string' || typeof host !== 'string' || !URL.canParse(origin)) return false;
  return new URL(origin).host === host;
}

/** What the forms of this server carry, and what no other page can read. A new start of the service has another one. */
export interface FormToken {
  readonly token: string;
  isMine(given: string | null): boolean;
}

export function formToken(): FormToken {
  const token = randomBytes(24).toString('base64url');
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  return { token, isMine: (given) => given !== null && timingSafeEqual(digest(given), digest(token)) };
}
