import type { IncomingMessage } from 'node:http';

/** A form with every option filled in takes a tenth of it. */
export const MAX_FORM_BYTES = 65_536;

/** A form that was sent; `too-large` when it has more than `MAX_FORM_BYTES`, of which no more is kept. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | 'too-large'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_FORM_BYTES) return 'too-large';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_FORM_BYTES) return 'too-large';
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
