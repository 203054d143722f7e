// Preloaded into the tests (`npm run test:at`) and all processes that they start: their clock is ahead by CLOCK_AHEAD_MS. Timers and
// the times of files are not. Plain JavaScript, since the launcher runs on Nodes that know no other.
import childProcess from 'node:child_process';
import { ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const { CLOCK_AHEAD_MS, NODE_OPTIONS } = process.env;
const trueNow = Date.now;
Date.now = () => trueNow() + Number(CLOCK_AHEAD_MS);
globalThis.Date = new Proxy(Date, {
  construct: (target, args) => new target(...(args.length === 0 ? [target.now()] : args)),
  apply: (target) => new target(target.now()).toString(),
});

// Node's own header has the true time, by which clients would correct their clocks.
const { writeHead } = ServerResponse.prototype;
ServerResponse.prototype.writeHead = function (...args) {
  if (this.sendDate && !this.hasHeader('date')) this.setHeader('date', new Date().toUTCString());
  return writeHead.apply(this, args);
};

// Commands and the host of the table are handed an environment of their own.
const { spawn } = childProcess;
childProcess.spawn = (command, args, options) =>
  spawn(command, args, { ...options, env: { ...(options?.env ?? process.env), CLOCK_AHEAD_MS, NODE_OPTIONS } });
syncBuiltinESMExports();
