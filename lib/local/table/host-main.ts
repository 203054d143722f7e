import { hostTable } from './host.ts';

/** The host process: `node host-main.ts <folder> <table>`. */
const [folder, table] = process.argv.slice(2);
if (folder === undefined || table === undefined) throw new Error('usage: host-main.ts <folder> <table>');

process.umask(0o077);
// A signal to a whole group of processes must not take the table from those that are about to release their locks.
await hostTable(folder, table, (stop) => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
});
