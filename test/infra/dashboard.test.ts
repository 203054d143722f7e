import { describe, expect, it } from 'vitest';
import { HEALTH_METRICS, RUN_METRICS } from '../../lib/events/metric-names.ts';
import { dashboardBody } from '../../lib/infra/dashboard-body.ts';
import { makeJob } from './job-document.ts';
import { ofType, synthesizeStacks } from './synthesize.ts';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly alarms?: string[]; readonly metrics?: [[{ expression: string }]]; readonly markdown?: string };
}

const widgetsOf = (alarms: number): readonly Widget[] => {
  const alarmArns = Array.from({ length: alarms }, (_, at) => `arn:${String(at)}`);
  return (dashboardBody({ region: 'eu-central-1', prefix: 'Flotilla', alarmArns }) as { widgets: Widget[] }).widgets;
};

describe('the dashboard', () => {
  it('finds the jobs by their metrics, so that a new one needs no deploy, and bounds its lines', () => {
    const expressions = widgetsOf(0).flatMap(({ properties }) => properties.metrics?.[0][0].expression ?? []);
    expect(expressions[0]).toBe(`SORT(SEARCH('{Flotilla,job} MetricName="LagSeconds"', 'Maximum', 900), MAX, DESC, 25)`);
    expect(expressions).toContain(`SORT(SEARCH('{Flotilla,job,state} MetricName="Runs"', 'Sum', 3600), MAX, DESC, 25)`);
    for (const expression of expressions) expect(expression).toMatch(/^SORT\(SEARCH\(.+\), MAX, DESC, 25\)$/);
  });

  it('draws only metrics that there are', () => {
    const known: string[] = [...Object.values(RUN_METRICS), ...Object.values(HEALTH_METRICS)].map(({ name }) => name);
    const drawn = JSON.stringify(widgetsOf(0)).matchAll(/MetricName=\\"(\w+)\\"/g);
    for (const [, name] of drawn) expect(known).toContain(name);
  });

  it.each([0, 1, 99, 700])('has no widget over another with %d alarms, and shows no more than CloudWatch does', (alarms) => {
    const widgets = widgetsOf(alarms);
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, at) => `${String(x + (at % width))}/${String(y + Math.floor(at / width))}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    const shown = widgets.flatMap(({ properties }) => properties.alarms ?? []).length;
    expect(shown).toBe(Math.min(alarms, 100));
    expect(widgets[0]?.properties.markdown?.includes('600 have no room')).toBe(alarms === 700);
  });

  it('is one in the shared stack, with the alarms of the jobs by name and no reference to their stacks', () => {
    const { shared } = synthesizeStacks(makeJob());
    const [dashboard, ...others] = ofType(shared, 'AWS::CloudWatch::Dashboard');
    expect(others).toEqual([]);
    const body = JSON.stringify(dashboard?.Properties['DashboardBody']);
    expect(body).toContain('alarm:Flotilla-daily-offsite-run-did-not-happen');
    expect(body.match(/:alarm:[^"\\]+/)?.[0]).toBe(':alarm:Flotilla-daily-offsite-run-did-not-happen');
    expect(body).not.toContain('Fn::ImportValue');
  });
});
