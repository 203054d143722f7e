import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { leafFingerprint, normalizeFingerprint, servernameOf } from '../tls.ts';
import { Channel } from './channel.ts';
import type { ChannelTimeouts } from './channel.ts';
import { socketError } from './errors.ts';

/** A server and what makes it the right one. */
export interface Server {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly encrypted: boolean;
  /** The authorities to trust, as PEM, instead of the system's. */
  readonly ca?: string;
  /** SHA-256 of the one certificate to trust, whoever signed it, as `AA:BB:..`. */
  readonly fingerprint?: string;
}

export interface ConnectTimeouts extends ChannelTimeouts {
  /** Until a socket is connected, TLS included. */
  readonly connectMs: number;
}

/** Opens channels to one server; remembers its TLS session. */
export type Connect = (onGone: (channel: Channel) => void) => Promise<Channel>;

/** A channel is handed out only after its server's certificate was found right: no byte of a request reaches another one. */
export function createConnect(server: Server, timeouts: ConnectTimeouts): Connect {
  const open = server.encrypted ? createTlsOpener(server) : openPlain;
  return (onGone) => {
    const channel = new Channel(timeouts);
    return new Promise((resolve, reject) => {
      const socket = open(server, channel, (error) => {
        if (error !== undefined) return void socket.destroy(error);
        socket.off('error', reject).off('timeout', giveUp);
        channel.attach(socket, () => onGone(channel));
        resolve(channel);
      });
      const giveUp = (): void => void socket.destroy(socketError('ETIMEDOUT', `no connection within ${timeouts.connectMs} ms`));
      socket.once('error', reject);
      socket.once('timeout', giveUp);
      socket.setTimeout(timeouts.connectMs);
    });
  };
}

/** Calls back once: with what is wrong with a server that could be reached, or nothing. What goes wrong before is an 'error'. */
type Open = (server: Server, channel: Channel, onOpen: (error?: Error) => void) => Socket;

function openPlain({ host, port }: Server, { onread }: Channel, onOpen: (error?: Error) => void): Socket {
  return net.connect({ host, port, onread }).once('connect', () => onOpen());
}

function createTlsOpener({ ca, fingerprint }: Server): Open {
  const pin = fingerprint === undefined ? undefined : normalizeFingerprint(fingerprint);
  let secureContext: tls.SecureContext | undefined;
  let session: Buffer | undefined;
  return ({ host, port }, { onread }, onOpen) => {
    // Reading the authorities takes longer than all else.
    secureContext ??= tls.createSecureContext(ca === undefined ? {} : { ca });
    const socket = tls.connect({
      ...{ host, port, onread, secureContext, servername: servernameOf(host), ALPNProtocols: ['http/1.1'] },
      // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0 cannot turn it off.
      rejectUnauthorized: pin === undefined,
      ...(session === undefined ? {} : { session }),
    });
    socket.once('error', () => (session = undefined));
    socket.once('secureConnect', () => {
      const error = pin === undefined ? undefined : comparePin(socket, pin);
      onOpen(error);
    });
    // A resumed session shows no certificate again: with a pin, never resume.
    if (pin === undefined) socket.on('session', (ticket: Buffer) => (session = ticket));
    return socket;
  };
}

function comparePin(socket: tls.TLSSocket, pin: string): Error | undefined {
  const seen = leafFingerprint(socket);
  if (seen === pin) return undefined;
  return socketError('FINGERPRINT_MISMATCH', `the server shows the certificate ${seen ?? '(none)'}, not ${pin}`);
}
