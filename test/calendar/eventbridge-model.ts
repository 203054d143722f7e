const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The numbers of one field; undefined: all. */
function readField(field: string): ReadonlySet<number> | undefined {
  if (field === '*' || field === '?') return undefined;
  const numbers = field.split(',').flatMap((item) => {
    const [from = '', to = from] = item.split('-');
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index);
  });
  return new Set(numbers);
}

interface Shown {
  readonly stamp: string;
  readonly fields: readonly number[];
}

/** What a clock shows at each minute, by zone: kept, since many expressions are judged over the same days. */
const shownIn = new Map<string, Map<number, Shown>>();

function clockIn(zone: string): (at: number) => Shown {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', weekday: 'short' },
  });
  const known = shownIn.get(zone) ?? new Map<number, Shown>();
  shownIn.set(zone, known);
  return (at) => {
    const shown = known.get(at) ?? show(format, at);
    known.set(at, shown);
    return shown;
  };
}

function show(format: Intl.DateTimeFormat, at: number): Shown {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const get = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const weekday = WEEKDAYS.indexOf(parts.get('weekday') ?? '') + 1;
  const fields = [get('minute'), get('hour'), get('day'), get('month'), weekday, get('year')];
  return { stamp: fields.join(' '), fields };
}

/** Minute by minute what EventBridge Scheduler does (facts/aws.md 5.1): a time that a day lacks is skipped, one that comes twice fires once. */
export function firings(expressions: readonly string[], zone: string, from: number, until: number): number[] {
  const read = clockIn(zone);
  const crons = expressions.map((expression) => (/^cron\((.*)\)$/.exec(expression)?.[1] ?? '').split(' ').map(readField));
  const seen = new Set<string>();
  const fired: number[] = [];
  for (let at = from - 3 * 3_600_000; at < until; at += 60_000) {
    const { stamp, fields } = read(at);
    if (seen.has(stamp)) continue;
    seen.add(stamp);
    const isHit = crons.some(
      (cron) => cron.length === 6 && cron.every((field, index) => field?.has(fields[index] ?? -1) ?? true),
    );
    if (isHit && at >= from) fired.push(at);
  }
  return fired;
}
