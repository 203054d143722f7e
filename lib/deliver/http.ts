import type { HttpRequest } from '../notify/requests.ts';
import type { Sent } from '../notify/send.ts';
import { networkReason } from './network-reason.ts';

export interface HttpTries {
  readonly timeoutMs: number;
  /** Calls in all. */
  readonly tries: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What a call is waited for between two tries at most; a server that wants more is asked again by a later sweep. */
const LONGEST_WAIT_MS = 10_000;
const MAX_REDIRECTS = 3;
const MAX_ANSWER_BYTES = 300;

/** An answer that is worth a try right now, or not. */
type Answer = Sent & { readonly again?: boolean };

/** Sends a request, again after an answer of the kind "later" or none: 408, 429 and 5xx. */
export async function sendHttp(request: HttpRequest, { tries, ...call }: HttpTries): Promise<Sent> {
  for (let made = 1; ; made++) {
    const { again = false, ...sent } = await callOnce(request, call);
    if (sent.ok || !again || made >= tries) return sent;
    const wait = sent.retryAfterMs ?? 1000 * 2 ** (made - 1);
    if (wait > LONGEST_WAIT_MS) return sent;
    await call.sleep(wait);
  }
}

async function callOnce(request: HttpRequest, { timeoutMs, now }: Omit<HttpTries, 'tries'>): Promise<Answer> {
  try {
    const response = await follow(request, AbortSignal.timeout(timeoutMs));
    if (response.ok) {
      await response.body?.cancel();
      return { ok: true };
    }
    return await refusal(response, now());
  } catch (error) {
    return { ok: false, reason: reasonOf(error, timeoutMs), again: true };
  }
}

/** A redirect that keeps the method is followed on its own host; any other would carry what is said, and its secrets, to somebody else. */
async function follow(request: HttpRequest, signal: AbortSignal): Promise<Response> {
  const { method, headers, body } = request;
  const init: RequestInit = { method, headers: { ...headers }, redirect: 'manual', signal, ...(body !== undefined && { body }) };
  let url = new URL(request.url);
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(url, init);
    const location = response.headers.get('location');
    if (![307, 308].includes(response.status) || location === null || redirects === MAX_REDIRECTS) return response;
    const next = new URL(location, url);
    if (next.origin !== url.origin) return response;
    await response.body?.cancel();
    url = next;
  }
}

async function refusal(response: Response, now: number): Promise<Answer> {
  const { status } = response;
  const isRedirect = status >= 300 && status < 400;
  const text = isRedirect ? 'a redirect to another place: write the url that it leads to' : await firstText(response);
  await response.body?.cancel().catch(() => undefined); // it may be locked or gone, and nothing more is wanted of it
  const retryAfterMs = retryAfter(response.headers.get('retry-after'), now);
  return {
    ok: false,
    reason: `HTTP ${String(status)}${text === '' ? '' : `: ${text}`}`,
    again: status === 408 || status === 429 || status >= 500,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The beginning of the answer, on one line. */
async function firstText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const chunk = await reader?.read();
  await reader?.cancel();
  const text = Buffer.from(chunk?.value ?? [])
    .subarray(0, MAX_ANSWER_BYTES)
    .toString();
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Seconds, or a date (RFC 9110 10.2.3). */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? `no answer within ${String(timeoutMs / 1000)} s` : networkReason(error);
}
