import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { openServeWorld, type ServeWorld } from './serve-world.ts';
import { faultsOfWeek, liveThrough, WEEK_JOBS } from './serve-week.ts';
import { smallSource } from './source.ts';

/** An hour a second. */
const SPEED = 3600;

/** A service that is killed at random moments of so many hours of ticks, backups and chained runs. */
export function describeWeek({ hours, kills }: { readonly hours: number; readonly kills: number }): void {
  describe(`flotilla serve, killed ${String(kills)} times in ${String(hours)} hours`, () => {
    let world: ServeWorld;

    beforeAll(async () => {
      world = await openServeWorld(SPEED);
      await world.writeJobs(WEEK_JOBS);
    });
    afterAll(() => world.close());

    it('loses no tick, no backup and no run to follow, and doubles none', async () => {
      const source = smallSource(world.openSource());
      await source.addNight();
      await liveThrough(world, source, { hours, kills, random: seededRandom('serve', hours) });
      const [hourly, chained] = [await world.runs('hourly'), await world.runs('chained')];
      expect(hourly.length).toBeGreaterThan(kills / 10);
      expect(faultsOfWeek(hourly, chained)).toEqual([]);
      for (const bucket of ['target', 'other', 'another']) expect(world.differences(bucket)).toEqual([]);
    }, 900_000);
  });
}
