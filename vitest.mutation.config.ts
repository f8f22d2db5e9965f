import { defineConfig } from 'vitest/config';

/**
 * The tests that mutants must not survive: the examples of what is mutated. Property tests would kill more, and so would
 * those of reports, messages and the lab, which run the model from far away; but each would run for every mutant.
 */
export default defineConfig({
  test: {
    include: [
      'test/unit/{alerts,forecast,model}/**/*.test.ts',
      'test/unit/inventory/{aws-failure,aws-pages,target-selection}.test.ts',
    ],
    // They run commands over months of history: seconds for every mutant of the forecast.
    exclude: ['test/unit/forecast/{history-commands,replay}.test.ts'],
    // One worker for all tests of a mutant, and a new one for the next: a worker for each file takes 60 % longer.
    isolate: false,
    testTimeout: 20_000,
  },
});
