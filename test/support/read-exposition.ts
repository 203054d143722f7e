/**
 * A strict reader of Prometheus' text exposition format 0.0.4, written from its specification
 * (prometheus.io/docs/instrumenting/exposition_formats) and promtool's lints, apart from the renderer.
 */
export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: { readonly labels: ReadonlyMap<string, string>; readonly value: number }[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|NaN|[+-]Inf)$/i;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/** The families of a text by name. Throws an `Error` with the number of the first line that is wrong. */
export function readExposition(text: string): ReadonlyMap<string, ReadFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const reader = new Reader();
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    try {
      reader.take(line);
    } catch (cause) {
      throw new Error(`line ${String(index + 1)}: ${(cause as Error).message}: ${line}`, { cause });
    }
  }
  return reader.families;
}

class Reader {
  readonly families = new Map<string, ReadFamily>();
  #helps = new Map<string, string>();
  #seen = new Set<string>();
  #current = '';

  take(line: string): void {
    if (line === '') return;
    if (line.startsWith('# HELP ')) this.#help(line.slice(7));
    else if (line.startsWith('# TYPE ')) this.#type(line.slice(7));
    else if (!line.startsWith('#')) this.#sample(line);
  }

  #help(rest: string): void {
    const [name, text] = splitName(rest);
    if (!text.startsWith(' ') || text.length < 2) throw new Error('no help');
    if (this.#helps.has(name)) throw new Error('a second HELP');
    this.#helps.set(name, unescape(text.slice(1), { n: '\n', '\\': '\\' }));
    this.#current = name;
  }

  #type(rest: string): void {
    const [name, text] = splitName(rest);
    const [type, help] = [text.slice(1), this.#helps.get(name)];
    if (!TYPES.includes(type)) throw new Error('no such type');
    if (help === undefined) throw new Error('TYPE comes before HELP');
    if (this.families.has(name)) throw new Error('a second TYPE');
    if (name !== this.#current) throw new Error('HELP and TYPE are apart');
    if ((type === 'counter') !== name.endsWith('_total')) throw new Error('counters, and they alone, end with _total');
    this.families.set(name, { type, help, samples: [] });
  }

  #sample(line: string): void {
    const [name, afterName] = splitName(line);
    const family = this.families.get(name);
    if (family === undefined) throw new Error('a sample without TYPE');
    if (name !== this.#current) throw new Error('the samples of a metric stand apart');
    const [labels, rest] = readLabels(afterName);
    const value = rest.replace(/^[ \t]+/, '');
    if (!VALUE.test(value)) throw new Error('no value, or a timestamp after it');
    const identity = JSON.stringify([name, [...labels].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    if (this.#seen.has(identity)) throw new Error('the same series twice');
    this.#seen.add(identity);
    family.samples.push({ labels, value: Number(value.replace('Inf', 'Infinity')) });
  }
}

function splitName(text: string): [string, string] {
  const name = NAME.exec(text)?.[0];
  if (name === undefined) throw new Error('no metric name');
  return [name, text.slice(name.length)];
}

function readLabels(text: string): [ReadonlyMap<string, string>, string] {
  const labels = new Map<string, string>();
  if (!text.startsWith('{')) return [labels, text];
  let rest = text.slice(1);
  while (!rest.startsWith('}')) {
    const label = LABEL.exec(rest)?.[0];
    if (label === undefined || label.startsWith('__') || labels.has(label)) throw new Error('no label name, or one twice');
    const quoted = /^="((?:[^"\\]|\\.)*)"(,|(?=\}))/.exec(rest.slice(label.length));
    if (quoted === null) throw new Error('no label value');
    labels.set(label, unescape(quoted[1] ?? '', { n: '\n', '\\': '\\', '"': '"' }));
    rest = rest.slice(label.length + quoted[0].length);
  }
  return [labels, rest.slice(1)];
}

function unescape(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(/\\(.?)/g, (_, after: string) => {
    const plain = known[after];
    if (plain === undefined) throw new Error(`\\${after} is no escape`);
    return plain;
  });
}
