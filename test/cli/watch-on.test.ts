import { expect, it } from 'vitest';
import { stopSwitch } from '../../lib/cli/stop-switch.ts';
import { watchOn } from '../../lib/cli/watch-on.ts';
import { ConfigError, TransientError } from '../../lib/errors.ts';

const UNREACHABLE = new TransientError('TABLE_UNREACHABLE', 'the table cannot be reached');

/** What each look gives or throws; the process is asked to stop during the last one. */
async function watch(looks: readonly (string | Error)[]) {
  const stop = stopSwitch();
  const said: string[] = [];
  let at = 0;
  const look = async (): Promise<string> => {
    const seen = looks[at++];
    if (at >= looks.length) stop.ask();
    if (seen instanceof Error) throw seen;
    return seen ?? '';
  };
  const seen = await watchOn(look, { seconds: 0.001, complain: (text) => void said.push(text) }, stop).catch(
    (error: unknown) => error,
  );
  return { seen, said, looks: at };
}

it('goes on after looks that failed for a while, says why, and answers what was seen last', async () => {
  expect(await watch(['first', UNREACHABLE, UNREACHABLE, 'second', UNREACHABLE])).toMatchObject({
    ...{
      seen: 'second',
      looks: 5,
      said: [1, 2, 3].map(() => expect.stringMatching(/^TABLE_UNREACHABLE: .*; looks again in /) as string),
    },
  });
});

it('fails when the first look does, and when somebody has to change something', async () => {
  const refused = new ConfigError('TABLE_REFUSED', 'the keys may not read the table');
  expect(await watch([UNREACHABLE, 'never'])).toMatchObject({ seen: UNREACHABLE, looks: 1, said: [] });
  expect(await watch(['first', refused, 'never'])).toMatchObject({ seen: refused, looks: 2, said: [] });
});
