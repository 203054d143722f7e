import { isWithin, localTime } from '../calendar/time-frame.ts';
import type { Severity } from '../sync/event/event.ts';
import { matchesJob } from './job-pattern.ts';
import type { NoticeState } from './state.ts';
import type { Matcher, Notify } from './target.ts';

/** What matchers look at. */
export interface Matchable {
  readonly job: string;
  readonly severity: Severity;
  readonly state: NoticeState;
  /** ISO 8601. */
  readonly at: string;
  /** What it is the end of: it is matched as that, too. */
  readonly alsoAs?: readonly { readonly state: NoticeState; readonly severity: Severity }[];
}

/** Who may hear of it: everybody whose matchers say so, only those whose matcher names its state, or nobody. */
export type Audience = 'all' | 'listed' | 'none';

/** Ids of the targets that get it, each once, in the order of the configuration; those that are disabled do not. */
export function targetsOf(
  notify: Pick<Notify, 'targets' | 'matchers'>,
  notice: Matchable,
  audience: Audience,
): readonly string[] {
  const wanted = new Set(wantedBy(notify, notice, audience));
  return notify.targets.filter(({ id, disable }) => !disable && wanted.has(id)).map(({ id }) => id);
}

function wantedBy(
  { targets, matchers }: Pick<Notify, 'targets' | 'matchers'>,
  notice: Matchable,
  audience: Audience,
): readonly string[] {
  if (audience === 'none') return [];
  if (matchers.length === 0) return audience === 'all' ? targets.map(({ id }) => id) : [];
  const asked = audience === 'all' ? matchers : matchers.filter((matcher) => lists(matcher, notice.state));
  const guises = [notice, ...(notice.alsoAs ?? []).map((also) => ({ ...notice, ...also }))];
  return asked.filter((matcher) => guises.some((guise) => matches(matcher, guise))).flatMap(({ target }) => target);
}

function lists({ matchState, invertMatch }: Matcher, state: NoticeState): boolean {
  return !invertMatch && matchState?.includes(state) === true;
}

/** As PBS decides it (proxmox-notify matcher.rs): a matcher without a rule matches always, inverted or not. */
export function matches(matcher: Matcher, notice: Matchable): boolean {
  if (matcher.disable) return false;
  const answers = rulesOf(matcher, notice);
  if (answers.length === 0) return true;
  const matched = matcher.mode === 'all' ? answers.every(Boolean) : answers.some(Boolean);
  return matched !== matcher.invertMatch;
}

/** One answer a rule that the matcher has; any entry of a rule's list will do. */
function rulesOf(
  { matchSeverity, matchState, matchJob, matchCalendar, timezone }: Matcher,
  notice: Matchable,
): readonly boolean[] {
  const time = localTime(Date.parse(notice.at), timezone);
  return [
    matchSeverity?.includes(notice.severity),
    matchState?.includes(notice.state),
    matchJob?.some((pattern) => matchesJob(pattern, notice.job)),
    matchCalendar?.some((frame) => isWithin(frame, time)),
  ].filter((answer) => answer !== undefined);
}
