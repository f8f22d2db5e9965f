import { defineConfig } from 'vitest/config';

/** The package as people install it, on the oldest Node that it promises. `npm run test:package` gets that Node first. */
export default defineConfig({
  test: {
    name: 'package',
    include: ['test/e2e/package/**/*.test.ts'],
    passWithNoTests: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
