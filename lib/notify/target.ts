import type { TimeFrame } from '../calendar/time-frame.ts';
import type { Severity } from '../sync/event/event.ts';
import type { JobPattern } from './job-pattern.ts';
import type { NoticeState } from './state.ts';

/** How much of what happens to a job its people want to hear. */
export const NOTIFY_MODES = ['always', 'error', 'never', 'on-change'] as const;
export type NotifyMode = (typeof NOTIFY_MODES)[number];

export const WEBHOOK_METHODS = ['POST', 'PUT', 'GET'] as const;
export const SMTP_MODES = ['insecure', 'starttls', 'tls'] as const;

/** Where a secret is kept, never the secret: `env:NAME`, `secret:<name or ARN>` or `secret:<name or ARN>#<member>`. */
export type SecretPlace = string;

interface Named {
  readonly id: string;
  readonly comment?: string;
  readonly disable: boolean;
}

export interface WebhookTarget extends Named {
  readonly type: 'webhook';
  /** `url`, the values of `headers` and `body` are Handlebars templates. */
  readonly url: string;
  readonly method: (typeof WEBHOOK_METHODS)[number];
  readonly headers: Readonly<Record<string, string>>;
  /** Left out: a JSON document with all there is to say. */
  readonly body?: string;
  /** What the templates know as `secrets.<name>`. */
  readonly secrets: Readonly<Record<string, SecretPlace>>;
  readonly signingSecret?: SecretPlace;
}

/** By an SNS topic that the stack makes. */
export interface EmailTarget extends Named {
  readonly type: 'email';
  readonly to: readonly string[];
}

export interface SmtpTarget extends Named {
  readonly type: 'smtp';
  readonly server: string;
  /** Left out: 25, 587 or 465 by `mode`. */
  readonly port?: number;
  readonly mode: (typeof SMTP_MODES)[number];
  readonly from: string;
  readonly to: readonly string[];
  readonly username?: string;
  readonly password?: SecretPlace;
}

export interface SnsTarget extends Named {
  readonly type: 'sns';
  readonly topic: string;
}

export interface SlackTarget extends Named {
  readonly type: 'slack';
  readonly webhookUrl: SecretPlace;
}

export interface NtfyTarget extends Named {
  readonly type: 'ntfy';
  readonly server: string;
  readonly topic: string;
  readonly token?: SecretPlace;
}

export interface GotifyTarget extends Named {
  readonly type: 'gotify';
  readonly server: string;
  readonly token: SecretPlace;
}

/** Whom to tell, and how. */
export type Target = WebhookTarget | EmailTarget | SmtpTarget | SnsTarget | SlackTarget | NtfyTarget | GotifyTarget;

/** Which targets get what: PBS's words and rules (facts/pbs.md 7). A rule that is left out is not asked. */
export interface Matcher {
  readonly id: string;
  readonly matchSeverity?: readonly Severity[];
  readonly matchState?: readonly NoticeState[];
  readonly matchJob?: readonly JobPattern[];
  readonly matchCalendar?: readonly TimeFrame[];
  /** IANA name, of `matchCalendar`. */
  readonly timezone: string;
  readonly mode: 'all' | 'any';
  readonly invertMatch: boolean;
  /** Ids. */
  readonly target: readonly string[];
  readonly disable: boolean;
}

/** What the configuration says of notifications. */
export interface Notify {
  readonly targets: readonly Target[];
  /** None: every target gets everything. */
  readonly matchers: readonly Matcher[];
  /** Base URL of the page of `flotilla serve`, with its slash at the end. */
  readonly link?: string;
  /** By job. */
  readonly modes: Readonly<Record<string, NotifyMode>>;
}

/** Without a mode of its own: forty failures in a row are one story, which has a beginning and an end. */
export const DEFAULT_NOTIFY_MODE: NotifyMode = 'on-change';

export function modeOf({ modes }: Pick<Notify, 'modes'>, job: string): NotifyMode {
  return (Object.hasOwn(modes, job) ? modes[job] : undefined) ?? DEFAULT_NOTIFY_MODE;
}
