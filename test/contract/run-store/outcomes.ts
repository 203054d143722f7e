import { expect, it } from 'vitest';
import type { Outcome } from '../../../lib/sync/report/outcome.ts';
import type { RunStore } from '../../../lib/sync/run-store.ts';
import { fresh, group, run } from './samples.ts';

const MOVED = { chunks: 3, chunksKnown: 5, chunksTwice: 0, bytes: 4096, bytesSaved: 8192, copied: 0, verified: 3 };
const ENDED = { reason: 'new', endedAt: '2025-11-01T08:00:00.000Z', seconds: 1.5, moved: MOVED } as const;

function copied(snapshot: string): Outcome {
  return { outcome: 'copied', snapshot, ...ENDED };
}

export function describeOutcomes(store: () => RunStore): void {
  const list = async (ref: Parameters<RunStore['listOutcomes']>[0]) => Array.fromAsync(store().listOutcomes(ref));

  it('gives back what became of each snapshot, group after group, in the order of the snapshots', async () => {
    const ref = run(fresh('job'), 1);
    const failure = { kind: 'DataError', code: 'CHUNK_MISSING', message: 'm', snapshot: 's2', digest: 'd', moreDigests: ['e'] };
    const outcomes: Outcome[] = [
      copied('2025-11-01T08:10:00Z'),
      { outcome: 'failed', snapshot: '2025-11-02T08:10:00Z', ...ENDED, failure },
      { outcome: 'left-out', snapshot: '2025-11-03T08:10:00Z', ...ENDED, skipped: 'vanished' },
    ];
    for (const outcome of outcomes.toReversed()) {
      await store().saveOutcome(ref, group('', 'vm/10'), outcome);
      await store().saveOutcome(ref, group('', 'vm/1'), outcome);
    }
    expect(await list(ref)).toStrictEqual(
      ['vm/1', 'vm/10'].flatMap((name) => outcomes.map((outcome) => ({ group: group('', name), outcome }))),
    );
  });

  it('replaces what was saved of a snapshot before, and mixes neither runs nor groups that read alike', async () => {
    const ref = run(fresh('job'), 1);
    await store().saveOutcome(ref, group('a', 'b/c'), { outcome: 'left-out', snapshot: 's', ...ENDED, skipped: 'unreadable' });
    await store().saveOutcome(ref, group('a', 'b/c'), copied('s'));
    await store().saveOutcome(ref, group('a/b', 'c'), copied('s'));
    await store().saveOutcome({ ...ref, id: 'other' }, group('a', 'b/c'), copied('t'));
    const found = await list(ref);
    expect(found).toHaveLength(2);
    expect(found).toEqual(
      expect.arrayContaining([
        { group: group('a', 'b/c'), outcome: copied('s') },
        { group: group('a/b', 'c'), outcome: copied('s') },
      ]),
    );
  });

  it('lists them over many pages', async () => {
    const ref = run(fresh('job'), 1);
    const failure = {
      kind: 'DataError',
      code: 'X',
      message: 'm'.repeat(900),
      moreDigests: Array.from({ length: 50 }, () => 'd'.repeat(600)),
    };
    const names = Array.from({ length: 40 }, (_, index) => String(index).padStart(4, '0'));
    for (const snapshot of names) {
      await store().saveOutcome(ref, group('', 'vm/1'), { outcome: 'failed', snapshot, ...ENDED, failure });
    }
    expect((await list(ref)).map(({ outcome }) => outcome.snapshot)).toEqual(names);
  });
}
