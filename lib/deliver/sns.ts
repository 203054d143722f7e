import type { Message } from '../notify/message.ts';
import type { Sent } from '../notify/send.ts';

/** SNS: ASCII without line breaks, up to 100 characters, that begins with a letter, a digit or punctuation. */
const MAX_SUBJECT = 100;

/** A host that does not answer at all is known to be gone sooner than one that is slow. */
const CONNECT_MS = 3_000;

/** Publishes a message as plain text, in the region of the topic's ARN. The SDK tries three times. */
export async function publish(
  topic: string,
  { title, text }: Message,
  { environment, timeoutMs }: { readonly environment: Readonly<Record<string, string | undefined>>; readonly timeoutMs: number },
): Promise<Sent> {
  const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
  // arn:aws:sns:<region>:<account>:<name>
  const [, , , region] = topic.split(':');
  const endpoint = environment['AWS_ENDPOINT_URL_SNS'];
  const client = new SNSClient({
    ...(region !== undefined && region !== '' && { region }),
    ...(endpoint !== undefined && endpoint !== '' && { endpoint }),
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  });
  try {
    await client.send(new PublishCommand({ TopicArn: topic, Subject: subjectOf(title), Message: text }));
    return { ok: true };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, reason: `${error.name}: ${error.message}` };
  } finally {
    client.destroy();
  }
}

export function subjectOf(title: string): string {
  const ascii = title.replaceAll(/[^\x20-\x7E]/g, '?').trim();
  return ascii.length <= MAX_SUBJECT ? ascii : `${ascii.slice(0, MAX_SUBJECT - 3)}...`;
}
