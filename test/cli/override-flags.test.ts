import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addOverrideFlags, overridesOf } from '../../lib/cli/override-flags.ts';
import { describeOverrides, type OverrideDescription } from '../../lib/config/describe-overrides.ts';
import { mergeOverrides } from '../../lib/config/job-document.ts';

const location = { layout: 'pbs', bucket: 'a-bucket', prefix: 'main', region: 'us-east-1', 'path-style': true };
/** Bursts stand beside a rate. */
const rates = { 'rate-in': '1 MiB', 'rate-out': '1 MiB' };
const job = { id: 'daily', ...rates, source: { ...location, id: 'from' }, target: { ...location, id: 'to', bucket: 'b-bucket' } };

/** What a person would write after the flag. */
function writtenValue({ key, type, choices }: OverrideDescription): string {
  if (key in WRITTEN) return WRITTEN[key]!;
  return choices?.[0] ?? (type === 'boolean' ? 'true' : '1');
}

const WRITTEN: Readonly<Record<string, string>> = {
  'scheduled-time': '2026-11-21T01:00:00Z',
  'group-filter': 'type:vm',
  owner: 'backup@pbs',
};

function parse(args: readonly string[]): Record<string, unknown> {
  const command = addOverrideFlags(new Command('run')).exitOverride();
  command.parse(args, { from: 'user' });
  return overridesOf(command);
}

describe('the flags of one run', () => {
  it.each(describeOverrides().map((override) => [override.key, override] as const))(
    'take --%s as the input of an execution does',
    (key, override) => {
      const overrides = parse([`--${key}`, writtenValue(override)]);
      expect(Object.keys(overrides)).toEqual([key]);
      expect(mergeOverrides(job, overrides)).toHaveProperty([key]);
    },
  );

  it('are no overrides when they are not given', () => {
    expect(parse([])).toEqual({});
  });

  it('take a switch without a value', () => {
    expect(parse(['--dry-run'])).toEqual({ 'dry-run': true });
    expect(parse(['--remove-vanished', 'false'])).toEqual({ 'remove-vanished': false });
  });

  it('say in the help what each is for', () => {
    const help = addOverrideFlags(new Command('run')).helpInformation();
    for (const { key } of describeOverrides()) expect(help).toContain(`--${key}`);
  });
});
