import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addOverrideFlags, overridesOf } from '../../lib/cli/override-flags.ts';
import { describeOverrides } from '../../lib/config/describe-overrides.ts';

/** What a command line says as the overrides of a run. */
function parse(...line: string[]): Record<string, unknown> {
  const command = addOverrideFlags(new Command('run')).argument('<job>').exitOverride();
  command.parse(['daily', ...line], { from: 'user' });
  return overridesOf(command);
}

describe('the values of the flags for one run', () => {
  it('are collected for a list', () => {
    expect(parse('--group-filter', 'type:vm', '--group-filter', 'exclude:group:vm/100')).toEqual({
      'group-filter': ['type:vm', 'exclude:group:vm/100'],
    });
    expect(parse('--group-filter', 'type:vm', '--no-group-filter')).toEqual({ 'group-filter': [] });
    expect(parse('--no-group-filter', '--group-filter', 'type:vm')).toEqual({ 'group-filter': ['type:vm'] });
  });

  it.each(['carry-marks', 'verified-only', 'remove-vanished', 'dry-run'])('are yes and no for %s', (key) => {
    for (const yes of [[`--${key}`], [`--${key}`, 'true'], [`--${key}=true`]]) expect(parse(...yes)).toEqual({ [key]: true });
    for (const no of [[`--no-${key}`], [`--${key}`, 'false'], [`--${key}=false`]]) expect(parse(...no)).toEqual({ [key]: false });
  });

  it('can be none, in the place of what the job says', () => {
    expect(parse('--no-max-depth', '--no-transfer-last', '--no-rate-in', '--no-burst-in')).toEqual({
      ...{ 'max-depth': null, 'transfer-last': null, 'rate-in': null, 'burst-in': null },
    });
  });

  it('are numbers where numbers are wanted, and what is none is handed on', () => {
    expect(parse('--max-depth', '0', '--worker-threads', 'many', '--transfer-last=3')).toEqual({
      ...{ 'max-depth': 0, 'worker-threads': 'many', 'transfer-last': 3 },
    });
  });

  it('are text where text is wanted', () => {
    const flags = { 'rate-in': '20 MiB', 'max-delete': '25%', owner: 'sync@pbs!offsite', 'transfer-mode': 'auto' };
    expect(parse(...Object.entries(flags).flatMap(([key, value]) => [`--${key}`, value]))).toEqual(flags);
  });

  it('are shown in the help, each option once', () => {
    const help = addOverrideFlags(new Command('run')).helpInformation();
    for (const { key } of describeOverrides()) expect(help.match(new RegExp(`^ {2}--${key} `, 'gm')), key).toHaveLength(1);
    expect(help).toContain('--group-filter <filter>');
    expect(help).not.toMatch(/^ {2}--no-/m);
  });
});
