import { defineConfig } from 'vitest/config';

/** Suites that hold Headroom and its lab to things that we did not write. They need Python: `npm run test:e2e` makes it ready. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['test/e2e/**/*.test.ts'],
    // These need a browser, Prometheus or an older Node in place of Python, and have configurations of their own.
    exclude: ['test/e2e/browser/**', 'test/e2e/package/**', 'test/e2e/prometheus/**'],
    passWithNoTests: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
