import { describe, expect, it } from 'vitest';
import { createRetryBudget } from '../../lib/s3/retry-budget.ts';
import { seededRandom } from '../support/random.ts';

/** Retries that it grants in a row. */
function grantedBy(budget: ReturnType<typeof createRetryBudget>): number {
  let granted = 0;
  while (granted < 10_000 && budget.spend()) granted++;
  return granted;
}

describe('createRetryBudget', () => {
  it('grants few retries to a provider that has never answered', () => {
    expect(grantedBy(createRetryBudget(100))).toBe(5);
  });

  it('grants 50 to one that asked for patience, since it is there', () => {
    const budget = createRetryBudget(100);
    budget.heard();
    budget.heard();
    expect(grantedBy(budget)).toBe(50);
  });

  it('grants as many as it holds to one that stops answering, and none after them', () => {
    const budget = createRetryBudget(100);
    for (let n = 0; n < 1000; n++) budget.answered();
    expect([grantedBy(budget), grantedBy(budget)]).toEqual([100, 0]);
  });

  it('never runs out while four in ten requests fail', () => {
    const budget = createRetryBudget(100);
    const random = seededRandom('budget');
    budget.answered();
    let refused = 0;
    for (let n = 0; n < 100_000; n++) {
      if (random.below(10) >= 4) budget.answered();
      else if (!budget.spend()) refused++;
    }
    expect(refused).toBe(0);
  });

  it('grants again what answers give back', () => {
    const budget = createRetryBudget(100);
    budget.answered();
    grantedBy(budget);
    for (let n = 0; n < 7; n++) budget.answered();
    expect(grantedBy(budget)).toBe(7);
  });
});
