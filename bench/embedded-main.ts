import { mkdirSync } from 'node:fs';
import { startObjectStore } from '../lib/local/object-store/server.ts';
import { SOURCE_BUCKET, TARGET_BUCKET } from './buckets.ts';

/** The embedded store as a process: `node embedded-main.ts <folder> <access key id> <secret>`; ends with its parent. */
const [root, accessKeyId, secretAccessKey] = process.argv.slice(2);
if (root === undefined || accessKeyId === undefined || secretAccessKey === undefined)
  throw new Error('usage: embedded-main.ts <folder> <access key id> <secret>');

mkdirSync(root, { recursive: true });
const buckets = [SOURCE_BUCKET, TARGET_BUCKET];
const store = await startObjectStore({ root, buckets, credentials: { accessKeyId, secretAccessKey } });
process.on('disconnect', () => process.exit());
process.send?.(store.endpoint);
