import { endpointSpace } from '../datastore/endpoint-space.ts';
import { ConfigError } from '../errors.ts';
import type { Job } from './job.ts';

/** Where server-side copies read, for a job whose transfers are copies; nothing for one that relays. */
export function copyRoute({ id, source, target, transferMode }: Job): { copyFrom?: { bucket: string; prefix: string } } {
  if (transferMode === 'relay') return {};
  const onePrincipal =
    endpointSpace(source.endpoint) === endpointSpace(target.endpoint) && source.credentials === target.credentials;
  if (onePrincipal) return { copyFrom: { bucket: source.bucket, prefix: source.prefix } };
  if (transferMode === 'auto') return {};
  const message =
    `job ${id} has transfer-mode: copy, but its source and target differ in endpoint or credentials, and a server-side copy needs` +
    ' one principal at one provider; use transfer-mode: relay';
  throw new ConfigError('TRANSFER_MODE_IMPOSSIBLE', message, { context: { job: id } });
}
