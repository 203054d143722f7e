import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Each file of tests is a process of its own, and loads the same packages as the others.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'flotilla-test-compiled');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Datastores that real PBS wrote lie outside the repository: `npm run test:real` reads them.
    // What takes minutes: `npm run test:slow`. What needs Chromium: `npm run test:browser`. What starts programs of Flotilla's own, kills
    // them and waits for their leases: `npm run test:processes`.
    exclude: ['test/real/**', 'test/slow/**', 'test/processes/**', 'test/browser/**', 'node_modules/**'],
    // The default leaves one core idle: on two, that is half the machine.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['lib/**', 'functions/**'] },
  },
});
