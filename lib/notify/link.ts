import type { FlotillaEvent } from '../sync/event/event.ts';
import { isRunEnd } from './told.ts';

/** Where there is more to see of what happens: the page of `flotilla serve`, AWS's console, or files on this machine. */
export type Place =
  | { readonly kind: 'page'; readonly base: string }
  | { readonly kind: 'console'; readonly region: string; readonly account: string }
  | { readonly kind: 'folder'; readonly folder: string };

/** A URL, or the path of a report; undefined: there is nothing more to see. */
export function linkTo(event: FlotillaEvent, place: Place): string | undefined {
  switch (place.kind) {
    case 'page':
      return 'run' in event ? `${place.base}runs/${event.job}/${encodeURIComponent(event.run.id)}` : place.base;
    case 'console':
      return consoleLink(event, place);
    case 'folder':
      return isRunEnd(event) ? `${place.folder}/${event.report.key}.html` : undefined;
  }
}

/** The report of a run that ended, from where S3's console opens it; else the execution, which is named after the run. */
function consoleLink(event: FlotillaEvent, { region, account }: Extract<Place, { kind: 'console' }>): string | undefined {
  const host = `https://${region}.console.aws.amazon.com`;
  if (isRunEnd(event)) {
    const { bucket, key } = event.report;
    return `${host}/s3/object/${bucket}?region=${region}&prefix=${encodeURIComponent(`${key}.html`)}`;
  }
  if (!('run' in event)) return undefined;
  const name = `Flotilla-${event.job}:${event.run.id}`;
  return `${host}/states/home?region=${region}#/v2/executions/details/arn:aws:states:${region}:${account}:execution:${name}`;
}
