import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Who signed in; empty: nobody. */
  readonly user: string;
  readonly isEncrypted: boolean;
  /** Head and body, as they came. */
  readonly text: string;
}

export interface MailServer {
  readonly port: number;
  readonly mails: Mail[];
  close(): Promise<void>;
}

export interface MailRules {
  /** As a target's `mode`; the certificate is that of the fixtures. Left out: without TLS, and who asks for it is told so. */
  readonly mode?: 'insecure' | 'starttls' | 'tls';
  /** Its answer to a recipient. */
  readonly refuse?: string;
  /** Who may send, `user:password`; left out: everybody. */
  readonly account?: string;
}

const read = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

/** A mail server that keeps what it gets. */
export async function openMailServer(rules: MailRules = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const smtp = new SMTPServer(optionsOf(rules, mails));
  // A client that does not trust the certificate hangs up.
  smtp.on('error', () => undefined);
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const { port } = smtp.server.address() as AddressInfo;
  return { port, mails, close: () => new Promise((resolve) => smtp.close(resolve)) };
}

function optionsOf({ mode = 'insecure', refuse, account }: MailRules, mails: Mail[]): SMTPServerOptions {
  return {
    ...{ key: read('server.key'), cert: read('server.pem'), secure: mode === 'tls' },
    disabledCommands: [...(mode === 'starttls' ? [] : ['STARTTLS']), ...(account === undefined ? ['AUTH'] : [])],
    ...{ allowInsecureAuth: mode === 'insecure', disableReverseLookup: true, closeTimeout: 100 },
    onAuth({ username, password }, _session, done) {
      const given = `${username ?? ''}:${password ?? ''}`;
      done(given === account ? null : new Error('wrong password'), { user: username });
    },
    onRcptTo(_address, _session, done) {
      done(refuse === undefined ? null : new Error(refuse));
    },
    onData(stream, { envelope, user, secure }, done) {
      void text(stream).then((mail) => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        mails.push({ from, to, user: typeof user === 'string' ? user : '', isEncrypted: secure, text: mail });
        done();
      });
    },
  };
}
