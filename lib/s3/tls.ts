import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import type { Duplex } from 'node:stream';
import type { BucketLocation } from './place.ts';

/** The sockets of one connection: plain and encrypted, kept alive, at most `maxSockets` each. */
export interface Agents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

export function createAgents(location: BucketLocation, maxSockets: number): Agents {
  const sockets = { keepAlive: true, maxSockets };
  const httpAgent = new http.Agent(sockets);
  if (location.fingerprint !== undefined) return { httpAgent, httpsAgent: new PinningAgent(location.fingerprint, sockets) };
  // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0 cannot turn it off.
  const trust = { rejectUnauthorized: true, ...(location.ca === undefined ? {} : { ca: location.ca }) };
  return { httpAgent, httpsAgent: new https.Agent({ ...sockets, ...trust }) };
}

/** `aa:bb..` or `AABB..` as `AA:BB:..`, the form that PBS shows. */
export function normalizeFingerprint(fingerprint: string): string {
  const digits = fingerprint.replaceAll(':', '').toUpperCase();
  return digits.replace(/..(?=.)/g, '$&:');
}

/** SHA-256 of the certificate that an endpoint shows, whoever signed it; undefined when it shows none. Nothing is sent to it. */
export function seenFingerprint(endpoint: string): Promise<string | undefined> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = tls.connect({ host, port: Number(port || 443), servername: servernameOf(host), rejectUnauthorized: false });
    const settle = (seen?: string): void => {
      socket.destroy();
      resolve(seen);
    };
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () => settle());
    socket.once('secureConnect', () => settle(leafFingerprint(socket)));
    socket.once('error', () => settle());
  });
}

/**
 * Trusts one certificate, whoever signed it, as PBS pins one. A socket is handed out only after its certificate was compared, so no
 * byte of a request reaches another server.
 */
class PinningAgent extends https.Agent {
  readonly #fingerprint: string;

  constructor(fingerprint: string, options: https.AgentOptions) {
    // A resumed session shows no certificate again: never resume.
    super({ ...options, maxCachedSessions: 0 });
    this.#fingerprint = normalizeFingerprint(fingerprint);
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = tls.connect({ ...(options as tls.ConnectionOptions), rejectUnauthorized: false });
    const refuse = (error: Error): void => {
      socket.destroy();
      callback?.(error, socket);
    };
    socket.once('error', refuse);
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () => refuse(coded('ETIMEDOUT', 'no TLS handshake in time')));
    socket.once('secureConnect', () => {
      socket.removeListener('error', refuse);
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      const seen = leafFingerprint(socket);
      if (seen === this.#fingerprint) return callback?.(null, socket);
      refuse(coded('FINGERPRINT_MISMATCH', `the server shows the certificate ${seen ?? '(none)'}, not ${this.#fingerprint}`));
    });
    return undefined;
  }
}

/** SHA-256 of the certificate that the other side showed, as `AA:BB:..`; undefined when it showed none. */
export function leafFingerprint(socket: tls.TLSSocket): string | undefined {
  // Typed as always there, yet empty when the server showed no certificate.
  const certificate: Partial<tls.PeerCertificate> = socket.getPeerCertificate();
  return certificate.fingerprint256;
}

/** The name to ask a server for: none when it is reached by its address (RFC 6066 3). */
export function servernameOf(host: string): string {
  return /^[0-9.]+$|:/.test(host) ? '' : host;
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
