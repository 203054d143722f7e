// Preloaded into the tests and the processes that they start (`npm run test:at`): their clock is ahead by CLOCK_AHEAD_MS. Timers and
// the times of files are not. Plain JavaScript, since the launcher runs on Nodes that know no other.
import { ServerResponse } from 'node:http';

const ahead = Number(process.env.CLOCK_AHEAD_MS);
const trueNow = Date.now;
Date.now = () => trueNow() + ahead;
globalThis.Date = new Proxy(Date, {
  construct: (target, args) => new target(...(args.length === 0 ? [target.now()] : args)),
  apply: (target) => new target(target.now()).toString(),
});

// Node's own header has the true time, by which clients would correct their clocks.
const { writeHead } = ServerResponse.prototype;
ServerResponse.prototype.writeHead = function (...args) {
  if (this.sendDate) this.setHeader('date', new Date().toUTCString());
  return writeHead.apply(this, args);
};
