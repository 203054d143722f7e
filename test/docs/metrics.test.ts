import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { GROUP_METRICS, HEALTH_METRICS, RUN_METRICS, type CloudMetric } from '../../lib/events/metric-names.ts';
import { ALARM_KINDS } from '../../lib/infra/alarm.ts';
import { METRICS, prometheusText } from '../../lib/prometheus/prometheus-text.ts';
import { numbers } from '../prometheus/numbers.ts';
import { readExposition } from '../support/read-exposition.ts';
import { readPage, ROOT, tableRows } from './pages.ts';

const page = readPage('docs/metrics.md');
const NAMES = METRICS.map(({ name }) => name);

describe('docs/metrics.md', () => {
  const rows = tableRows(page).map(([name = '', ...cells]) => [name.replaceAll('`', ''), ...cells]);

  it('has a row for each metric of Prometheus, with its type and labels, and no other', () => {
    const written = rows.filter(([, type]) => type === 'gauge' || type === 'counter').map((cells) => cells.slice(0, 3));
    expect(written.toSorted()).toEqual(
      rowsOf(prometheusText([numbers('nightly', { maxLagSeconds: 60 })], { version: '1' })).toSorted(),
    );
  });

  it('has a row for each metric of CloudWatch, with its unit, and no other', () => {
    const written = rows.filter(([, unit = '']) => ['Count', 'Seconds', 'Bytes'].includes(unit));
    const told = (metrics: Readonly<Record<string, CloudMetric>>, by: string): string[][] =>
      Object.values(metrics).map((metric) => [metric.name, metric.unit, by, metric.by === undefined ? '' : `\`${metric.by}\``]);
    const known = [...told(RUN_METRICS, 'run'), ...told(HEALTH_METRICS, 'watch'), ...told(GROUP_METRICS, 'watch')];
    expect(written.map((cells) => cells.slice(0, 4))).toEqual(known);
  });
});

describe('docs/prometheus-rules.yaml', () => {
  const text = readFileSync(join(ROOT, 'docs/prometheus-rules.yaml'), 'utf8');
  const { groups } = parse(text) as { groups: { rules: { alert: string; expr: string; annotations: { runbook: string } }[] }[] };
  const rules = groups.flatMap(({ rules }) => rules);

  it('asks only for metrics that there are', () => {
    expect(unknownIn(rules.map(({ expr }) => expr).join('\n'))).toEqual([]);
  });

  it('links a section of the runbook in each rule', () => {
    const linked = rules.map(({ annotations }) => /^docs\/runbook\.md#(.+)$/.exec(annotations.runbook)?.[1] ?? '');
    expect(linked.filter((section) => !(section in ALARM_KINDS))).toEqual([]);
  });
});

describe('docs/grafana-dashboard.json', () => {
  const text = readFileSync(join(ROOT, 'docs/grafana-dashboard.json'), 'utf8');
  const { panels } = JSON.parse(text) as { panels: { gridPos: { x: number; y: number; w: number; h: number } }[] };

  it('draws only metrics that there are, the lag first', () => {
    expect(unknownIn(text)).toEqual([]);
    expect(/flotilla_\w+/.exec(JSON.stringify(panels))?.[0]).toBe('flotilla_lag_seconds');
  });

  it('has no panel over another', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${String(x + (at % w))}/${String(y + Math.floor(at / w))}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

/** Names that look like a metric and are none. */
function unknownIn(text: string): string[] {
  return [...text.matchAll(/\b(?:flotilla|pbs_sync)_\w+/g)].map(([name]) => name).filter((name) => !NAMES.includes(name));
}

/** Name, type and labels of each family, as the table has them. */
function rowsOf(text: string): string[][] {
  return [...readExposition(text)].map(([name, { type, samples }]) => [
    name,
    type,
    [...(samples[0]?.labels.keys() ?? [])].join(', '),
  ]);
}
