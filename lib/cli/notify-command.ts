import type { NotifyDocument } from '../config/notify-values.ts';
import { parseNotify } from '../config/notify-values.ts';
import { suggestKey } from '../config/nearest-key.ts';
import { deliverTo } from '../deliver/deliver.ts';
import { ConfigError } from '../errors.ts';
import { testParcel } from '../notify/test-parcel.ts';
import type { Notify, Target } from '../notify/target.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

export interface NotifyOptions extends CommonOptions {
  /** The id of a target; true: all of them. */
  readonly test: string | true;
}

/** Sends a test message to one target, or to all that are not disabled, and says what came of each. */
export async function notifyCommand(options: NotifyOptions, context: CliContext): Promise<ExitCode> {
  const { notify: document } = readConfig(options, context);
  const notify = parseNotify(document);
  const { environment, now, terminal } = context;
  const send = deliverTo({ environment, now });
  let failed = false;
  for (const target of targetsFor(options.test, notify, options)) {
    if (target.type === 'email' && options.test === true) {
      terminal.print(`not here  ${nameOf(target)}: is sent by the deployed stack; use type smtp to be told from this machine`);
      continue;
    }
    const sent = await send(target, testParcel(target.id, { id: context.uniqueId(), now: now() }));
    terminal.print(
      sent.ok ? `ok        ${nameOf(target)}${remark(target, document)}` : `failed    ${nameOf(target)}: ${sent.reason}`,
    );
    failed = failed || !sent.ok;
  }
  return failed ? EXIT.errors : EXIT.done;
}

function targetsFor(test: string | true, { targets }: Notify, { config }: CommonOptions): readonly Target[] {
  if (targets.length === 0) {
    throw new ConfigError('NO_TARGETS', `${config} has no targets: add them to notify (docs/notifications.md)`);
  }
  if (test === true) return targets.filter(({ disable }) => !disable);
  const target = targets.find(({ id }) => id === test);
  if (target !== undefined) return [target];
  const ids = targets.map(({ id }) => id);
  throw new ConfigError('TARGET_UNKNOWN', `there is no target ${JSON.stringify(test)}; ${suggestKey(test, ids)}`);
}

function nameOf({ id, type }: Target): string {
  return `${id} (${type})`;
}

/** A target that works and is never told anything is worse than one that fails. */
function remark({ id, disable }: Target, { matchers }: NotifyDocument): string {
  if (disable) return ', but it is disabled: it gets nothing else';
  const isNamed = matchers.length === 0 || matchers.some((matcher) => !matcher.disable && matcher.target.includes(id));
  return isNamed ? '' : ', but no matcher names it: it gets nothing else';
}
