import { describe, expect, it } from 'vitest';
import { statusCommand } from '../../lib/cli/status-command.ts';
import { openTerminal } from '../../lib/cli/terminal.ts';
import { openSystemWorld } from '../support/system-world.ts';

function open(stream: { isTTY?: boolean; columns?: number; rows?: number }, environment = {}) {
  const written: string[] = [];
  const out = { ...stream, write: (text: string) => written.push(text) };
  return { written, terminal: openTerminal(out, { write: () => true }, { environment }) };
}

describe('the screen that results go to', () => {
  it('is none where they go to a pipe', () => {
    expect(open({}).terminal.screen).toBeUndefined();
  });

  it('has colours unless they are not wanted', () => {
    expect(open({ isTTY: true, columns: 100 }).terminal.screen).toMatchObject({ colour: true, columns: 100 });
    expect(open({ isTTY: true }, { NO_COLOR: '1' }).terminal.screen).toMatchObject({ colour: false, columns: 80 });
  });

  it('is drawn anew, with as many lines as there is room for', () => {
    const { terminal, written } = open({ isTTY: true, rows: 3 });
    terminal.screen?.draw(['one', 'two', 'three']);
    expect(written).toEqual(['\u001b[H\u001b[Jone\ntwo\n']);
  });
});

it('status --watch draws each look over the last on a screen, and prints it below on a pipe, until it is stopped', async () => {
  const world = await openSystemWorld([{ id: 'daily' }]);
  for (const isTTY of [true, false]) {
    const { terminal, written } = open({ isTTY, columns: 20, rows: 30 });
    let looks = 0;
    const stop = { ...world.context().stop, asked: () => (looks += 1) > 1 };
    const context = { ...world.context(), terminal, stop };
    expect(await statusCommand(undefined, { ...world.options, watch: '5' }, context)).toBe(0);
    const heads = written.join('').match(/1 job: nothing is at work/g);
    expect([heads?.length, written.filter((text) => text.startsWith('\u001b[H')).length]).toEqual([2, isTTY ? 2 : 0]);
    expect(written.join('').includes('by hand')).toBe(!isTTY);
  }
  const wrong = statusCommand(undefined, { ...world.options, watch: 'x' }, world.context());
  await expect(wrong).rejects.toMatchObject({ code: 'WATCH_INVALID' });
  await world.close();
});
