import { describe, expect, it } from 'vitest';
import { keepPreviews } from '../../lib/web/previews.ts';
import { previewView } from '../../lib/page/preview.ts';
import { memoryWorld } from './memory-world.ts';

const form = { values: { given: {}, none: [] }, token: 't', request: 'r' };

describe('what was found out of a run that somebody may start', () => {
  it('is kept for an hour', async () => {
    const clock = memoryWorld();
    const previews = keepPreviews(clock.world);
    const { key, ended } = previews.begin(clock.world.document('nightly')!, form.values);
    await ended;
    clock.now += 3_599_000;
    expect(previews.get('nightly', key)?.preview.state).toBe('done');
    expect(previews.get('weekly', key)).toBeUndefined();
    clock.now += 1000;
    expect(previews.get('nightly', key)).toBeUndefined();
    clock.now -= 1000;
    expect(previews.get('nightly', key)).toBeUndefined();
  });

  it('says how many lines it has beyond those that are kept', () => {
    const preview = { state: 'done', lines: ['[vm/100]: copy'], more: 19_000 } as const;
    const { parts } = previewView({ job: 'nightly', key: 'k', preview, given: [], form });
    expect(parts[1]?.markup.markup).toContain('and 19,000 lines more, which flotilla plan prints');
  });
});
