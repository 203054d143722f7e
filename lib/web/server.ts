import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError, ConflictError, FlotillaError, formatErrorChain, TransientError } from '../errors.ts';
import { messageView } from '../page/message.ts';
import { renderPage } from '../page/shell.ts';
import { htmlAnswer, send, textAnswer, type Answer } from './answer.ts';
import { refusal, type GuardWorld } from './guard.ts';
import { isLoopback, urlOf, type ListenAddress } from './listen-address.ts';
import { passwordGate } from './password.ts';
import { keepPreviews } from './previews.ts';
import { MAX_FORM_BYTES, readForm } from './read-form.ts';
import { findRoute, parseTarget } from './find-route.ts';
import { makeRoutes, notFound, wrongMethod, type Routes } from './routes.ts';
import { formToken, type FormToken } from './same-site.ts';
import type { PageWorld } from './world.ts';

const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const MAX_CONNECTIONS = 256;
/** What is under way at the end may take so long. */
const END_MS = 1000;

export interface PageServer {
  readonly url: string;
  /** Resolves when nothing is answered any more. */
  close(): Promise<void>;
}

export interface PageServerOptions {
  readonly address: ListenAddress;
  /** Undefined: whoever is on this machine may look, and start runs. */
  readonly password: string | undefined;
  readonly world: PageWorld;
}

/**
 * Answers at an address until it is closed. Throws a `ConfigError` PAGE_PASSWORD_MISSING for an address that others reach without one,
 * LISTEN_TAKEN when something else answers there, LISTEN_REFUSED when the machine has no such address or does not let us.
 */
export async function startPageServer({ address, password, world }: PageServerOptions): Promise<PageServer> {
  if (password === undefined && !isLoopback(address.host)) {
    const advice = 'set FLOTILLA_PAGE_PASSWORD or FLOTILLA_PAGE_PASSWORD_FILE, or listen on 127.0.0.1';
    throw new ConfigError(
      'PAGE_PASSWORD_MISSING',
      `others reach ${address.host}, and the page can start and stop runs: ${advice}`,
    );
  }
  const previews = keepPreviews(world);
  const mine = formToken();
  const desk: Desk = {
    guard: { address, gate: password === undefined ? undefined : passwordGate(password, () => world.now()) },
    routes: makeRoutes({ world, previews, token: mine.token }),
    ...{ mine, world },
  };
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: 5000 });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request, response) => void respond(request, response, desk));
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  return {
    url: urlOf({ ...address, port }),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), END_MS);
      previews.close();
      await closed.finally(() => clearTimeout(timer));
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, { host, port }: ListenAddress): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const where = urlOf({ host, port });
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
      const advice = 'another flotilla serve maybe: give this one --listen <host:port> of its own';
      throw new ConfigError('LISTEN_TAKEN', `something answers at ${where} already, ${advice}`, { cause });
    }
    throw new ConfigError('LISTEN_REFUSED', `the page cannot be at ${where}: choose another --listen <host:port>`, { cause });
  }
}

interface Desk {
  readonly guard: GuardWorld;
  readonly routes: Routes;
  readonly mine: FormToken;
  readonly world: PageWorld;
}

/** A fault of the page ends neither the service nor its runs. */
async function respond(request: IncomingMessage, response: ServerResponse, desk: Desk): Promise<void> {
  const { method, headers } = request;
  // Who goes away while being answered is nobody's fault.
  response.on('error', () => undefined);
  try {
    const answer = await answerOf(request, desk).catch((error: unknown) =>
      hasLeft(request, error) ? undefined : faultAnswer(error, desk.world),
    );
    if (answer === undefined) return void response.destroy();
    // What is left of a body that nobody wanted must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    const encodings = headers['accept-encoding'] ?? '';
    send(response, answer, { isHead: method === 'HEAD', encodings, knownTag: headers['if-none-match'] });
  } catch (error) {
    desk.world.complain(`the page could not answer: ${String(error)}`);
    response.destroy();
  }
}

/** In the middle of a form. */
function hasLeft({ destroyed }: IncomingMessage, error: unknown): boolean {
  return destroyed && error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

async function answerOf(request: IncomingMessage, desk: Desk): Promise<Answer> {
  const refused = refusal(request, desk.guard);
  if (refused !== undefined) return refused;
  const target = parseTarget(request.url ?? '');
  if (target === undefined) return textAnswer(400, 'the address cannot be read');
  const isForm = request.method === 'POST';
  const found = findRoute(isForm ? desk.routes.post : desk.routes.get, target.segments);
  if (found === undefined) return nothingThere(target.segments, isForm, desk);
  const form = isForm ? await provenForm(request, desk) : new URLSearchParams();
  if (!(form instanceof URLSearchParams)) return form;
  return (await found.handle(found.names, { ...target, form })) ?? notFound(desk.world.now());
}

function nothingThere(segments: readonly string[], isForm: boolean, { routes, world }: Desk): Answer {
  const isKnown = findRoute(isForm ? routes.get : routes.post, segments) !== undefined;
  return isKnown ? wrongMethod(isForm ? 'GET, HEAD' : 'POST') : notFound(world.now());
}

/** A form that a page of ours sent, or why it is not taken. */
async function provenForm(request: IncomingMessage, { mine, world }: Desk): Promise<URLSearchParams | Answer> {
  const form = await readForm(request);
  if (form === 'too-large') return textAnswer(413, `a form of more than ${String(MAX_FORM_BYTES)} bytes is not read`);
  return mine.isMine(form.get('token')) ? form : staleForm(world.now());
}

function staleForm(now: number): Answer {
  const sentences = [
    'The form is of a page that this service did not make, or made before it was started again. Nothing was done: go back, load the page again and send it once more.',
  ];
  return htmlAnswer(renderPage(messageView('Nothing was done', sentences), { now }), 403);
}

function faultAnswer(error: unknown, world: PageWorld): Answer {
  if (!(error instanceof FlotillaError))
    world.complain(`the page met a fault of its own: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const text =
    error instanceof FlotillaError
      ? `${error.code}: ${formatErrorChain(error)}`
      : 'This is a fault of Flotilla itself, which its log explains.';
  return htmlAnswer(renderPage(messageView('That did not work', [text]), { now: world.now() }), statusOf(error));
}

function statusOf(error: unknown): number {
  if (error instanceof ConfigError) return 400;
  if (error instanceof ConflictError) return 409;
  return error instanceof TransientError ? 503 : 500;
}
