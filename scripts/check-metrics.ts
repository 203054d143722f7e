// Renders the metrics of 300 jobs with 10,000 groups, and those of far too many groups, says what that took, and has the text and
// docs/prometheus-rules.yaml checked by Prometheus' own promtool: the one on the PATH, or that PROMTOOL names.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prometheusText } from '../lib/prometheus/prometheus-text.ts';
import { groupBehind, newcomer, numbers } from '../test/prometheus/numbers.ts';

const PROMTOOL = process.env['PROMTOOL'] ?? 'promtool';
const JOBS = 300;

function jobsWith(groups: number): ReturnType<typeof numbers>[] {
  return Array.from({ length: JOBS }, (_, job) => {
    const first = Math.floor((job * groups) / JOBS);
    const length = Math.floor(((job + 1) * groups) / JOBS) - first;
    const behind = { missing: 1, since: '2026-11-20T22:00:00.000Z' };
    const own = Array.from({ length }, (_, at) => groupBehind(`vm/${String(at)}`, at % 2 === 0 ? behind : {}));
    return numbers(`job-${String(job)}`, { groups: own, maxLagSeconds: 86_400 });
  });
}

function measure(groups: number): string {
  const jobs = jobsWith(groups);
  const started = performance.now();
  const text = prometheusText([...jobs, newcomer('a "quoted"\n\\ job')], { version: '0.0.0' });
  const took = Math.round(performance.now() - started);
  const lines = text.split('\n').length - 1;
  console.log(`${JOBS} jobs, ${groups} groups: ${lines} lines, ${(text.length / 1e6).toFixed(1)} MB, ${took} ms`);
  return text;
}

function promtool(args: readonly string[], input?: string): void {
  const { error, status, stderr, stdout } = spawnSync(PROMTOOL, args, { input, encoding: 'utf8' });
  if (error !== undefined)
    throw new Error(`cannot run ${PROMTOOL}: put Prometheus' promtool on the PATH, or name it in PROMTOOL`);
  console.log(`promtool ${args.join(' ')}: ${status === 0 ? 'ok' : `${stdout}${stderr}`}`);
  if (status !== 0) process.exitCode = 1;
}

const text = measure(10_000);
measure(300_000);
promtool(['check', 'metrics'], text);
promtool(['check', 'rules', join(import.meta.dirname, '../docs/prometheus-rules.yaml')]);
promtool(['test', 'rules', join(import.meta.dirname, '../test/prometheus/rules-test.yaml')]);
