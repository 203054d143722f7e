import { jobDocument, mergeOverrides, parseJob } from '../config/job-document.ts';
import { iso } from '../sync/iso.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { openCloud } from './open-cloud.ts';
import { planLines } from './plan-lines.ts';

/** Prints the limits that a run has to keep and what it would do, from listings alone, and changes nothing. */
export async function planCommand(
  job: string,
  overrides: object,
  options: CommonOptions,
  context: CliContext,
): Promise<ExitCode> {
  const document = mergeOverrides(jobDocument(readConfig(options, context), job), overrides);
  const cloud = await openCloud(options, context);
  try {
    const run = { id: 'plan', startedAt: iso(context.now()) };
    const worker = cloud.services.openWorker(parseJob(document), run, { getRemainingTimeInMillis: () => Infinity });
    for await (const { text } of planLines(worker)) context.terminal.print(text);
    return EXIT.done;
  } finally {
    await cloud.close();
  }
}
