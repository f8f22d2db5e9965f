import { defineConfig } from 'vitest/config';

/** The tests that mutants must not survive: the examples. Property tests would kill more, but each would run for every mutant. */
export default defineConfig({
  test: { include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 },
});
