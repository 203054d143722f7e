const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `1.5 GiB`: powers of 1024, three digits at least where there are that many. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${String(UNITS[power])}`;
}

/** `0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)} s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
  return `${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60))} min`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 group`, `2 groups`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Bytes a second over the whole run by the clock, planning included; undefined: there is nothing to divide. */
export function formatRate(bytes: number, seconds: number): string | undefined {
  return bytes === 0 || seconds <= 0 ? undefined : `${formatBytes(bytes / seconds)}/s`;
}

/** `Two words` of `two words`. */
export function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** `Two words.` of `two words`. */
export function sentence(text: string): string {
  return capitalize(withStop(text));
}

/** With its full stop; what has its end already keeps it. */
export function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Time for which something lasts, in the two units that matter: `42 s`, `3 min`, `2 h 10 min`, `3 d 4 h`, `120 d`. */
export function formatSpan(seconds: number): string {
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3600)];
  if (days >= 10 || (days > 0 && hours === 0)) return `${formatCount(days)} d`;
  if (days > 0) return `${String(days)} d ${String(hours)} h`;
  if (seconds < 60) return `${String(Math.floor(seconds))} s`;
  const minutes = Math.floor((seconds % 3600) / 60);
  if (seconds < 3600) return `${String(minutes)} min`;
  return minutes === 0 ? `${String(hours)} h` : `${String(hours)} h ${String(minutes)} min`;
}
