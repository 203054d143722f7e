import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldReport } from '../../../lib/sync/report/fold-report.ts';
import { parseReport, reportJsonSchema } from '../../../lib/sync/report/report.ts';
import { damagedChunk, groupRecord, runFacts } from './facts.ts';

const FILE = join(import.meta.dirname, '../../../docs/report.schema.json');
const failing = groupRecord({
  state: 'errors',
  failures: [damagedChunk],
  failureCount: 60,
  skipped: [{ reason: 'in-progress', count: 1, first: 'a', last: 'a' }],
});

describe('the schema of the report', () => {
  it('is in docs/ as it is in the code', () => {
    expect(JSON.parse(readFileSync(FILE, 'utf8')), 'run npm run schema').toEqual(JSON.parse(JSON.stringify(reportJsonSchema())));
  });

  it.each([
    foldReport(runFacts([groupRecord(), groupRecord({ name: 'vm/2', state: 'running', doing: 'chunks' })])),
    foldReport(runFacts([failing], { removed: { snapshots: 1, groups: 0, namespaces: 0, kept: ['vm/1: protected'] } })),
    foldReport(runFacts([], { error: { Error: 'States.Timeout', Cause: '' } })),
    foldReport(runFacts([], { decision: 'skip', message: 'busy' })),
  ])('takes what a run writes: %#', (report) => {
    expect(parseReport(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('refuses another version, and takes members that a later Flotilla adds', () => {
    const report = foldReport(runFacts([]));
    expect(() => parseReport({ ...report, version: 2 })).toThrow('version');
    expect(parseReport({ ...report, added: 1 })).toEqual(report);
  });
});
