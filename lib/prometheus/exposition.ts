export type Labels = Readonly<Record<string, string>>;

/** One value of a metric; what has no value is left out rather than given one. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** A metric by its name: what Prometheus calls a family. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
}

/** The content type of the text below: Prometheus' exposition format 0.0.4. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * One family in the text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), with its HELP and TYPE first;
 * nothing where it has no samples. Samples carry no timestamps: a textfile for node_exporter may have none.
 */
export function renderFamily({ name, type, help }: Family, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  return head + samples.map(({ labels, value }) => `${name}${renderLabels(labels)} ${renderValue(value)}\n`).join('');
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

function escapeLabel(text: string): string {
  return /[\\"\n]/.test(text) ? escapeHelp(text).replace(/"/g, '\\"') : text;
}

/** As Go reads numbers: JavaScript's own form but for the infinities. */
function renderValue(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
