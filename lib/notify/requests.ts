import type { Severity } from '../sync/event/event.ts';
import type { Message } from './message.ts';
import type { Parcel } from './send.ts';
import type { GotifyTarget, NtfyTarget, WebhookTarget } from './target.ts';
import { compileTemplate, templateValues, type TemplateValues } from './template.ts';

/** What goes to a target over HTTP. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' } as const;

function post(url: string, body: object, headers: HttpRequest['headers'] = {}): HttpRequest {
  return { method: 'POST', url, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) };
}

/** The request of a webhook, its templates filled in. `secrets` are their texts by name. */
export function webhookRequest(
  target: WebhookTarget,
  { message, event }: Parcel,
  secrets: Readonly<Record<string, string>>,
): HttpRequest | { readonly problem: string } {
  const fill = filler(templateValues(message, secrets));
  const url = fill('url', target.url);
  const headers = Object.fromEntries(
    Object.entries(target.headers).map(([name, text]) => [name.toLowerCase(), fill(name, text)]),
  );
  const body = target.body === undefined ? JSON.stringify(standardBody(message, event)) : fill('body', target.body);
  if (fill.problem !== undefined) return { problem: fill.problem };
  if (!URL.canParse(url)) return { problem: 'its url is none once its template is filled in' };
  const { method } = target;
  return { method, url, headers: { ...contentType(body), ...headers }, ...(method !== 'GET' && { body }) };
}

interface Fill {
  (what: string, text: string): string;
  problem?: string;
}

/** Fills templates in, and remembers what is wrong with the first one that cannot be. */
function filler(values: TemplateValues): Fill {
  const fill: Fill = (what, text) => {
    const template = compileTemplate(text, Object.keys(values.secrets));
    const filled = 'problem' in template ? template : template(values);
    if (!('problem' in filled)) return filled.text;
    fill.problem ??= `its ${what} ${filled.problem}`;
    return '';
  };
  return fill;
}

/** What a webhook without a body of its own gets. A member may be added; none changes its meaning or goes away. */
function standardBody({ title, text, severity, state, job, at, link, fields }: Message, event: Parcel['event']): object {
  return { title, message: text, severity, state, job, timestamp: Math.floor(Date.parse(at) / 1000), link, fields, event };
}

function contentType(body: string): HttpRequest['headers'] {
  return isJson(body) ? JSON_TYPE : { 'content-type': 'text/plain; charset=utf-8' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Slack: Block Kit; a header has up to 150 characters, a section up to 3,000. Plain text needs no escaping and shows nothing as markup. */
export function slackRequest(url: string, { title, text, link }: Message): HttpRequest {
  const plain = (value: string, most: number) => ({ type: 'plain_text', text: value.slice(0, most), emoji: false });
  const lines = text.split('\n').filter((line) => line !== link);
  const isUrl = link?.startsWith('http') === true;
  const blocks = [
    { type: 'header', text: plain(title, 150) },
    ...(lines.length === 0 ? [] : [{ type: 'section', text: plain((isUrl ? lines : text.split('\n')).join('\n'), 3000) }]),
    ...(isUrl ? [{ type: 'section', text: { type: 'mrkdwn', text: `<${escapeSlack(link)}|Look at it>` } }] : []),
  ];
  return post(url, { text: escapeSlack(title), blocks });
}

/** Slack's own escapes (Formatting text for app surfaces). */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** ntfy: 3 is its default, 5 rings; tags are names of emoji. */
const NTFY: Readonly<Record<Severity, { readonly priority: number; readonly tags: readonly string[] }>> = {
  info: { priority: 3, tags: ['white_check_mark'] },
  notice: { priority: 3, tags: ['information_source'] },
  warning: { priority: 4, tags: ['warning'] },
  error: { priority: 5, tags: ['rotating_light'] },
};

/** ntfy makes a file of a longer message (4,096 bytes); a character has up to three. */
const MAX_NTFY_CHARACTERS = 1_300;

/** ntfy's publishing as JSON, whose texts may have any characters. */
export function ntfyRequest({ server, topic }: NtfyTarget, message: Message, token: string | undefined): HttpRequest {
  const { title, text, severity, link } = message;
  const click = link?.startsWith('http') === true ? { click: link } : {};
  const body = { topic, title, message: text.slice(0, MAX_NTFY_CHARACTERS), ...NTFY[severity], ...click };
  return post(`${server.replace(/\/+$/, '')}/`, body, token === undefined ? {} : { authorization: `Bearer ${token}` });
}

/** Gotify's priorities as PBS gives them (proxmox-notify endpoints/gotify.rs). */
const GOTIFY: Readonly<Record<Severity, number>> = { info: 1, notice: 3, warning: 5, error: 9 };

export function gotifyRequest({ server }: GotifyTarget, { title, text, severity, link }: Message, token: string): HttpRequest {
  const click = link?.startsWith('http') === true ? { 'client::notification': { click: { url: link } } } : {};
  const extras = { 'client::display': { contentType: 'text/plain' }, ...click };
  const body = { title, message: text, priority: GOTIFY[severity], extras };
  return post(`${server.replace(/\/+$/, '')}/message`, body, { 'x-gotify-key': token });
}
