import { describe, expect, it } from 'vitest';
import { parseJob } from '../../lib/config/job-document.ts';
import type { Job } from '../../lib/sync/job.ts';
import { edit, faultsOf, parse } from './sample.ts';

/** The sample file with lines in its job, which begin at line 17. */
function withOptions(...lines: string[]): string {
  return edit('    target: offsite', '    target: offsite', ...lines.map((line) => `    ${line}`));
}

function jobOf(...lines: string[]): Job {
  return parseJob(parse(withOptions(...lines)).jobs[0]);
}

/** The faults without the place of the file. */
function problemsOf(...lines: string[]): string[] {
  return faultsOf(withOptions(...lines)).map((fault) => fault.replace(/^flotilla\.yaml:\d+:\d+ {2}jobs\[0\]\./, ''));
}

describe('the options of a PBS sync job', () => {
  it('are read in the spelling of PBS', () => {
    const job = jobOf(
      ...['max-depth: 3', 'group-filter:', '  - type:vm', '  - exclude:group:vm/100', '  - include:regex:^ct/(1|2):?'],
      ...['transfer-last: 5', 'verified-only: true', 'encrypted-only: true', 'resync-corrupt: true', 'owner: sync@pbs!offsite'],
      ...['remove-vanished: true', 'max-delete: 10%', 'vanished-by-filter: true', 'fill-gaps: true', 'carry-marks: false'],
      ...['target-in-use: allow', 'rate-in: 20 MiB', 'burst-in: 1.5g', 'rate-out: 1000000', 'burst-out: "4k"'],
    );
    expect(job).toMatchObject({
      ...{
        maxDepth: 3,
        transferLast: 5,
        verifiedOnly: true,
        encryptedOnly: true,
        resyncCorrupt: true,
        owner: 'sync@pbs!offsite',
      },
      ...{ removeVanished: true, maxDelete: { kind: 'share', share: 0.1 }, vanishedByFilter: true, fillGaps: true },
      ...{ carryMarks: false, targetInUse: 'allow', rateIn: 20 * 1024 * 1024, burstIn: 1.5e9, rateOut: 1e6, burstOut: 4000 },
    });
    expect(job.groupFilter.map(({ action, match }) => [action, match.kind])).toEqual([
      ['include', 'type'],
      ['exclude', 'group'],
      ['include', 'regex'],
    ]);
  });

  it.each<[string, object]>([
    ['max-delete: 100%', { kind: 'share', share: 1 }],
    ['max-delete: 0.5 %', { kind: 'share', share: 0.005 }],
    ['max-delete: 12', { kind: 'count', count: 12 }],
    ['max-delete: "12"', { kind: 'count', count: 12 }],
  ])('take %s', (line, expected) => {
    expect(jobOf(line).maxDelete).toEqual(expected);
  });

  it.each([
    ['max-depth: 8', 'max-depth  8 is too high; wanted a whole number from 0 to 7'],
    ['transfer-last: 0', 'transfer-last  0 is too low; wanted a whole number of at least 1'],
    ['group-filter: type:vm', 'group-filter  "type:vm" is text; wanted a list: put it on a line of its own after "- "'],
    [
      'group-filter: [{ type: vm }]',
      'group-filter[0]  the value is a set of keys; wanted text: leave out the blank after the colon, or put it in quotes',
    ],
    ['group-filter: ["vm/100"]', 'group-filter[0]  "vm/100" is no filter; write group:vm/100'],
    [
      'group-filter: ["regex:a(?=b)"]',
      'group-filter[0]  "regex:a(?=b)" has (?=, a look-around, which the regular expressions of PBS do not have',
    ],
    ['owner: root', 'owner  "root" is no owner; write source for the owner on the source, or user@realm, or user@realm!token'],
    ['max-delete: 0.25', 'max-delete  0.25 is no whole number; write a share such as 25%, or a whole number of snapshots'],
    ['max-delete: 101%', 'max-delete  "101%" is more than all; wanted at most 100%'],
    ['max-delete: 0%', 'max-delete  "0%" would refuse every removal; leave remove-vanished off instead'],
    ['max-delete: half', 'max-delete  "half" is no limit; write a share such as 25%, or a whole number of snapshots'],
    ['max-delete: true', 'max-delete  true is neither text nor a number; wanted such as 25% or 100'],
    ['carry-marks: "no"', 'carry-marks  "no" is text; wanted true or false'],
    ['target-in-use: ignore', 'target-in-use  "ignore" is not known here; wanted refuse or allow'],
    ['rate-in: 100 Mbit/s', 'rate-in  "100 Mbit/s" means bits; write bytes, an eighth of it: 12.5 MB'],
    ['rate-out: 0', 'rate-out  0 is less than a byte; leave the key out for no limit'],
    ['burst-in: 1 MB', 'burst-in  stands without rate-in, which it belongs to; add that, or leave it out'],
    ['burst-out: 1 MB', 'burst-out  stands without rate-out, which it belongs to; add that, or leave it out'],
  ])('refuse %s', (line, fault) => {
    expect(problemsOf(line)).toEqual([fault]);
  });
});

describe('max-depth', () => {
  it.each([
    ['namespace', 'a/b/c', 4],
    ['target-namespace', 'a', 6],
    ['namespace', 'a/b/c/d/e/f/g', 0],
  ])('goes to the 7 levels of PBS below the %s %s', (key, anchor, most) => {
    expect(problemsOf(`${key}: ${anchor}`, `max-depth: ${most}`)).toEqual([]);
    const levels = 7 - most === 1 ? '1 level' : `${7 - most} levels`;
    expect(problemsOf(`${key}: ${anchor}`, `max-depth: ${most + 1}`)).toEqual([
      `max-depth  ${most + 1} is too deep, since PBS allows 7 below the root and the ${key} has ${levels}: wanted at most ${most}`,
    ]);
  });

  it('says nothing of an anchor that is wrong itself', () => {
    expect(problemsOf('namespace: /a', 'max-depth: 7')).toEqual([expect.stringMatching(/^namespace /)]);
  });
});
