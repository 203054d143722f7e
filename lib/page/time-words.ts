import { html, type Html } from '../html/html.ts';
import { formatSpan } from '../sync/report/words.ts';

/** `2 h 10 min ago`, `in 5 min`, `now`; `now` is epoch milliseconds. */
export function relative(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (Math.abs(seconds) < 1) return 'now';
  return seconds > 0 ? `${formatSpan(seconds)} ago` : `in ${formatSpan(-seconds)}`;
}

/** `2025-11-01 08:10`, UTC. */
export function formatTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

export function timeElement(iso: string): Html {
  return html`<time datetime="${iso}">${formatTime(iso)}</time>`;
}

/** A time of the past or the future as it is said beside others: `2 h 10 min ago`, with the time itself below the pointer. */
export function relativeElement(iso: string, now: number): Html {
  return html`<time datetime="${iso}" title="${formatTime(iso)} UTC">${relative(iso, now)}</time>`;
}
