import { setTimeout as sleepFor } from 'node:timers/promises';
import { formatErrorChain } from '../errors.ts';
import { gotifyRequest, ntfyRequest, slackRequest, webhookRequest, type HttpRequest } from '../notify/requests.ts';
import type { Parcel, Send, Sent } from '../notify/send.ts';
import { signedRequest } from '../notify/sign.ts';
import type { Target, WebhookTarget } from '../notify/target.ts';
import { secretAt } from '../secrets/secret-place.ts';
import { sendHttp } from './http.ts';
import { sendMail } from './smtp.ts';
import { publish } from './sns.ts';

export interface DeliverWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** ARNs of the topics that the stack made, by target; undefined: there is no stack here. */
  readonly topics?: Readonly<Record<string, string>>;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  readonly timeoutMs?: number;
  readonly tries?: number;
}

/** With three tries and the longest waits between them, a call ends in less than a minute: the claim of a notice lasts three. */
const TIMEOUT_MS = 10_000;
const TRIES = 3;

/** As much of a reason as a line of a log has room for. */
const MAX_REASON = 300;

const HERE = 'e-mail of type email goes by an SNS topic that the stack makes in AWS: use type smtp here';

/** Carries messages to targets of every type. What it says of a failure shows no secret. */
export function deliverTo(world: DeliverWorld): Send {
  return async (target, parcel) => {
    const known: string[] = [];
    const secret = async (place: string): Promise<string> => {
      const text = await secretAt(place, { environment: world.environment, who: `target ${target.id}` });
      known.push(text);
      return text;
    };
    try {
      const sent = await carry(target, parcel, { world, secret });
      return sent.ok ? sent : { ...sent, reason: tidy(sent.reason, known) };
    } catch (error) {
      // Whatever it is, a bug too: one target must not keep others from being told.
      return { ok: false, reason: tidy(formatErrorChain(error), known) };
    }
  };
}

interface Carrying {
  readonly world: DeliverWorld;
  /** Reads the secret at a place. */
  readonly secret: (place: string) => Promise<string>;
}

async function carry(target: Target, parcel: Parcel, carrying: Carrying): Promise<Sent> {
  const { message } = parcel;
  const { environment, timeoutMs = TIMEOUT_MS, topics } = carrying.world;
  switch (target.type) {
    case 'sns':
      return publish(target.topic, message, { environment, timeoutMs });
    case 'email': {
      const topic = topics?.[target.id];
      return topic === undefined ? { ok: false, reason: HERE } : publish(topic, message, { environment, timeoutMs });
    }
    case 'smtp': {
      const password = await optional(target.password, carrying);
      return sendMail(target, parcel, { timeoutMs, ...(password !== undefined && { password }) });
    }
    default:
      return carryOverHttp(target, parcel, carrying);
  }
}

async function carryOverHttp(
  target: Exclude<Target, { type: 'sns' | 'email' | 'smtp' }>,
  parcel: Parcel,
  carrying: Carrying,
): Promise<Sent> {
  const { message } = parcel;
  const { secret, world } = carrying;
  switch (target.type) {
    case 'webhook':
      return sendWebhook(target, parcel, carrying);
    case 'slack':
      return overHttp(slackRequest(await secret(target.webhookUrl), message), world);
    case 'ntfy':
      return overHttp(ntfyRequest(target, message, await optional(target.token, carrying)), world);
    case 'gotify':
      return overHttp(gotifyRequest(target, message, await secret(target.token)), world);
  }
}

async function optional(place: string | undefined, { secret }: Carrying): Promise<string | undefined> {
  return place === undefined ? undefined : secret(place);
}

async function sendWebhook(target: WebhookTarget, parcel: Parcel, { world, secret }: Carrying): Promise<Sent> {
  const secrets: Record<string, string> = {};
  for (const [name, place] of Object.entries(target.secrets)) secrets[name] = await secret(place);
  const signing = target.signingSecret === undefined ? undefined : await secret(target.signingSecret);
  const request = webhookRequest(target, parcel, secrets);
  if ('problem' in request) return { ok: false, reason: request.problem };
  return overHttp(
    signedRequest(request, { id: parcel.id, now: world.now(), ...(signing !== undefined && { secret: signing }) }),
    world,
  );
}

function overHttp(request: HttpRequest, world: DeliverWorld): Promise<Sent> {
  if (!URL.canParse(request.url)) return Promise.resolve({ ok: false, reason: 'its URL is none' });
  const { timeoutMs = TIMEOUT_MS, tries = TRIES, sleep = (milliseconds: number) => sleepFor(milliseconds), now } = world;
  return sendHttp(request, { timeoutMs, tries, now, sleep });
}

/** On one line, without the secrets that an error may quote of a request. */
function tidy(reason: string, known: readonly string[]): string {
  const hidden = known.filter((secret) => secret.length > 3).reduce((text, secret) => text.replaceAll(secret, '***'), reason);
  return hidden.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON);
}
