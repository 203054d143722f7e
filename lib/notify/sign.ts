import { createHash, createHmac } from 'node:crypto';
import type { HttpRequest } from './requests.ts';

/** A name of the message for receivers that take it once: it says nothing, and has no dot, which the signature's parts are joined with. */
export function messageId(id: string): string {
  return `msg_${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}

/**
 * The headers of the Standard Webhooks specification: id and time always, and with a secret an HMAC-SHA256 of `<id>.<timestamp>.<body>`, in Base64
 * after `v1,`. A secret `whsec_<Base64>` is the bytes that it encodes, any other the bytes of its text.
 */
export function signedRequest(
  request: HttpRequest,
  { id, now, secret }: { readonly id: string; readonly now: number; readonly secret?: string },
): HttpRequest {
  const named = { 'webhook-id': messageId(id), 'webhook-timestamp': String(Math.floor(now / 1000)) };
  const signed = `${named['webhook-id']}.${named['webhook-timestamp']}.${request.body ?? ''}`;
  const signature = secret === undefined ? {} : { 'webhook-signature': `v1,${hmac(secret, signed)}` };
  return { ...request, headers: { ...request.headers, ...named, ...signature } };
}

function hmac(secret: string, text: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  return createHmac('sha256', key).update(text).digest('base64');
}
