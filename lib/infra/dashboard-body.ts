import { HEALTH_METRICS, METRIC_NAMESPACE, RUN_METRICS, type CloudMetric } from '../events/metric-names.ts';

/** Jobs that a graph shows, the highest first: more lines than these nobody can tell apart. */
const MAX_LINES = 25;
/** A widget shows no more alarms (CloudWatch). */
const MAX_ALARMS = 100;
/** Columns of a dashboard. */
const WIDTH = 24;
const GRAPH_HEIGHT = 7;

export interface DashboardFacts {
  readonly region: string;
  /** What the names of all alarms begin with. */
  readonly prefix: string;
  readonly alarmArns: readonly string[];
}

interface Graph {
  readonly title: string;
  readonly metric: CloudMetric;
  readonly statistic: 'Sum' | 'Maximum';
  /** Seconds. */
  readonly period: number;
}

/** What is watched every quarter of an hour. */
const watched = (title: string, metric: CloudMetric): Graph => ({ title, metric, statistic: 'Maximum', period: 900 });
/** What a run tells once, when it ends. */
const summed = (title: string, metric: CloudMetric): Graph => ({ title, metric, statistic: 'Sum', period: 3600 });

const GRAPHS: readonly Graph[] = [
  watched('Lag: how far each copy is behind', HEALTH_METRICS.lag),
  watched('Snapshots missing on the target', HEALTH_METRICS.missing),
  watched('Runs overdue', HEALTH_METRICS.overdue),
  summed('Runs by state', RUN_METRICS.runs),
  summed('Errors', RUN_METRICS.errors),
  { ...summed('Duration of runs', RUN_METRICS.seconds), statistic: 'Maximum' },
  summed('Bytes transferred', RUN_METRICS.bytes),
  summed('Chunks transferred', RUN_METRICS.chunks),
  summed('Requests', RUN_METRICS.requests),
  summed('Throttles', RUN_METRICS.throttles),
  watched('Workers in use', HEALTH_METRICS.workers),
  watched('Locks held without progress', HEALTH_METRICS.lockIdle),
];

/** The body of the dashboard as CloudWatch takes it: title, alarms, two graphs a row. */
export function dashboardBody({ region, prefix, alarmArns }: DashboardFacts): object {
  const alarms = alarmArns.slice(0, MAX_ALARMS);
  const alarmsHeight = alarms.length === 0 ? 0 : 2 + Math.ceil(alarms.length / 6);
  const top = 2 + alarmsHeight;
  return {
    start: '-P7D',
    widgets: [
      { type: 'text', ...place(0, 0, WIDTH, 2), properties: { markdown: title(prefix, region, alarmArns.length) } },
      ...(alarms.length === 0
        ? []
        : [{ type: 'alarm', ...place(0, 2, WIDTH, alarmsHeight), properties: { title: 'Alarms', alarms } }]),
      ...GRAPHS.map((graph, at) => ({
        type: 'metric',
        ...place((at % 2) * (WIDTH / 2), top + Math.floor(at / 2) * GRAPH_HEIGHT, WIDTH / 2, GRAPH_HEIGHT),
        properties: graphProperties(graph, region),
      })),
    ],
  };
}

function place(x: number, y: number, width: number, height: number): object {
  return { x, y, width, height };
}

function title(prefix: string, region: string, alarms: number): string {
  const all = `[all alarms](#alarmsV2:?search=${prefix}-)`;
  const left = alarms > MAX_ALARMS ? `, of which ${String(alarms - MAX_ALARMS)} have no room here` : '';
  return `# Flotilla, ${region}\nThe ${String(MAX_LINES)} jobs with the highest values; ${all}${left}. What an alarm means and what to do: docs/runbook.md`;
}

/** The search finds the jobs whenever it is looked at, so that a new one needs no deploy of this stack. */
function graphProperties({ title, metric, statistic, period }: Graph, region: string): object {
  const by = metric.by !== undefined && metric.sum !== true ? metric.by : undefined;
  const dimensions = [METRIC_NAMESPACE, 'job', ...(by === undefined ? [] : [by])].join(',');
  const search = `SEARCH('{${dimensions}} MetricName="${metric.name}"', '${statistic}', ${String(period)})`;
  const label = ['job', ...(by === undefined ? [] : [by])].map((name) => `\${PROP('Dim.${name}')}`).join(' ');
  const expression = `SORT(${search}, MAX, DESC, ${String(MAX_LINES)})`;
  return {
    ...{ title, region, view: 'timeSeries', stat: statistic, period },
    metrics: [[{ expression, id: 'all', label }]],
    yAxis: { left: { min: 0, showUnits: false, label: metric.unit === 'Count' ? '' : metric.unit } },
  };
}
