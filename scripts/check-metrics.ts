// Renders the metrics of 300 jobs with 10,000 groups, and those of far too many groups, says what that took, and has the text, the
// rules of docs/prometheus-rules.yaml and the queries of docs/grafana-dashboard.json checked by Prometheus' own promtool: the one on the PATH, or that PROMTOOL names.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prometheusText } from '../lib/prometheus/prometheus-text.ts';
import { groupBehind, newcomer, numbers } from '../test/prometheus/numbers.ts';

const PROMTOOL = process.env['PROMTOOL'] ?? 'promtool';
const DOCS = join(import.meta.dirname, '../docs');
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

/** The queries of the dashboard as rules, with what Grafana puts into them. */
function checkQueries(): void {
  const dashboard = readFileSync(join(DOCS, 'grafana-dashboard.json'), 'utf8');
  const { panels } = JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] };
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const rules = queries.map((expr, at) => ({
    record: `query_${String(at)}`,
    expr: expr.replaceAll('$job', '.*').replaceAll('$__rate_interval', '5m'),
  }));
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-queries-'));
  try {
    // JSON is YAML.
    writeFileSync(join(folder, 'queries.yaml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    promtool(['check', 'rules', join(folder, 'queries.yaml')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
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
promtool(['check', 'rules', join(DOCS, 'prometheus-rules.yaml')]);
promtool(['test', 'rules', join(import.meta.dirname, '../test/prometheus/rules-test.yaml')]);
checkQueries();
