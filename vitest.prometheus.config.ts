import { defineConfig } from 'vitest/config';

/** A real Prometheus scrapes `headroom serve`. `npm run test:prometheus` gets it first. */
export default defineConfig({
  test: {
    name: 'prometheus',
    include: ['test/e2e/prometheus/**/*.test.ts'],
    passWithNoTests: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
