import { z } from 'zod';
import { isTimeZone } from '../calendar/zone.ts';
import { parseTimeFrame } from '../calendar/time-frame.ts';

/** Says what is wrong with a text, in words that follow it (`has a slash at its end; ..`); undefined when nothing is. */
type TextCheck = (text: string) => string | undefined;

/** A text with a format of its own. `pattern` is for editors, the check has the last word and the better words. */
export function text(
  check: TextCheck,
  meta: { readonly description: string; readonly pattern?: string; readonly examples?: string[] },
): z.ZodString {
  return z
    .string()
    .superRefine((value, context) => {
      const problem = check(value);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    })
    .meta(meta);
}

/** A text with a format of its own, or a number that says the same. */
export function textOrNumber(
  check: (value: string | number) => string | undefined,
  meta: { readonly description: string; readonly examples: readonly (string | number)[] },
): z.ZodUnion<readonly [z.ZodString, z.ZodNumber]> {
  const error = `is neither text nor a number; wanted such as ${meta.examples.join(' or ')}`;
  return z
    .union([z.string(), z.number()], { error })
    .superRefine((value, context) => {
      const problem = check(value);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    })
    .meta({ ...meta, examples: [...meta.examples] });
}

/** A word, or a whole number within bounds. */
export function wordOrInteger<W extends string>(
  word: W,
  { min, max }: { readonly min: number; readonly max: number },
): z.ZodUnion<readonly [z.ZodLiteral<W>, z.ZodInt]> {
  const error = `is neither ${word} nor a number; wanted a whole number from ${String(min)} to ${String(max)}, or ${word}`;
  return z.union([z.literal(word), z.int().min(min).max(max)], { error });
}

/** PBS: safe id (pbs-api-types; datastore names and job ids have 3 to 32 characters). */
const SAFE_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

export const DATASTORE_ID_PATTERN = '^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$';
export const JOB_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9-]{2,31}$';
export const BUCKET_PATTERN = '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$';
export const FINGERPRINT_PATTERN = '^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$';
export const CREDENTIALS_PATTERN = '^(env:[A-Za-z_][A-Za-z0-9_]*|profile:[^\\s]+|secret:[A-Za-z0-9/_+=.@:!-]{1,600})$';
export const SECRET_PLACE_PATTERN = '^(env:[A-Za-z_][A-Za-z0-9_]*|secret:[A-Za-z0-9/_+=.@:!-]{1,600}(#[A-Za-z0-9_.-]{1,100})?)$';
export const TOPIC_ARN_PATTERN = '^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$';
const AUTH_ID = /^[^\s:/\p{Cc}]+@[A-Za-z0-9_][A-Za-z0-9._-]*(?:![A-Za-z0-9_][A-Za-z0-9._-]*)?$/u;
const REGION_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;

export function checkDatastoreId(id: string): string | undefined {
  if (new RegExp(DATASTORE_ID_PATTERN).test(id)) return undefined;
  return 'is no id; use 1 to 64 letters, digits, _ . and -, beginning with a letter, a digit or _';
}

/** Job ids become the names of CloudFormation stacks, which have letters, digits and hyphens only. */
export function checkJobId(id: string): string | undefined {
  if (new RegExp(JOB_ID_PATTERN).test(id)) return undefined;
  return 'is no job id; use 3 to 32 letters, digits and hyphens, beginning with a letter or digit (it becomes the name of a stack)';
}

/** S3's rules for bucket names, which the providers share. */
export function checkBucket(bucket: string): string | undefined {
  if (!new RegExp(BUCKET_PATTERN).test(bucket)) {
    return 'is no bucket name; use 3 to 63 of a-z, 0-9, dot and hyphen, with a letter or digit at both ends';
  }
  if (bucket.includes('..')) return 'is no bucket name; two dots may not stand side by side';
  return /^\d+\.\d+\.\d+\.\d+$/.test(bucket) ? 'is no bucket name; it looks like an IP address' : undefined;
}

/** What holds for the prefix of any layout: a folder in the bucket, without slashes at its ends. */
export function checkPrefix(prefix: string): string | undefined {
  if (/^\/|\/$/.test(prefix)) return `has a slash at its ${prefix.startsWith('/') ? 'beginning' : 'end'}; write it without`;
  const parts = prefix.split('/');
  if (parts.includes('..') || parts.includes('.')) return 'has a part . or ..; S3 keys are no paths, write the folder itself';
  if (prefix !== '' && parts.includes('')) return 'has two slashes side by side; write one';
  return prefix.length > 512 ? 'is too long; use at most 512 characters' : undefined;
}

/** The prefix of a PBS datastore is the datastore's name. */
export function checkPbsName(name: string): string | undefined {
  if (SAFE_ID.test(name) && name.length >= 3 && name.length <= 32) return undefined;
  return 'is no PBS datastore name; use 3 to 32 letters, digits, _ . and -, beginning with a letter, a digit or _';
}

/** PBS: components are safe ids, at most 7 levels below the root, at most 256 characters. */
export function checkNamespace(namespace: string): string | undefined {
  if (namespace === '') return undefined;
  if (/^\/|\/$/.test(namespace)) return 'has a slash at an end; write a/b, and "" for the root';
  const parts = namespace.split('/');
  const bad = parts.find((part) => !SAFE_ID.test(part));
  if (bad !== undefined) {
    return `has the part ${JSON.stringify(bad)}; use letters, digits, _ . and -, beginning with a letter, a digit or _`;
  }
  if (parts.length > 7) return `is ${parts.length} levels deep; PBS allows 7`;
  // PBS counts a slash for the first part too when it adds it to the root.
  const length = parts.length === 1 ? namespace.length + 1 : namespace.length;
  return length > 256 ? `has ${namespace.length} characters; PBS allows 256 with the slashes` : undefined;
}

export function checkRegion(region: string): string | undefined {
  return REGION_PATTERN.test(region) ? undefined : 'is no region; write one such as eu-central-1';
}

/** Says nothing of the value itself, which may be a secret in the wrong place. */
export function checkCredentials(credentials: string): string | undefined {
  if (new RegExp(CREDENTIALS_PATTERN).test(credentials)) return undefined;
  return 'does not say where the credentials are; write env:<NAME>, profile:<name> or secret:<name or ARN>, never the keys themselves';
}

/** Says nothing of the value itself, which may be a secret in the wrong place. */
export function checkSecretPlace(place: string): string | undefined {
  if (new RegExp(SECRET_PLACE_PATTERN).test(place)) return undefined;
  return 'does not say where the secret is; write env:<NAME> or secret:<name or ARN>, never the secret itself';
}

/** A standard topic: a FIFO topic (`.fifo`) reaches queues alone. */
export function checkTopicArn(arn: string): string | undefined {
  if (new RegExp(TOPIC_ARN_PATTERN).test(arn)) return undefined;
  return 'is no ARN of a standard SNS topic; write it as arn:aws:sns:eu-central-1:111122223333:backups';
}

export function checkAddress(address: string): string | undefined {
  return z.email().safeParse(address).success ? undefined : 'is no e-mail address; write one such as backup@example.com';
}

/** A URL without anything secret in it, as far as that can be seen. */
export function checkWebUrl(url: string): string | undefined {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return 'is no URL; write one such as https://backup.example.com/';
  const { username, password } = new URL(url);
  return username === '' && password === '' ? undefined : 'holds a user or password; take them out and use a secret';
}

/** SHA-256 of a certificate as PBS and openssl print it. */
export function checkFingerprint(fingerprint: string): string | undefined {
  if (new RegExp(FINGERPRINT_PATTERN).test(fingerprint)) return undefined;
  return 'is no SHA-256 fingerprint; write its 32 bytes in hex with colons, AA:BB:.. (openssl x509 -noout -fingerprint -sha256)';
}

/** PBS: auth id, whose user has no blank, colon, slash or control character (facts/pbs.md 1.1); or `source`. */
export function checkOwner(owner: string): string | undefined {
  if (owner === 'source' || AUTH_ID.test(owner)) return undefined;
  return 'is no owner; write source for the owner on the source, or user@realm, or user@realm!token';
}

/** A time with its offset, as the scheduler gives it: `2026-11-01T08:10:00Z`. */
export function checkTime(time: string): string | undefined {
  if (z.iso.datetime({ offset: true }).safeParse(time).success) return undefined;
  return 'is no ISO 8601 time; write it as 2026-11-01T08:10:00Z';
}

/** A name of the IANA database, as far as this Node knows it. */
export function checkTimezone(timezone: string): string | undefined {
  if (timezone === 'UTC') return undefined;
  if (!isTimeZone(timezone)) return 'is no time zone; write an IANA name such as Europe/Berlin';
  // Node takes offsets too, which know no summer time.
  return /^[A-Za-z]/.test(timezone) ? undefined : 'is no IANA name of a time zone; write one such as Europe/Berlin';
}

export function checkTimeFrame(text: string): string | undefined {
  const parsed = parseTimeFrame(text);
  return 'problem' in parsed ? parsed.problem : undefined;
}
