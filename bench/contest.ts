import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SOURCE_BUCKET, withDatastore } from './buckets.ts';
import { judgeOrder, type CommitOrder } from './commit-order.ts';
import type { MadeDatastore } from './make-datastore.ts';
import { measure, type Command, type Taken } from './measure.ts';
import type { Act, Profile } from './profiles.ts';
import type { S3Server, ServerKind } from './servers.ts';
import { openStage, type Network, type Sides, type Stage } from './stage.ts';
import { sum } from './sum.ts';
import type { Tool } from './tool.ts';

export interface Contest {
  readonly profile: Profile;
  readonly made: MadeDatastore;
  readonly source: S3Server;
  readonly kind: ServerKind;
  readonly network: Network;
  readonly tools: readonly Tool[];
  readonly rounds: number;
  readonly inFlight: number;
  /** Everything the contest makes is in it. */
  readonly folder: string;
  readonly tell: (line: string) => void;
}

/** One tool at one act in one round. */
export interface Outcome extends Taken {
  readonly tool: string;
  readonly act: Act;
  readonly round: number;
  readonly sides: SideFigures | undefined;
  readonly order: CommitOrder | undefined;
}

/** Thousands of keys are of no use to a reader. */
type SideFigures = { readonly [Side in keyof Sides]: Omit<Sides[Side], 'visible'> };

/** Every tool in every round, by turns, so that what else happens on the machine meets all of them. */
export async function holdContest(contest: Contest): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let round = 1; round <= contest.rounds; round++) {
    const turn = (round - 1) % contest.tools.length;
    const order = [...contest.tools.slice(turn), ...contest.tools.slice(0, turn)];
    for (const tool of order) outcomes.push(...(await playTool(contest, tool, round)));
  }
  return outcomes;
}

async function playTool(contest: Contest, tool: Tool, round: number): Promise<Outcome[]> {
  const folder = join(contest.folder, 'work');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const stage = await openStage(contest.source, contest.kind, contest.folder, contest.network);
  const visible = new Map<string, number>();
  const outcomes: Outcome[] = [];
  try {
    for (const act of ['first', ...contest.profile.acts.filter((each) => each !== 'first')] as const) {
      if (act === 'new') await changeNight(contest, 'add');
      const outcome = await playAct(contest, { tool, act, round, stage, folder, visible });
      if (contest.profile.acts.includes(act)) outcomes.push(outcome);
      contest.tell(
        `round ${round}, ${tool.name}, ${act}: ${outcome.seconds.toFixed(1)} s, ${outcome.cpuSeconds.toFixed(1)} CPU-s, exit ${outcome.exitCode}`,
      );
    }
  } finally {
    if (contest.profile.acts.includes('new')) await changeNight(contest, 'remove');
    await stage.close();
  }
  return outcomes;
}

interface Turn {
  readonly tool: Tool;
  readonly act: Act;
  readonly round: number;
  readonly stage: Stage;
  readonly folder: string;
  /** What became visible in this and the earlier acts. */
  readonly visible: Map<string, number>;
}

async function playAct(contest: Contest, { tool, act, round, stage, folder, visible }: Turn): Promise<Outcome> {
  // What was written before must not be written out while this is measured.
  spawnSync('sync');
  await stage.take();
  const { source, target } = stage;
  const commands = tool.commands({ source, target, folder, inFlight: contest.inFlight });
  const taken = await measureAll(commands, join(contest.folder, `${tool.name.replaceAll(/[^a-z0-9]+/g, '-')}.log`));
  const sides = await stage.take();
  for (const [key, at] of sides?.target.visible ?? []) if (!visible.has(key)) visible.set(key, at);
  const order = sides === undefined ? undefined : judgeOrder(contest.made.needs, visible);
  return { tool: tool.name, act, round, ...taken, sides: sides && withoutKeys(sides), order };
}

/** The commands of one sync count as one: their times add up. */
async function measureAll(commands: readonly Command[], log: string): Promise<Taken> {
  const all: Taken[] = [];
  for (const command of commands) all.push(await measure(command, log));
  return {
    seconds: sum(all.map(({ seconds }) => seconds)),
    cpuSeconds: sum(all.map(({ cpuSeconds }) => cpuSeconds)),
    peakBytes: all.reduce<number | undefined>(
      (most, { peakBytes }) => (peakBytes === undefined ? most : Math.max(most ?? 0, peakBytes)),
      undefined,
    ),
    exitCode: all.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0,
  };
}

function withoutKeys({ source, target }: Sides): SideFigures {
  return { source: figuresOf(source), target: figuresOf(target) };
}

function figuresOf(report: Sides['source']): SideFigures['source'] {
  const entries = Object.entries(report).filter(([name]) => name !== 'visible');
  return Object.fromEntries(entries) as unknown as SideFigures['source'];
}

/** One more night of backups in the source, or gone again: the next tool begins where this one did. */
async function changeNight({ source, made }: Contest, change: 'add' | 'remove'): Promise<void> {
  await withDatastore(source, SOURCE_BUCKET, async (datastore) => {
    if (change === 'remove') return datastore.delete(made.night.map(({ key }) => key));
    for (const { key, file } of made.night) await datastore.put(key, await readFile(file));
  });
}
