import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { App, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { BundledFunction } from '../../lib/infra/bundled-function.ts';
import { SYNC_FUNCTIONS } from '../../lib/infra/sync-functions.ts';

const MAX_ZIPPED_BYTES = 3 * 1024 * 1024;

/** What a bundle loads at first use: Lambda has no packages to load it from. */
function importedLater(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/\bimport\(["']([^"']+)["']\)/g)].map(([, name = '']) => name);
}

describe('the bundle of a function', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'flotilla-test-'));
  const stack = new Stack(new App({ outdir, context: cdk.context, builtinCloudFormationValidation: false }), 'Bundles');

  it.each([...SYNC_FUNCTIONS, 'watch', 'notify'] as const)(
    '%s is one ES module with a handler, under 3 MB zipped',
    async (name) => {
      const before = new Set(readdirSync(outdir));
      new BundledFunction(stack, name, { name, description: name, memoryMiB: 1024, environment: {} });
      const [asset] = readdirSync(outdir).filter((entry) => !before.has(entry) && entry.startsWith('asset.'));
      const folder = join(outdir, asset!);
      const files = readdirSync(folder);
      const zipped = files.map((file) => gzipSync(readFileSync(join(folder, file))).length).reduce((a, b) => a + b);
      expect(files.sort()).toEqual(['index.mjs', 'index.mjs.map']);
      expect(zipped).toBeLessThan(MAX_ZIPPED_BYTES);
      expect(importedLater(join(folder, 'index.mjs')).filter((name) => !isBuiltin(name))).toEqual([]);
      expect(await import(pathToFileURL(join(folder, 'index.mjs')).href)).toHaveProperty('handler');
    },
  );
});
