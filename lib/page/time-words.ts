import { html, type Html } from '../sync/report/page/html.ts';

/** `40 s`, `5 min`, `2 h 10 min`, `3 d 4 h`: as exact as a person needs it. */
export function formatAge(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${String(whole)} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return two(hours, 'h', minutes % 60, 'min');
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function two(many: number, unit: string, few: number, smaller: string): string {
  return few === 0 ? `${String(many)} ${unit}` : `${String(many)} ${unit} ${String(few)} ${smaller}`;
}

/** `2 h 10 min ago`, `in 5 min`, `now`; `now` is epoch milliseconds. */
export function relative(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (Math.abs(seconds) < 1) return 'now';
  return seconds > 0 ? `${formatAge(seconds)} ago` : `in ${formatAge(-seconds)}`;
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
