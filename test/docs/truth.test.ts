import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../lib/cli/exit-code.ts';
import { makeProgram } from '../../lib/cli/program.ts';
import { stopSwitch } from '../../lib/cli/stop-switch.ts';
import { openTerminal } from '../../lib/cli/terminal.ts';
import { describeSchema } from '../../lib/config/describe-schema.ts';
import { jobSchema, overridesSchema } from '../../lib/config/job-schema.ts';
import { LAYERS } from '../../lint/layers.ts';
import { allPages, readPage, ROOT, tableRows } from './pages.ts';

const program = makeProgram(
  {
    environment: {},
    terminal: openTerminal({ write: () => true }, { write: () => true }),
    stop: stopSwitch(),
    now: () => 0,
    uniqueId: () => 'a',
  },
  () => undefined,
);

/** Flags that a page of their own has. */
const OVERRIDES = new Set(Object.keys(overridesSchema.shape));

describe('docs/cli.md', () => {
  const page = readPage('docs/cli.md');

  it('has a row for each command', () => {
    const usages = program.commands.map((command) => `\`flotilla ${command.name()}${argumentOf(command)}\``);
    expect(firstCells(page, /^`flotilla /).toSorted()).toEqual(usages.toSorted());
  });

  it('names no flag that there is not', () => {
    const flags = program.commands.flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short]));
    const named = firstCells(page, /^`-/).flatMap((cell) => [...cell.matchAll(/`(--?[a-z-]+)/g)].map(([, flag]) => flag));
    expect(named.filter((flag) => !flags.includes(flag))).toEqual([]);
  });

  it('has a row for each flag, which names all commands that have it', () => {
    const rows = tableRows(page).filter(([first = '']) => /^`-/.test(first));
    const missing = program.commands.flatMap((command) =>
      command.options
        .filter(({ long }) => !OVERRIDES.has(long?.replace(/^--(no-)?/, '') ?? ''))
        .filter(
          ({ long }) => !rows.some(([flags = '', of = '']) => has(flags, long) && (of === 'all' || has(of, command.name()))),
        )
        .map(({ long }) => `${command.name()} ${long ?? ''}`),
    );
    expect(missing).toEqual([]);
  });

  it('has a row for each exit code', () => {
    expect(firstCells(page, /^\d+$/).map(Number)).toEqual(Object.values(EXIT));
  });
});

describe('docs/runbook.md', () => {
  it('names only commands that there are, with flags that they have', () => {
    const lines = [...readPage('docs/runbook.md').text.matchAll(/flotilla ([a-z]+)\b([^`\n#]*)/g)];
    const wrong = lines.filter(([, name, rest = '']) => {
      const command = program.commands.find((each) => each.name() === name);
      const flags = rest.match(/--[a-z-]+/g) ?? [];
      return command === undefined || flags.some((flag) => !command.options.some(({ long }) => long === flag));
    });
    expect(lines.length).toBeGreaterThan(10);
    expect(wrong.map(([line]) => line)).toEqual([]);
  });
});

describe('README.md', () => {
  const page = readPage('README.md');

  it('names only options that a job has, with the defaults they have', () => {
    const rows = tableRows(page).filter((cells) => /^`[a-z-]+`$/.test(cells[0] ?? ''));
    const shape: Readonly<Record<string, Parameters<typeof describeSchema>[0]>> = jobSchema.shape;
    expect(rows.length).toBeGreaterThan(0);
    for (const [option = '', preset = ''] of rows) {
      const member = shape[option.replaceAll('`', '')];
      expect(member && describeSchema(member).default, option).toEqual(valueOf(preset.replaceAll('`', '')));
    }
  });
});

describe('docs/architecture.md', () => {
  it('draws every layer that the linter holds', () => {
    const { text } = readPage('docs/architecture.md');
    expect(LAYERS.map(({ path }) => path).filter((path) => !text.includes(path))).toEqual([]);
  });

  it('has a row for each kind of key that the table has', () => {
    const code = readFileSync(join(ROOT, 'lib/dynamodb/keys.ts'), 'utf8');
    const kinds = new Set([...code.matchAll(/join\('([A-Z]+)'/g)].map(([, kind]) => kind));
    const rows = tableRows(readPage('docs/architecture.md')).map(([, pk = '']) => /^`([A-Z]+)#/.exec(pk)?.[1]);
    expect(new Set(rows.filter((kind) => kind !== undefined))).toEqual(kinds);
  });
});

describe('every page', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

  it('names only npm scripts that there are', () => {
    const named = allPages().flatMap(({ text }) => [...text.matchAll(/npm run ([a-z0-9:]+)/g)].map(([, script = '']) => script));
    expect([...new Set(named)].filter((script) => !(script in scripts))).toEqual([]);
  });
});

function firstCells(page: ReturnType<typeof readPage>, pattern: RegExp): string[] {
  return tableRows(page)
    .map(([first = '']) => first)
    .filter((first) => pattern.test(first));
}

function argumentOf(command: (typeof program.commands)[number]): string {
  return command.registeredArguments
    .map((argument) => (argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`))
    .join('');
}

/** Whether the cell of a table names a flag or a command, alone or with its value. */
function has(cell: string, name = ''): boolean {
  return cell.split('`').some((code) => code === name || code.startsWith(`${name} `));
}

/** A default as the table writes it. */
function valueOf(text: string): unknown {
  return /^("|\d|true$|false$)/.test(text) ? (JSON.parse(text) as unknown) : text;
}
