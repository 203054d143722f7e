import { isIP } from 'node:net';
import { ConfigError } from '../errors.ts';

/** Where the page is, when nobody says otherwise: on this machine alone. */
export const DEFAULT_ADDRESS = '127.0.0.1:8980';

export interface ListenAddress {
  /** A name or an address, without brackets. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Reads `127.0.0.1:8980`, `[::1]:8980` or `localhost:8980`. Throws a `ConfigError` LISTEN_INVALID. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const [host, port] = [match?.[1] ?? match?.[2], Number(match?.[3])];
  if (host === undefined || port > 65_535 || (match?.[1] !== undefined && isIP(host) !== 6)) {
    throw new ConfigError(
      'LISTEN_INVALID',
      `${JSON.stringify(text)} is no <host>:<port>, such as ${DEFAULT_ADDRESS} or [::1]:8980`,
    );
  }
  return { host, port };
}

/** Whether only this machine reaches it. A name is believed only if it is the one that means that everywhere. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 4) return host.startsWith('127.');
  return version === 6 ? /^(0*:)*:?0*1$/.test(host) && host !== '1' : host.toLowerCase() === 'localhost';
}

/** `http://127.0.0.1:8980/`. */
export function urlOf({ host, port }: ListenAddress): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${String(port)}/`;
}
