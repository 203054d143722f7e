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
}

/** Who may hear of it; targets are named by their ids. */
export interface Audience {
  /** Everybody whose matchers say so, only those whose matcher names its state, or nobody. */
  readonly who: 'all' | 'listed' | 'none';
  /** Unless it is nobody: these too, whatever the matchers say. */
  readonly also?: readonly string[];
  /** None of these. */
  readonly except?: readonly string[];
}

/** Ids of the targets that get it, each once, in the order of the configuration; those that are disabled do not. */
export function targetsOf(
  notify: Pick<Notify, 'targets' | 'matchers'>,
  notice: Matchable,
  { who, also = [], except = [] }: Audience,
): readonly string[] {
  if (who === 'none') return [];
  const wanted = new Set([...wantedBy(notify, notice, who), ...also].filter((id) => !except.includes(id)));
  return notify.targets.filter(({ id, disable }) => !disable && wanted.has(id)).map(({ id }) => id);
}

function wantedBy(
  { targets, matchers }: Pick<Notify, 'targets' | 'matchers'>,
  notice: Matchable,
  who: 'all' | 'listed',
): readonly string[] {
  if (matchers.length === 0) return who === 'all' ? targets.map(({ id }) => id) : [];
  const asked = who === 'all' ? matchers : matchers.filter((matcher) => lists(matcher, notice.state));
  return asked.filter((matcher) => matches(matcher, notice)).flatMap(({ target }) => target);
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
