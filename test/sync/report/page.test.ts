import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldReport } from '../../../lib/sync/report/fold-report.ts';
import { renderReportPage } from '../../../lib/sync/report/page/render-page.ts';
import type { Report } from '../../../lib/sync/report/report.ts';
import { noTally } from '../../../lib/sync/report/tally.ts';
import { damagedChunk, groupRecord, runFacts } from './facts.ts';

const VOID_TAGS = new Set(['meta', 'link', 'input', '!doctype']);

/** The tags that are open at the end or closed without being open, in the order they are met; style and script are left out. */
function unbalanced(page: string): string[] {
  const body = page.replace(/<(style|script)>[^]*?<\/\1>/g, '');
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, tag = ''] of body.matchAll(/<(\/?)([a-z!][a-z0-9]*)[^>]*>/g)) {
    if (VOID_TAGS.has(tag)) continue;
    if (slash === '') open.push(tag);
    else if (open.pop() !== tag) wrong.push(`/${tag}`);
  }
  return [...wrong, ...open];
}

const failing = groupRecord({ namespace: 'prod', state: 'errors', failures: [damagedChunk], failureCount: 1 });
const full = foldReport(
  runFacts([groupRecord({ skipped: [{ reason: 'vanished', count: 2, first: 'a', last: 'b' }] }), failing], {
    removed: { snapshots: 1, groups: 0, namespaces: 0, kept: ['vm/1: protected on the target'] },
  }),
);

const everything = foldReport(
  runFacts(
    [
      groupRecord({
        tally: { ...noTally(), snapshotsUpdated: 1, snapshotsFailed: 1, target: { ...noTally().target, put: 12 } },
        snapshots: 3,
      }),
      groupRecord({ name: 'vm/2', tally: noTally() }),
    ],
    { planned: [{ namespace: '', name: 'vm/3' }], removed: { snapshots: 1, groups: 0, namespaces: 0, kept: [] } },
  ),
);

describe('renderReportPage', () => {
  it('says first how the run ended, then the totals, the failures and the groups', () => {
    const page = renderReportPage(full);
    const places = ['Done with errors', 'Snapshots copied', '1 failure', 'What moved', 'Requests', '2 groups with work'].map(
      (text) => page.indexOf(text, page.indexOf('<main>')),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('says what failed and what to do', () => {
    const page = renderReportPage(full);
    for (const text of [
      damagedChunk.message,
      'prod/vm/100',
      'drive-scsi0.img.fidx',
      'CHUNK_DIGEST_MISMATCH',
      'Verify the snapshot on the source',
    ]) {
      expect(page).toContain(text);
    }
  });

  it.each<[string, Report]>([
    ['a good run', foldReport(runFacts([groupRecord()]))],
    ['nothing to do', foldReport(runFacts([]))],
    ['a run with errors', full],
    ['a failed run', foldReport(runFacts([], { totalGroups: 0, error: { Error: 'Bug', Cause: 'it broke' } }))],
    ['a skipped run', foldReport(runFacts([], { decision: 'skip', message: 'busy' }))],
    ['a stopped run', foldReport(runFacts([groupRecord({ state: 'stopped' })]))],
    ['a run that another one was in the way of', foldReport(runFacts([], { error: { Error: 'ConflictError', Cause: 'busy' } }))],
    ['a run that ended without a word', { ...foldReport(runFacts([])), state: 'failed' }],
    ['a run that was skipped without a word', foldReport(runFacts([], { decision: 'skip' }))],
    ['a run at work', { ...full, state: 'running' }],
    ['a run that the state machine ended', foldReport(runFacts([], { error: { Error: 'States.Timeout', Cause: '' } }))],
    ['a run of many kinds', everything],
    ['a dry run', foldReport(runFacts([], { dryRun: true }))],
    ['a run with a dead worker', foldReport(runFacts([groupRecord({ state: 'running', doing: 'chunks' })]))],
  ])('is well-formed and fetches nothing for %s', (_, report) => {
    const page = renderReportPage(report);
    expect(unbalanced(page)).toEqual([]);
    expect(page).not.toMatch(/(src|href|action)="(?!data:,")|@import|url\(/);
    expect(page).toContain("default-src 'none'");
  });

  it('has landmarks, one first heading, captions and scopes for screen readers', () => {
    const page = renderReportPage(full);
    for (const tag of ['<header>', '<main>', '<footer>', '<h1>', '<html lang="en">']) expect(page.split(tag)).toHaveLength(2);
    expect(page.match(/<table/g)).toHaveLength(page.match(/<caption/g)?.length ?? 0);
    expect(page.match(/<th /g)).toHaveLength(page.match(/<th [^>]*scope="(row|col)"/g)?.length ?? 0);
  });

  it('shows any text as text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'a', '=', ' ', '$', '`', '\\', '\n') }),
        (text) => {
          const hostile = `<script>${text}`;
          const record = groupRecord({
            namespace: hostile,
            name: hostile,
            state: 'errors',
            failures: [{ ...damagedChunk, message: hostile }],
            failureCount: 1,
          });
          const facts = runFacts([record], {
            source: hostile,
            target: hostile,
            run: { job: hostile, id: hostile, startedAt: '2025-11-01T08:10:00.000Z' },
          });
          const page = renderReportPage(foldReport(facts));
          expect(page.match(/<script/g)).toHaveLength(1);
          expect(unbalanced(page)).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('names each of 5,000 groups, folds many failures away and says how many more there are', () => {
    const records = Array.from({ length: 5000 }, (_, index) =>
      groupRecord({
        name: `vm/${String(index)}`,
        ...(index % 5 === 0 && { state: 'errors', failures: [damagedChunk], failureCount: 1 }),
      }),
    );
    const page = renderReportPage(foldReport(runFacts(records, { totalGroups: 5000 })));
    expect(page.match(/data-name="vm\/\d+"/g)).toHaveLength(5000);
    expect(page).toContain('1,000 failures');
    expect(page).toContain('480 more of them');
    expect(page).toContain('500 more are counted');
  });
});
