import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Nothing of its own is fetched, stored or asked for. */
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync', '--hide-scrollbars'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage', '--remote-debugging-port=0'],
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where Chromium is: `CHROMIUM`, or on the PATH. Throws when it is nowhere. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['CHROMIUM'];
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const places = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = named ?? places.find((place) => existsSync(place));
  if (found !== undefined && existsSync(found)) return found;
  throw new Error('there is no Chromium here: install the package chromium, or name the program in the variable CHROMIUM');
}

type Params = Readonly<Record<string, unknown>>;
type Message = { readonly id?: number; readonly method?: string; readonly params?: Params; readonly sessionId?: string } & {
  readonly result?: Params;
  readonly error?: { readonly message: string };
};

/** A browser spoken to by its DevTools protocol, so that the tests see what a person would. */
export interface Browser {
  open(url: string, look: Look): Promise<Page>;
  close(): Promise<void>;
}

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
  readonly script?: boolean;
}

export interface Page {
  /** URLs of everything that was asked for, the page itself first. */
  readonly requests: readonly string[];
  /** What was said on the console, and what was thrown. */
  readonly complaints: readonly string[];
  evaluate(expression: string): Promise<unknown>;
  press(key: string): Promise<void>;
  /** As a person types, into whatever has the focus. */
  type(text: string): Promise<void>;
  /** Clicks the only element that the selector finds, as a mouse does, and waits for the page that it leads to. */
  follow(selector: string): Promise<void>;
  /** Resolves with the expression's value as soon as that is true; throws with the page's text when it is not in time. */
  until(expression: string): Promise<unknown>;
  send(method: string, params?: Params): Promise<Params>;
  screenshot(): Promise<Buffer>;
  resize(look: Look): Promise<void>;
  close(): Promise<void>;
}

export async function startChromium(): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-chromium-'));
  const child = spawn(findChromium(), [...FLAGS, `--user-data-dir=${folder}`, 'about:blank'], { stdio: 'ignore' });
  const socket = new WebSocket(await endpointOf(folder, child));
  await once(socket, 'open');
  const connection = connect(socket);
  return {
    open: (url, look) => openPage(connection, url, look),
    close: async () => {
      const gone = once(child, 'exit');
      await connection.send('Browser.close').catch(() => child.kill());
      await gone;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Chromium writes the port that it chose, and the path, into its own folder. */
async function endpointOf(folder: string, child: ChildProcess): Promise<string> {
  const file = join(folder, 'DevToolsActivePort');
  for (let tries = 0; tries < 300; tries += 1) {
    const [port, path] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (port !== undefined && path !== undefined) return `ws://127.0.0.1:${port}${path}`;
    if (child.exitCode !== null) throw new Error(`Chromium ended with ${String(child.exitCode)} before it listened`);
    await sleep(100);
  }
  throw new Error('Chromium did not listen within 30 s');
}

interface Connection {
  send(method: string, params?: Params, sessionId?: string): Promise<Params>;
  listen(sessionId: string, listener: (method: string, params: Params) => void): void;
}

function connect(socket: WebSocket): Connection {
  const waiting = new Map<number, (message: Message) => void>();
  const listeners = new Map<string, (method: string, params: Params) => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else if (message.method !== undefined) listeners.get(message.sessionId ?? '')?.(message.method, message.params ?? {});
  });
  let last = 0;
  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        const id = (last += 1);
        waiting.set(id, ({ result, error }) => {
          waiting.delete(id);
          if (error === undefined) resolve(result ?? {});
          else reject(new Error(`${method}: ${error.message}`));
        });
        socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }));
      }),
    listen: (sessionId, listener) => void listeners.set(sessionId, listener),
  };
}

async function openPage(connection: Connection, url: string, look: Look): Promise<Page> {
  const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = (await connection.send('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string };
  const send = (method: string, params?: Params) => connection.send(method, params, sessionId);
  const requests: string[] = [];
  const complaints: string[] = [];
  let onLoad = (): void => undefined;
  const nextLoad = (): Promise<void> => new Promise((resolve) => void (onLoad = resolve));
  const loaded = nextLoad();
  connection.listen(sessionId, (method, params) => {
    if (method === 'Page.loadEventFired') onLoad();
    if (method === 'Network.requestWillBeSent') requests.push((params['request'] as { url: string }).url);
    if (COMPLAINTS.has(method)) complaints.push(JSON.stringify(params));
  });
  for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await send(`${domain}.enable`);
  await take(send, look);
  await send('Page.navigate', { url });
  await loaded;
  const evaluate = async (expression: string): Promise<unknown> =>
    valueOf(await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true }));
  return {
    ...{ requests, complaints, send, evaluate },
    type: async (text) => {
      await send('Input.insertText', { text });
    },
    follow: async (selector) => {
      const next = nextLoad();
      await click(selector, evaluate, send);
      await next;
    },
    until: (expression) => until(expression, evaluate),
    press: async (key) => {
      for (const type of ['keyDown', 'keyUp']) await send('Input.dispatchKeyEvent', { type, key, ...(KEYS[key] ?? {}) });
    },
    resize: (other) => take(send, other),
    close: async () => {
      await connection.send('Target.closeTarget', { targetId });
    },
    screenshot: async () => Buffer.from((await send('Page.captureScreenshot'))['data'] as string, 'base64'),
  };
}

type Evaluate = (expression: string) => Promise<unknown>;

async function click(
  selector: string,
  evaluate: Evaluate,
  send: (method: string, params: Params) => Promise<Params>,
): Promise<void> {
  const found = await evaluate(`(() => {
    const all = [...document.querySelectorAll(${JSON.stringify(selector)})].filter((each) => each.checkVisibility());
    if (all.length !== 1) return { count: all.length };
    all[0].scrollIntoView({ block: 'center', behavior: 'instant' });
    const { x, y, width, height } = all[0].getBoundingClientRect();
    return { count: 1, x: x + width / 2, y: y + height / 2 };
  })()`);
  const { count, x, y } = found as { count: number; x?: number; y?: number };
  if (count !== 1) throw new Error(`${String(count)} elements are ${selector}`);
  for (const type of ['mousePressed', 'mouseReleased']) {
    await send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  }
}

/** Patience for what goes on in another process, on a machine that may have other work. */
const PATIENCE_MS = 60_000;

async function until(expression: string, evaluate: Evaluate): Promise<unknown> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const value = await evaluate(expression);
    if (value !== false && value !== null && value !== undefined && value !== 0 && value !== '') return value;
    await sleep(100);
  }
  throw new Error(`never true: ${expression}\n${String(await evaluate('document.body.innerText'))}`);
}

const COMPLAINTS = new Set(['Runtime.exceptionThrown', 'Runtime.consoleAPICalled', 'Log.entryAdded']);

const KEYS: Readonly<Record<string, Params>> = {
  Tab: { code: 'Tab', windowsVirtualKeyCode: 9 },
  ArrowLeft: { code: 'ArrowLeft', windowsVirtualKeyCode: 37 },
  ArrowRight: { code: 'ArrowRight', windowsVirtualKeyCode: 39 },
  Enter: { code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' },
};

async function take(send: (method: string, params: Params) => Promise<Params>, look: Look): Promise<void> {
  const { width, height, dark = false, script = true } = look;
  await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
  await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] });
  await send('Emulation.setScriptExecutionDisabled', { value: !script });
}

function valueOf(answer: Params): unknown {
  const { result, exceptionDetails } = answer as { result: { value: unknown }; exceptionDetails?: unknown };
  if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
  return result.value;
}
