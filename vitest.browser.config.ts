import { defineConfig } from 'vitest/config';

/** Suites that look at what people look at, in a Chromium: `npm run test:browser` makes sure that there is one. */
export default defineConfig({
  test: {
    name: 'browser',
    include: ['test/e2e/browser/**/*.test.ts'],
    passWithNoTests: false,
    // One browser at a time: what is measured is the page and not the machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
