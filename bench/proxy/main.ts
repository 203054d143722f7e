import { createServer, type AddressInfo } from 'node:net';
import { ProxiedConnection } from './connection.ts';
import { makeDice } from './fault-dice.ts';
import { createLink } from './link.ts';
import { ProxyTally } from './tally.ts';
import type { ProxyShape } from './start.ts';

/** The proxy's process: `node main.ts <shape as JSON>`. Tells its port; each message asks for the report and begins a new one. */
const shape = JSON.parse(process.argv[2] ?? '') as ProxyShape;
const isShaped = shape.roundTripMs > 0 || shape.bytesPerSecond !== undefined;
const link = { delayMs: shape.roundTripMs / 2, bytesPerSecond: shape.bytesPerSecond ?? Infinity };
let tally = new ProxyTally();
const world = {
  upstream: shape.upstream,
  up: isShaped ? createLink(link) : undefined,
  down: isShaped ? createLink(link) : undefined,
  dice: makeDice({ refuse: shape.refuse, cut: shape.cut }, shape.seed),
  tally: () => tally,
};

const server = createServer((client) => {
  new ProxiedConnection(client, world);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

let before = process.cpuUsage();
process.on('message', () => {
  const { user, system } = process.cpuUsage(before);
  process.send?.({ ...tally.report(), cpuSeconds: (user + system) / 1e6 });
  before = process.cpuUsage();
  tally = new ProxyTally();
});
process.on('disconnect', () => process.exit());
