import { describe, expect, it } from 'vitest';
import { groupedLog } from '../../lib/cli/grouped-log.ts';
import { fakeTimers } from '../support/fake-timers.ts';

function open(direct = false) {
  const lines: string[] = [];
  const timers = fakeTimers();
  return { lines, timers, log: groupedLog((line) => lines.push(line), timers.after, { direct }) };
}

describe('groupedLog', () => {
  it('keeps lines of two groups apart that are written in turns', () => {
    const { lines, log } = open();
    for (const number of [1, 2, 3]) for (const group of ['a', 'b']) log.write(`${group}${String(number)}`, group);
    expect(lines).toEqual([]);
    log.flush('b');
    log.flush('a');
    expect(lines).toEqual(['b1', 'b2', 'b3', 'a1', 'a2', 'a3']);
  });

  it('writes a group’s lines when a sixth one comes', () => {
    const { lines, log } = open();
    for (const number of [1, 2, 3, 4, 5]) log.write(String(number), 'a');
    expect(lines).toEqual([]);
    log.write('6', 'a');
    log.write('7', 'a');
    expect(lines).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('writes what a group has said when it says nothing more for a second, and leaves the others', () => {
    const { lines, log, timers } = open();
    log.write('a1', 'a');
    timers.advance(600);
    log.write('a2', 'a');
    log.write('b1', 'b');
    timers.advance(600);
    log.write('b2', 'b');
    expect(lines).toEqual([]);
    timers.advance(400);
    expect(lines).toEqual(['a1', 'a2']);
    timers.advance(600);
    expect(lines).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  it('writes lines about the whole run after what happened before them, and all that it holds when it is closed', () => {
    const { lines, log, timers } = open();
    log.write('a1', 'a');
    log.write('the run');
    expect(lines).toEqual(['a1', 'the run']);
    log.write('b1', 'b');
    log.close();
    timers.advance(5000);
    expect(lines).toEqual(['a1', 'the run', 'b1']);
  });

  it('holds nothing back with one worker', () => {
    const { lines, log } = open(true);
    log.write('a1', 'a');
    expect(lines).toEqual(['a1']);
  });
});
