import { Option, type Command } from 'commander';
import { describeOverrides, type OverrideDescription } from '../config/describe-overrides.ts';

/** Gives a command a flag for every option that one run may override. */
export function addOverrideFlags(command: Command): Command {
  for (const override of describeOverrides()) command.addOption(overrideFlag(override));
  return command;
}

/** A switch that is on by default could not be told from one that was not given: every flag but a bare switch takes its value. */
function overrideFlag(override: OverrideDescription): Option {
  const { key, type, choices, help } = override;
  if (type === 'boolean') return new Option(`--${key} [true|false]`, help).argParser(parseSwitch);
  const option = new Option(`--${key} <${choices?.join('|') ?? type}>`, help);
  return type === 'integer' || type === 'number' ? option.argParser(parseNumber) : option;
}

/** What is no number is handed on as it is: the schema says what is wrong with it, together with all else. */
function parseNumber(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function parseSwitch(text: string): unknown {
  return text === 'true' ? true : text === 'false' ? false : text;
}

/** The overrides among a command's options, by their key in PBS spelling. */
export function overridesOf(command: Command): Record<string, unknown> {
  const given = command.opts<Record<string, unknown>>();
  const entries = describeOverrides().map(({ key }): [string, unknown] => [key, given[camel(key)]]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Commander's name for a flag's value. */
function camel(key: string): string {
  return key.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
