import type { MaxDelete } from '../sync/job.ts';

const SAID = 'write a share such as 25%, or a whole number of snapshots';

/** Reads `25%` or a number of snapshots; or says what is wrong in words that follow it. */
export function parseMaxDelete(value: string | number): MaxDelete | { readonly problem: string } {
  const text = String(value);
  const [, number, percent] = /^(\d+(?:\.\d+)?) ?(%?)$/.exec(text) ?? [];
  if (number === undefined) return { problem: `is no limit; ${SAID}` };
  if (Number(number) === 0) return { problem: 'would refuse every removal; leave remove-vanished off instead' };
  if (percent === '%') return share(Number(number));
  if (!Number.isSafeInteger(Number(number))) return { problem: `is no whole number; ${SAID}` };
  return { kind: 'count', count: Number(number) };
}

function share(percent: number): ReturnType<typeof parseMaxDelete> {
  return percent > 100 ? { problem: 'is more than all; wanted at most 100%' } : { kind: 'share', share: percent / 100 };
}
