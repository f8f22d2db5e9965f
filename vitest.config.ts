import { defineConfig } from 'vitest/config';

/** Suites that need only Node. The end-to-end and deployment suites need Python and have configurations of their own. */
const project = (name: string, include: string[], testTimeout = 20_000) => ({
  extends: true as const,
  test: { name, include, testTimeout },
});

export default defineConfig({
  test: {
    // Fails a run in which a file matched but held no test.
    passWithNoTests: false,
    projects: [
      project('unit', ['test/unit/**/*.test.ts']),
      project('property', ['test/property/**/*.test.ts'], 60_000),
      project('contract', ['test/contract/**/*.test.ts'], 60_000),
      project('architecture', ['test/architecture/**/*.test.ts'], 60_000),
      project('drills', ['test/resilience/**/*.test.ts'], 60_000),
    ],
    coverage: {
      provider: 'v8',
      include: ['shared/**/*.ts', 'cli/**/*.ts', 'functions/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      // Where every statement is a rule, every statement and every branch is run by a test: `npm run coverage` fails below that.
      thresholds: { 'shared/model/**': { 100: true }, 'shared/alerts/lifecycle.ts': { 100: true } },
    },
  },
});
