import { Option, type Command } from 'commander';
import { describeOverrides, type OverrideDescription } from '../config/describe-overrides.ts';

/** Gives a command a flag for every option that one run may override, and `--no-<key>` where a run may have none of it. */
export function addOverrideFlags(command: Command): Command {
  for (const override of describeOverrides()) {
    command.addOption(overrideFlag(override));
    // It says nothing that the flag itself does not say: one line of help is enough for both.
    if (override.none !== undefined) command.addOption(new Option(`--no-${override.key}`).hideHelp());
  }
  return command;
}

/** The overrides among a command's options, by their key in PBS spelling. */
export function overridesOf(command: Command): Record<string, unknown> {
  const given = command.opts<Record<string, unknown>>();
  const entries = describeOverrides().map((override): [string, unknown] => [override.key, valueOf(override, given)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** A switch that is on by default could not be told from one that was not given: every flag but a bare switch takes its value. */
function overrideFlag({ key, type, choices, word, help, none }: OverrideDescription): Option {
  switch (type) {
    case 'boolean':
      return new Option(`--${key} [true|false]`, `${help} No: --no-${key}.`).argParser(parseSwitch);
    case 'list':
      return new Option(`--${key} <${singular(key)}>`, `${help} Repeat it for more. None: --no-${key}.`).argParser(collect);
    default: {
      const said = none === undefined ? help : `${help} None: --no-${key}.`;
      const value = choices?.join('|') ?? (word === undefined ? type : `${word}|${type}`);
      const option = new Option(`--${key} <${value}>`, said);
      return type === 'integer' || type === 'number' ? option.argParser(parseNumber) : option;
    }
  }
}

/** `filter` of `group-filter`. */
function singular(key: string): string {
  return key.slice(key.lastIndexOf('-') + 1);
}

/** What is no number is handed on as it is: the schema says what is wrong with it, together with all else. */
function parseNumber(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function parseSwitch(text: string): unknown {
  return text === 'true' ? true : text === 'false' ? false : text;
}

/** One more of a list; what `--no-<key>` said before it no longer holds. */
function collect(text: string, before: unknown): readonly unknown[] {
  return Array.isArray(before) ? [...(before as readonly unknown[]), text] : [text];
}

/** Commander gives `false` for `--no-<key>`. */
function valueOf({ key, none }: OverrideDescription, given: Readonly<Record<string, unknown>>): unknown {
  const value = given[camel(key)];
  return value === false && none !== undefined ? none : value;
}

/** Commander's name for a flag's value. */
function camel(key: string): string {
  return key.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
