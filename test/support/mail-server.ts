import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface MailServer {
  readonly port: number;
  /** Mails as they came, head and body. */
  readonly mails: string[];
  /** All commands, the data of mails left out. */
  readonly commands: string[];
  close(): Promise<void>;
}

/** Speaks just enough of SMTP (RFC 5321) to take a mail; `refuse` is its answer to a recipient in place of 250. */
export async function openMailServer({ refuse }: { readonly refuse?: string } = {}): Promise<MailServer> {
  const [mails, commands]: [string[], string[]] = [[], []];
  const server = createServer((socket) => serve(socket, { mails, commands, refuse }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, mails, commands, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

function serve(socket: Socket, kept: { mails: string[]; commands: string[]; refuse: string | undefined }): void {
  let pending = '';
  let data: string[] | undefined;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  say('220 test');
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    pending += chunk.toString();
    for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      if (data !== undefined && line !== '.') data.push(line);
      else if (data !== undefined) {
        kept.mails.push(data.join('\n'));
        data = undefined;
        say('250 taken');
      } else {
        kept.commands.push(line);
        if (line === 'DATA') data = [];
        say(answerTo(line, kept.refuse));
      }
    }
  });
}

function answerTo(line: string, refuse: string | undefined): string {
  const [word = ''] = line.toUpperCase().split(/[ :]/);
  if (word === 'EHLO') return '250-test\r\n250 AUTH PLAIN';
  if (word === 'STARTTLS') return '502 not here';
  if (word === 'AUTH') return '235 welcome';
  if (word === 'DATA') return '354 go on';
  if (word === 'RCPT' && refuse !== undefined) return refuse;
  return word === 'QUIT' ? '221 bye' : '250 ok';
}
