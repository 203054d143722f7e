import type { Claim, Notice, NoticeStore } from '../../lib/notify/notice-store.ts';
import type { Told } from '../../lib/notify/told.ts';

interface Kept {
  readonly notice: Notice;
  readonly owner: string;
  readonly until: number;
}

/** Longer than any claim. */
const HOUR_MS = 3_600_000;

/** The notice store in memory: keeps the contract, and what it is given to the letter. */
export function memoryNoticeStore(): NoticeStore {
  const told = new Map<string, string>();
  const notices = new Map<string, Kept>();
  const finished = new Set<string>();
  const own = (id: string, owner: string): Kept | undefined => {
    const kept = notices.get(id);
    return kept?.owner === owner ? kept : undefined;
  };
  return {
    loadTold: async (job) => parse(told.get(job)),
    saveTold: async (job, next, before) => {
      const text = JSON.stringify(next);
      const revision = parse(told.get(job))?.revision ?? 0;
      if (revision !== before.revision && told.get(job) !== text) return false;
      told.set(job, text);
      return true;
    },
    addNotice: async (notice, { owner, until }: Claim) => {
      if (finished.has(notice.id) || (notices.has(notice.id) && own(notice.id, owner) === undefined)) return false;
      notices.set(notice.id, { notice, owner, until });
      return true;
    },
    claimNotice: async (id, { owner, now, until }) => {
      const kept = notices.get(id);
      const isClaimed = kept !== undefined && kept.until > now && kept.until < now + HOUR_MS;
      if (kept === undefined || (isClaimed && kept.owner !== owner)) return undefined;
      notices.set(id, { ...kept, owner, until });
      return kept.notice;
    },
    saveDeliveries: async (id, owner, deliveries) => {
      const kept = own(id, owner);
      if (kept !== undefined) notices.set(id, { ...kept, notice: { ...kept.notice, deliveries } });
      return kept !== undefined;
    },
    releaseNotice: async (id, owner) => {
      const kept = own(id, owner);
      if (kept !== undefined) notices.set(id, { ...kept, until: 0 });
    },
    finishNotice: async (id) => {
      finished.add(id);
      notices.delete(id);
    },
    dropNotice: async (id, owner) => {
      if (own(id, owner) !== undefined) notices.delete(id);
    },
    isFinished: async (id) => finished.has(id),
    async *listNotices() {
      yield* [...notices.keys()];
    },
  };
}

function parse(text: string | undefined): Told | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Told);
}
