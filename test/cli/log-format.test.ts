import { describe, expect, it } from 'vitest';
import { formatEntry } from '../../lib/cli/log-format.ts';
import { runLogs } from '../../lib/cli/run-log.ts';
import { openTerminal } from '../../lib/cli/terminal.ts';
import { fakeTimers } from '../support/fake-timers.ts';

const AT = { namespace: 'prod', group: 'vm/100', snapshot: '2025-11-01T08:00:00Z', archive: 'drive.fidx' };
const TIME = '1970-01-01T00:00:00.000Z';

/** A run's log on a terminal, or on a pipe. */
function open({ isTTY = false, environment = {}, json = false } = {}) {
  const written: string[] = [];
  const terminal = openTerminal({ write: () => true }, { isTTY, write: (text: string) => written.push(text) }, { environment });
  if (json) terminal.setLogFormat('json');
  const { after, now } = fakeTimers();
  const logs = runLogs({
    format: (entry) => formatEntry(entry, terminal.style),
    write: (line) => terminal.log(line),
    ...{ now, after, direct: true },
  });
  return { written, terminal, log: logs.open({ job: 'daily', run: 'run-1' }) };
}

describe('the log on a terminal', () => {
  it('dims the group, paints warnings yellow and errors red', () => {
    const { written, log } = open({ isTTY: true });
    log.info('sync done', AT);
    log.warn('late');
    log.error('failed', AT);
    expect(written).toEqual([
      '\u001b[2m[prod/vm/100]: \u001b[0msync done\n',
      '\u001b[33mlate\u001b[0m\n',
      '\u001b[2m[prod/vm/100]: \u001b[0m\u001b[31mfailed\u001b[0m\n',
    ]);
  });

  it('is plain when NO_COLOR is set, and coloured when it is empty', () => {
    const plain = open({ isTTY: true, environment: { NO_COLOR: '1' } });
    plain.log.error('failed', AT);
    expect(plain.written).toEqual(['[prod/vm/100]: ERROR: failed\n']);
    const coloured = open({ isTTY: true, environment: { NO_COLOR: '' } });
    coloured.log.error('failed');
    expect(coloured.written).toEqual(['\u001b[31mfailed\u001b[0m\n']);
  });

  it('takes what a server says as text: it cannot move the cursor or begin a line', () => {
    const { written, log } = open();
    log.warn('denied\n\u001b[2Jgone');
    expect(written).toEqual([`${TIME} WARN: denied [2Jgone\n`]);
  });
});

describe('the log on a pipe', () => {
  it('has the time before each line, words for levels, and no escape sequences', () => {
    const { written, terminal, log } = open();
    terminal.live(['50.00% (1/2 groups)']);
    log.info('sync done', AT);
    log.warn('late', AT);
    expect(written).toEqual([`${TIME} [prod/vm/100]: sync done\n`, `${TIME} [prod/vm/100]: WARN: late\n`]);
  });
});

describe('the log as JSON', () => {
  it('is one object a line with the run, the job and the place as fields, also on a terminal', () => {
    const { written, terminal, log } = open({ json: true, isTTY: true });
    terminal.live(['50.00% (1/2 groups)']);
    log.info('two\nlines', AT);
    log.error('failed');
    terminal.note('stopping', 'warn');
    expect(written.every((line) => line.endsWith('}\n') && line.split('\n').length === 2)).toBe(true);
    const run = { timestamp: TIME, job: 'daily', run: 'run-1' };
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: 'INFO', message: 'two\nlines', ...run, ...AT },
      { level: 'ERROR', message: 'failed', ...run },
      { level: 'WARN', message: 'stopping', timestamp: TIME },
    ]);
  });
});
