import { endpointSpace } from '../datastore/endpoint-space.ts';
import type { Group } from '../datastore/group.ts';
import type { Transfer } from '../datastore/layout.ts';
import { ConfigError, type FlotillaError } from '../errors.ts';
import { openCopies, type Copies, type CopyPlace } from '../transfer/copies.ts';
import type { Job, TransferMode } from './job.ts';
import { placeOf } from './log-lines.ts';
import type { Progress } from './progress.ts';
import type { Worker } from './worker.ts';

/** How the objects of a job get to the target, and for `auto` why. */
export type TransferRoute =
  | { readonly kind: 'relay'; readonly because?: string }
  | { readonly kind: 'copy'; readonly from: CopyPlace; readonly patience: number };

/** `auto` takes the first refusal for an answer; `copy` was said by somebody who knows that copies are done there. */
const PATIENCE: Readonly<Record<Exclude<TransferMode, 'relay'>, number>> = { auto: 1, copy: 8 };

/** Decides for a whole job. Throws a `ConfigError` TRANSFER_MODE_IMPOSSIBLE for a job that asks for copies where there is no way for them. */
export function transferRoute({ id, source, target, transferMode, verify }: Job): TransferRoute {
  if (transferMode === 'relay') return { kind: 'relay' };
  const from = { bucket: source.bucket, prefix: source.prefix };
  const copies: TransferRoute = { kind: 'copy', from, patience: PATIENCE[transferMode] };
  const onePrincipal =
    endpointSpace(source.endpoint) === endpointSpace(target.endpoint) && source.credentials === target.credentials;
  if (transferMode === 'auto') {
    if (!onePrincipal) return { kind: 'relay', because: 'source and target differ in endpoint or credentials' };
    return verify === 'full' ? { kind: 'relay', because: 'verify: full needs the bytes' } : copies;
  }
  if (onePrincipal) return copies;
  const message =
    `job ${id} has transfer-mode: copy, but its source and target differ in endpoint or credentials, and a server-side copy needs` +
    ' one principal at one provider; use transfer-mode: relay';
  throw new ConfigError('TRANSFER_MODE_IMPOSSIBLE', message, { context: { job: id } });
}

/** What the log says of the job's way at its start; nothing of a relay that was asked for. */
export function routeLine(job: Job): string | undefined {
  const route = transferRoute(job);
  const mode = `transfer-mode ${job.transferMode}`;
  if (route.kind === 'copy') {
    const unless = job.transferMode === 'auto' ? ', if it copies the first object of a group' : '';
    return `${mode}: the provider copies, unverified${unless}`;
  }
  return route.because === undefined ? undefined : `${mode}: relays, since ${route.because}`;
}

/** The server-side copies of one group's worker; undefined where it relays. What the provider makes of them is told and recorded. */
export function openGroupCopies(
  { job, log }: Pick<Worker, 'job' | 'log'>,
  group: Group,
  progress: Pick<Progress, 'refuseCopy'>,
): Copies | undefined {
  const route = transferRoute(job);
  if (route.kind === 'relay') return undefined;
  const at = placeOf(group);
  const told = new Set<string>();
  return openCopies(route.from, route.patience, {
    proven: ({ title }) => log.info(`the provider copies: ${title} was the first`, at),
    refused: (transfer, error, last) => {
      progress.refuseCopy(error.code);
      if (last) log.warn(`relays from here on: ${refusalText(transfer, error)}`, at);
      else if (!told.has(error.code)) log.warn(`relays one object: ${refusalText(transfer, error)}`, at);
      told.add(error.code);
    },
  });
}

function refusalText({ title }: Transfer, { message }: FlotillaError): string {
  return `the provider refused to copy ${title}: ${message}`;
}
