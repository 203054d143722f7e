import type { JobLook } from '../sync/status/job-status.ts';
import { overviewView } from './overview.ts';
import { renderPage } from './shell.ts';

/** The overview as one file that opens from disk and leads nowhere; `now` is epoch milliseconds. */
export function renderOverview(statuses: readonly JobLook[], now: number): string {
  return renderPage(overviewView(statuses, { now, links: false }), { now, alone: true });
}
