import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };

const PROJECT = join(import.meta.dirname, '../..');

describe('the CDK app', () => {
  it('synthesizes the shipped example without credentials or configuration, says so, and passes every check', () => {
    const { status, stderr, stacks } = synthesize();
    expect({ status, stacks }).toEqual({ status: 0, stacks: ['Flotilla-daily-offsite.template.json', 'Flotilla.template.json'] });
    expect(stderr).toContain('using examples/flotilla.yaml');
  });

  it('refuses a configuration with faults: one message, no stack trace, exit code 2', () => {
    const config = join(mkdtempSync(join(tmpdir(), 'flotilla-test-')), 'broken.yaml');
    writeFileSync(config, 'jobs: 7\n');
    const { status, stderr, stacks } = synthesize({ config });
    expect({ status, stacks }).toEqual({ status: 2, stacks: [] });
    expect(stderr).toContain('broken.yaml');
    expect(stderr).not.toContain('    at ');
  });
});

function synthesize(context: Readonly<Record<string, string>> = {}) {
  const outdir = mkdtempSync(join(tmpdir(), 'flotilla-test-'));
  const all = { ...cdk.context, 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-asset-staging': true, ...context };
  const { PATH } = process.env;
  const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], {
    cwd: PROJECT,
    encoding: 'utf8',
    env: { PATH, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(all) },
  });
  const stacks = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
  return { status, stderr, stacks };
}
