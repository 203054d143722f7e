import { randomUUID } from 'node:crypto';
import { makeProgram } from '../../lib/cli/program.ts';
import { stopSwitch } from '../../lib/cli/stop-switch.ts';
import { openTerminal } from '../../lib/cli/terminal.ts';

/**
 * The command line in a world whose clock goes `FAST_SPEED` times as fast: it shows `FAST_START` (epoch ms) when the true one shows
 * `FAST_ORIGIN`. Sleeps are as much shorter. All processes of a test are given the same three.
 */
const [speed, start, origin] = ['FAST_SPEED', 'FAST_START', 'FAST_ORIGIN'].map((name) => Number(process.env[name]));
if (speed === undefined || start === undefined || origin === undefined) throw new Error('no clock is given');

const now = () => Math.round(start + (Date.now() - origin) * speed);
const terminal = openTerminal(process.stdout, process.stderr, { environment: process.env, now });
const stop = stopSwitch();
const context = {
  ...{ environment: process.env, terminal, now, uniqueId: () => randomUUID().slice(0, 8) },
  stop: { ...stop, sleep: (seconds: number, awake?: AbortSignal) => stop.sleep(seconds / speed, awake) },
  onHangup: (reread: () => void) => void process.on('SIGHUP', reread),
};
process.on('SIGTERM', () => stop.ask());
await makeProgram(context, (code) => void (process.exitCode = code)).parseAsync();
