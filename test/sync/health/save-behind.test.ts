import { describe, expect, it } from 'vitest';
import { openLacked } from '../../../lib/sync/health/lacked.ts';
import { laterLook, type BehindAt } from '../../../lib/sync/report/lag.ts';
import { saveBehind, type RunView } from '../../../lib/sync/health/save-behind.ts';
import { memoryStandings } from '../../support/memory-standing.ts';
import { groupRecord } from '../report/facts.ts';

const [EARLY, LATE] = ['2025-11-01T08:00:00.000Z', '2025-11-01T20:00:00.000Z'];
const lacks = (missing: number, at: string): BehindAt => ({ missing, at });

/** What is known of the one group once a run has ended whose plan and worker saw this. */
async function knownAfter(planned: BehindAt, worker: BehindAt): Promise<number | undefined> {
  const store = memoryStandings();
  const view: RunView = {
    plan: [{ kind: 'group', namespace: '', name: 'vm/100', missingNamespaces: [], behind: planned }],
    records: [groupRecord({ behind: worker })],
    ...{ job: 'daily', looked: { at: LATE, whole: true }, now: Date.parse(LATE) },
  };
  await saveBehind(view, store);
  const [group] = await Array.fromAsync(store.listBehind('daily'));
  return group?.missing;
}

describe('what a group lacks when a run has ended', () => {
  it('is what its worker saw, who looked after the plan', async () => {
    expect(await knownAfter(lacks(3, EARLY), lacks(1, LATE))).toBe(1);
    expect(await knownAfter(lacks(3, LATE), lacks(1, LATE))).toBe(1);
  });

  it('is what the plan of a run saw that was begun again, where no worker has looked since', async () => {
    expect(await knownAfter(lacks(3, LATE), lacks(1, EARLY))).toBe(3);
    expect(openLacked(laterLook(lacks(3, LATE), lacks(1, EARLY))).record()).toEqual({ behind: lacks(3, LATE) });
  });
});
