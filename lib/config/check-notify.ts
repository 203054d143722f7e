import { compileTemplate } from '../notify/template.ts';
import type { Placed } from './check-datastores.ts';
import type { Fault } from './fault.ts';
import { checkWebUrl } from './formats.ts';
import { suggestKey } from './nearest-key.ts';
import type { AnyTarget, MatcherEntry } from './notify-schema.ts';
import type { ShowValue } from './schema-faults.ts';

/** Targets that matchers name and that are not there. */
export function checkMatchers(
  matchers: readonly Placed<MatcherEntry>[],
  targets: readonly Placed<AnyTarget>[],
  show: ShowValue,
): readonly Fault[] {
  const known = [...new Set(targets.flatMap(({ entry: { id } }) => id ?? []))];
  return matchers.flatMap(({ path, entry: { target = [] } }) =>
    target.flatMap((id, index) => {
      const at = [...path, 'target', index];
      return known.includes(id)
        ? []
        : [{ path: at, problem: `${show(at, id)} is no target of this file; ${suggestKey(id, known)}` }];
    }),
  );
}

/** What is wrong inside of a target whose members are right each by itself. */
export function checkTargets(targets: readonly Placed<AnyTarget>[], show: ShowValue): readonly Fault[] {
  return targets.flatMap((target) => [...checkTemplates(target, show), ...checkSignIn(target)]);
}

function checkTemplates({ path, entry, given }: Placed<AnyTarget>, show: ShowValue): readonly Fault[] {
  const { type, url, headers = {}, body, secrets } = entry;
  // A wrong secret has its fault already: that a template then lacks it is no other one.
  if (type !== 'webhook' || (given.includes('secrets') && secrets === undefined)) return [];
  const templates = [
    ...(url === undefined ? [] : [{ at: ['url'], text: url }]),
    ...Object.entries(headers).map(([name, text]) => ({ at: ['headers', name], text })),
    ...(body === undefined ? [] : [{ at: ['body'], text: body }]),
  ];
  return templates.flatMap(({ at, text }) => {
    const problem = templateProblem(text, Object.keys(secrets ?? {})) ?? (at[0] === 'url' ? urlProblem(text) : undefined);
    const where = [...path, ...at];
    return problem === undefined ? [] : [{ path: where, problem: `${show(where, text)} ${problem}` }];
  });
}

function templateProblem(text: string, secrets: readonly string[]): string | undefined {
  const template = compileTemplate(text, secrets);
  return 'problem' in template ? template.problem : undefined;
}

/** A URL that begins with a template is seen only when it is used. */
function urlProblem(url: string): string | undefined {
  return url.startsWith('{{') ? undefined : checkWebUrl(url.replace(/\{\{.*?\}\}/g, 'x'));
}

function checkSignIn({ path, entry, given }: Placed<AnyTarget>): readonly Fault[] {
  const keys = ['username', 'password'];
  const there = keys.filter((key) => given.includes(key));
  const [key] = there;
  if (entry.type !== 'smtp' || there.length !== 1 || key === undefined) return [];
  const missing = keys.find((other) => other !== key) ?? '';
  return [{ path: [...path, key], atKey: true, problem: `stands without ${missing}, which it belongs to; add that` }];
}
