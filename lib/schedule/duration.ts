const UNITS: readonly { readonly words: readonly string[]; readonly ms: number }[] = [
  { words: ['s', 'sec', 'second', 'seconds'], ms: 1000 },
  { words: ['m', 'min', 'minute', 'minutes'], ms: 60_000 },
  { words: ['h', 'hr', 'hour', 'hours'], ms: 3_600_000 },
  { words: ['d', 'day', 'days'], ms: 86_400_000 },
  { words: ['w', 'week', 'weeks'], ms: 604_800_000 },
];

const SAID = 'write it as 90m, 2h or 1h 30m';

/** Milliseconds, from a time span as PBS writes it, `1h 30min`; or what is wrong, in words that follow the text. */
export function parseDuration(text: string): { readonly ms: number } | { readonly problem: string } {
  const parts = [...text.matchAll(/\s*(\d{1,6})\s*([a-z]+)\s*/gy)];
  const length = parts.reduce((sum, [whole]) => sum + whole.length, 0);
  if (parts.length === 0 || length !== text.length) return { problem: `is no time span; ${SAID}` };
  let ms = 0;
  for (const [, count, word = ''] of parts) {
    const unit = UNITS.find(({ words }) => words.includes(word));
    if (unit === undefined) return { problem: `has the unit ${word}, which is none of s, m, h, d and w; ${SAID}` };
    ms += Number(count) * unit.ms;
  }
  return { ms };
}

/** Milliseconds, from a time span that was checked before. */
export function millisecondsOf(text: string): number {
  const parsed = parseDuration(text);
  if ('problem' in parsed) throw new Error(`${text} was not refused although it ${parsed.problem}`);
  return parsed.ms;
}

/** `1h 30m`: whole weeks stay days. */
export function formatDuration(ms: number): string {
  const parts: string[] = [];
  let left = ms;
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${String(count)}${unit}`);
    left -= count * size;
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}
