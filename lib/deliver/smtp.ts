import { messageId } from '../notify/sign.ts';
import type { Parcel, Sent } from '../notify/send.ts';
import type { SmtpTarget } from '../notify/target.ts';
import { networkReason } from './network-reason.ts';

const PORTS = { insecure: 25, starttls: 587, tls: 465 } as const;

/** Sends one mail, over a connection of its own. */
export async function sendMail(
  { server, port, mode, from, to, username }: SmtpTarget,
  { id, message }: Parcel,
  { password, timeoutMs }: { readonly password?: string; readonly timeoutMs: number },
): Promise<Sent> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    ...{ host: server, port: port ?? PORTS[mode], secure: mode === 'tls' },
    ...{ requireTLS: mode === 'starttls', ignoreTLS: mode === 'insecure' },
    ...(username !== undefined && password !== undefined && { auth: { user: username, pass: password } }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    // A message is text and nothing that a file or a URL is read for.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    await transport.sendMail({
      ...{ from, to: [...to], subject: message.title, text: `${message.text}\n` },
      // The same for the same message: who gets it twice sees it once. Nobody's holiday is to answer it (RFC 3834).
      ...{ messageId: `<${messageId(id)}@flotilla>`, headers: { 'Auto-Submitted': 'auto-generated' } },
    });
    return { ok: true };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, reason: networkReason(error) };
  } finally {
    transport.close();
  }
}
