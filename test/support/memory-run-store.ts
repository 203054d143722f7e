import type { Group } from '../../lib/datastore/group.ts';
import {
  askGate,
  longestLine,
  NO_STARTS,
  recordStart,
  secondsToPlace,
  placeInterval,
} from '../../lib/limits/start-gate/start-gate.ts';
import type { StartGate } from '../../lib/limits/start-gate/start-gate.ts';
import type { GroupRecord } from '../../lib/sync/report/group-record.ts';
import type { DeferredGroup } from '../../lib/sync/payloads.ts';
import type { Outcome } from '../../lib/sync/report/outcome.ts';
import { firstBefore, joinLine, leaveLine, type LockWaiter } from '../../lib/sync/overlap/lock-line.ts';
import { isRunning, type LeaseTime } from '../../lib/sync/overlap/clocks.ts';
import { askTurn, putBack, type Turn } from '../../lib/sync/overlap/turn.ts';
import type { Lock, LockAnswer, LockKey } from '../../lib/sync/overlap/lock-store.ts';
import type { Refusal, Replica, RunRecord, RunRef, RunStore, StopAsk, Suspension, TickRecord } from '../../lib/sync/run-store.ts';
import type { WrittenRecord } from '../../lib/sync/written-record.ts';
import { memoryStandings } from './memory-standing.ts';

interface Held {
  readonly owner: string | undefined;
  readonly fence: number;
  readonly leaseUntil: number;
}

/** The run store in this process's memory: keeps the same promises as the table, and the same skew margin. */
export function memoryRunStore(): RunStore {
  const leases = new Map<string, number>();
  return {
    ...memoryLocks((run, at) => isRunning(leases.get(runName(run)) ?? -Infinity, at)),
    ...memoryTicks(),
    ...memorySuspensions(),
    ...memoryStartGates(),
    ...memoryTurns(leases),
    ...memoryRuns(),
    ...memoryStops(),
    ...memoryGroups(),
    ...memoryDeferred(),
    ...memoryOutcomes(),
    ...memoryReplicas(),
    ...memoryWritten(),
    ...memoryStandings(),
  };
}

type LockMethods = Pick<RunStore, 'acquireLock' | 'awaitLock' | 'leaveLock' | 'renewLock' | 'releaseLock' | 'yieldLock'>;

function memoryLocks(hasLease: (run: RunRef, at: LeaseTime) => boolean): LockMethods {
  const locks = new Map<string, Held>();
  const lines = new Map<string, readonly LockWaiter[]>();
  const nameOf = (key: LockKey): string => textOf(key.target, key.group.namespace, key.group.name);
  const lineOf = (key: LockKey): readonly LockWaiter[] => lines.get(nameOf(key)) ?? [];
  const isOurs = (lock: Lock): boolean => {
    const held = locks.get(nameOf(lock.key));
    return held?.owner === lock.owner && held.fence === lock.fence;
  };
  const take = (key: LockKey, owner: string, leaseUntil: number): LockAnswer => {
    const taken = { owner, fence: (locks.get(nameOf(key))?.fence ?? 0) + 1, leaseUntil };
    locks.set(nameOf(key), taken);
    return { lock: { key, ...taken } };
  };
  const refuse = (key: LockKey, asker: { owner: string; order?: string }, at: LeaseTime): LockAnswer | undefined => {
    const held = locks.get(nameOf(key));
    if (held?.owner === asker.owner) return undefined;
    if (held?.owner !== undefined && isRunning(held.leaseUntil, at)) return { heldBy: held.owner, leaseUntil: held.leaseUntil };
    const line = lineOf(key).filter(({ run, until }) => isRunning(until, at) || hasLease(run, at));
    const before = firstBefore(line, asker);
    return before && { heldBy: before.owner, leaseUntil: before.until };
  };
  return {
    async acquireLock(key, owner, now, leaseMs): Promise<LockAnswer> {
      return refuse(key, { owner }, { now, leaseMs }) ?? take(key, owner, now + leaseMs);
    },
    async awaitLock(key, asker, now, leaseMs): Promise<LockAnswer> {
      const refused = refuse(key, asker, { now, leaseMs });
      const waiter = { ...asker, until: now + leaseMs };
      lines.set(nameOf(key), refused === undefined ? leaveLine(lineOf(key), asker.owner) : joinLine(lineOf(key), waiter));
      return refused ?? take(key, asker.owner, now + leaseMs);
    },
    async leaveLock(key, owner): Promise<void> {
      const held = locks.get(nameOf(key));
      if (held?.owner === owner) locks.set(nameOf(key), { owner: undefined, fence: held.fence, leaseUntil: 0 });
      lines.set(nameOf(key), leaveLine(lineOf(key), owner));
    },
    async renewLock(lock, now, leaseMs): Promise<Lock | undefined> {
      if (!isOurs(lock)) return undefined;
      const leaseUntil = now + leaseMs;
      locks.set(nameOf(lock.key), { owner: lock.owner, fence: lock.fence, leaseUntil });
      return { ...lock, leaseUntil };
    },
    async releaseLock(lock): Promise<void> {
      if (isOurs(lock)) locks.set(nameOf(lock.key), { owner: undefined, fence: lock.fence, leaseUntil: 0 });
    },
    async yieldLock(lock, asker, now, leaseMs): Promise<void> {
      if (!isOurs(lock)) return;
      locks.set(nameOf(lock.key), { owner: undefined, fence: lock.fence, leaseUntil: 0 });
      lines.set(nameOf(lock.key), joinLine(lineOf(lock.key), { ...asker, until: now + leaseMs }));
    },
  };
}

function memoryStartGates(): Pick<RunStore, 'claimStart'> {
  const gates = new Map<string, StartGate>();
  return {
    async claimStart(target, { batch, place }, clock) {
      await Promise.resolve();
      const now = clock();
      const gate = gates.get(target) ?? NO_STARTS;
      const answer = askGate(gate, batch, now, place);
      if ('at' in answer) {
        gates.set(target, recordStart(gate, batch, answer.at));
        return { startedAt: answer.at };
      }
      const line = gate.line > longestLine(batch, now) ? 0 : gate.line;
      const own = place ?? Math.max(line, answer.opensAt);
      if (place === null) gates.set(target, { ...gate, line: own + placeInterval(batch) });
      return { place: own, waitSeconds: secondsToPlace(own, answer.opensAt, now) };
    },
  };
}

function memoryTicks(): Pick<RunStore, 'claimCause' | 'loadCause' | 'loadTick' | 'saveTick'> {
  const causes = new Map<string, string>();
  const schedules = new Map<string, TickRecord>();
  return {
    async claimCause(job, cause, run): Promise<boolean> {
      const first = causes.get(textOf(job, cause)) ?? run;
      causes.set(textOf(job, cause), first);
      return first === run;
    },
    async loadCause(job, cause): Promise<string | undefined> {
      return causes.get(textOf(job, cause));
    },
    async loadTick(job, schedule): Promise<TickRecord | undefined> {
      return structuredClone(schedules.get(textOf(job, schedule)));
    },
    async saveTick(job, schedule, record, before): Promise<boolean> {
      const known = schedules.get(textOf(job, schedule));
      const isOurs = known?.served === record.served && known.run === record.run;
      if (!isOurs && (known?.served !== before?.served || known?.run !== before?.run)) return false;
      schedules.set(textOf(job, schedule), structuredClone(record));
      return true;
    },
  };
}

function memorySuspensions(): Pick<RunStore, 'loadSuspension' | 'saveSuspension' | 'removeSuspension'> {
  const suspensions = new Map<string | undefined, Suspension>();
  return {
    async loadSuspension(job): Promise<Suspension | undefined> {
      return suspensions.get(job);
    },
    async saveSuspension(job, suspension): Promise<void> {
      suspensions.set(job, structuredClone(suspension));
    },
    async removeSuspension(job): Promise<void> {
      suspensions.delete(job);
    },
  };
}

type TurnMethods = Pick<RunStore, 'askTurn' | 'beginWork' | 'renewTurn' | 'releaseTurn' | 'listLiving'>;

function memoryTurns(leases: Map<string, number>): TurnMethods {
  const jobs = new Map<string, readonly Turn[]>();
  const orders = new Map<string, string>();
  const turnsOf = (job: string): readonly Turn[] => jobs.get(job) ?? [];
  const livingOf = (job: string, at: LeaseTime): readonly Turn[] =>
    turnsOf(job).filter((turn) => isRunning(leases.get(runName({ job, ...turn })) ?? -Infinity, at));
  return {
    async askTurn(asker, now, leaseMs) {
      const living = livingOf(asker.job, { now, leaseMs });
      const { turns, answer } = askTurn(living, asker);
      jobs.set(asker.job, turns);
      if (answer.decision !== 'skip') leases.set(runName(asker), now + leaseMs);
      orders.set(runName(asker), asker.order);
      return answer;
    },
    async beginWork(run): Promise<void> {
      const begun = turnsOf(run.job).map((turn) => (turn.id === run.id ? { ...turn, state: 'working' as const } : turn));
      jobs.set(run.job, begun);
    },
    async renewTurn(run, now, leaseMs): Promise<boolean> {
      const leaseUntil = leases.get(runName(run));
      if (leaseUntil === undefined) return false;
      if (leaseUntil < now || !isRunning(leaseUntil, { now, leaseMs })) {
        jobs.set(run.job, putBack(turnsOf(run.job), run, orders.get(runName(run)) ?? ''));
      }
      leases.set(runName(run), now + leaseMs);
      return true;
    },
    async releaseTurn(run): Promise<void> {
      leases.delete(runName(run));
      const others = turnsOf(run.job).filter(({ id }) => id !== run.id);
      jobs.set(run.job, others);
    },
    listLiving: async (job, now, leaseMs) =>
      new Map(livingOf(job, { now, leaseMs }).map(({ id, startedAt }) => [id, { job, id, startedAt }])),
  };
}

function memoryRuns(): Pick<RunStore, 'saveRun' | 'loadRun' | 'listRuns' | 'saveRefusal' | 'loadRefusal'> {
  const refusals = new Map<string, Refusal>();
  const runs = new Map<string, RunRecord>();
  const nameOf = (run: RunRef): string => textOf(run.job, run.startedAt, run.id);
  return {
    async saveRun(record): Promise<void> {
      runs.set(nameOf(record), structuredClone(record));
    },
    async loadRun(run): Promise<RunRecord | undefined> {
      return structuredClone(runs.get(nameOf(run)));
    },
    async saveRefusal(run, { code, message }): Promise<void> {
      refusals.set(nameOf(run), { code, message });
    },
    async loadRefusal(run): Promise<Refusal | undefined> {
      return refusals.get(nameOf(run));
    },
    async listRuns(job, limit): Promise<readonly RunRecord[]> {
      const ofJob = [...runs.values()].filter((run) => run.job === job);
      const newestFirst = ofJob.toSorted((a, b) => (isBefore(a, b) ? 1 : -1));
      return structuredClone(newestFirst.slice(0, Math.max(limit, 0)));
    },
  };
}

function memoryStops(): Pick<RunStore, 'askStop' | 'loadStop'> {
  const stops = new Map<string, StopAsk>();
  return {
    async askStop(run, ask): Promise<void> {
      stops.set(runName(run), stops.get(runName(run)) ?? { ...ask });
    },
    async loadStop(run): Promise<StopAsk | undefined> {
      return stops.get(runName(run));
    },
  };
}

function memoryGroups(): Pick<RunStore, 'saveGroup' | 'loadGroup' | 'listGroups'> {
  const runs = new Map<string, Map<string, GroupRecord>>();
  const groupsOf = (run: RunRef): Map<string, GroupRecord> => within(runs, textOf(run.job, run.startedAt, run.id));
  return {
    async saveGroup(run, record): Promise<void> {
      groupsOf(run).set(textOf(record.namespace, record.name), structuredClone(record));
    },
    async loadGroup(run, group): Promise<GroupRecord | undefined> {
      return structuredClone(groupsOf(run).get(textOf(group.namespace, group.name)));
    },
    async *listGroups(run): AsyncGenerator<GroupRecord> {
      yield* structuredClone([...groupsOf(run).values()]);
    },
  };
}

function memoryDeferred(): Pick<RunStore, 'saveDeferred' | 'removeDeferred' | 'listDeferred'> {
  const runs = new Map<string, Map<string, DeferredGroup>>();
  const deferredOf = (run: RunRef) => within(runs, textOf(run.job, run.startedAt, run.id));
  return {
    async saveDeferred(run, deferred): Promise<void> {
      deferredOf(run).set(textOf(deferred.item.namespace, deferred.item.name), structuredClone(deferred));
    },
    async removeDeferred(run, { namespace, name }): Promise<void> {
      deferredOf(run).delete(textOf(namespace, name));
    },
    async *listDeferred(run): AsyncGenerator<DeferredGroup> {
      yield* structuredClone([...deferredOf(run).values()]);
    },
  };
}

function memoryOutcomes(): Pick<RunStore, 'saveOutcome' | 'listOutcomes'> {
  const runs = new Map<string, Map<string, { group: Group; outcome: Outcome }>>();
  const outcomesOf = (run: RunRef) => within(runs, textOf(run.job, run.startedAt, run.id));
  return {
    async saveOutcome(run, { namespace, name }, outcome): Promise<void> {
      const entry = structuredClone({ group: { namespace, name }, outcome });
      outcomesOf(run).set(textOf(namespace, name, outcome.snapshot), entry);
    },
    async *listOutcomes(run): AsyncGenerator<{ group: Group; outcome: Outcome }> {
      const entries = [...outcomesOf(run)].toSorted(([a], [b]) => compareBytes(a, b));
      yield* structuredClone(entries.map(([, entry]) => entry));
    },
  };
}

function memoryReplicas(): Pick<RunStore, 'saveReplica' | 'removeReplica' | 'loadReplica' | 'listReplicas' | 'listFailed'> {
  const targets = new Map<string, Map<string, { group: Group; replica: Replica }>>();
  const nameOf = (group: Group, snapshot: string): string => textOf(group.namespace, group.name, snapshot);
  return {
    async saveReplica(target, group, replica): Promise<void> {
      within(targets, target).set(nameOf(group, replica.snapshot), structuredClone({ group, replica }));
    },
    async removeReplica(target, group, snapshot): Promise<void> {
      within(targets, target).delete(nameOf(group, snapshot));
    },
    async loadReplica(target, group, snapshot): Promise<Replica | undefined> {
      return structuredClone(within(targets, target).get(nameOf(group, snapshot))?.replica);
    },
    async *listReplicas(target, { namespace, name }): AsyncGenerator<Replica> {
      const known = structuredClone([...within(targets, target).values()]);
      const ofGroup = known.filter(({ group }) => group.namespace === namespace && group.name === name);
      yield* ofGroup.map(({ replica }) => replica).toSorted((a, b) => compareBytes(a.snapshot, b.snapshot));
    },
    async *listFailed(target): AsyncGenerator<{ group: Group; snapshot: string }> {
      const known = structuredClone([...within(targets, target).values()]);
      const failed = known.filter(({ replica }) => replica.state === 'failed');
      yield* failed.map(({ group, replica }) => ({ group, snapshot: replica.snapshot }));
    },
  };
}

function memoryWritten(): Pick<RunStore, 'addWritten' | 'listWritten' | 'moveWritten'> {
  const jobs = new Map<string, Map<string, WrittenRecord>>();
  const nameOf = ({ namespace, name }: Group): string => textOf(namespace, name);
  return {
    async addWritten(job, { group, marker }, now): Promise<void> {
      if (within(jobs, job).get(nameOf(group))?.marker === marker) return;
      within(jobs, job).set(nameOf(group), { group: { ...group }, marker, state: 'pending', since: now });
    },
    async *listWritten(job): AsyncGenerator<WrittenRecord> {
      yield* structuredClone([...within(jobs, job).values()]);
    },
    async moveWritten(job, { group, marker, state, run }, to, by): Promise<void> {
      const now = within(jobs, job).get(nameOf(group));
      if (now?.marker !== marker || now.state !== state || now.run !== run) return;
      within(jobs, job).set(nameOf(group), { ...now, state: to, run: by });
    },
  };
}

function runName({ job, startedAt, id }: RunRef): string {
  return textOf(job, startedAt, id);
}

function isBefore(a: RunRef, b: RunRef): boolean {
  return (compareBytes(a.startedAt, b.startedAt) || compareBytes(a.id, b.id)) < 0;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function textOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function within<T>(maps: Map<string, Map<string, T>>, name: string): Map<string, T> {
  const found = maps.get(name) ?? new Map<string, T>();
  maps.set(name, found);
  return found;
}
