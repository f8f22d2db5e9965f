// Coverage proves that tests run a line; this proves that they would notice if it were wrong. It mutates the pure parts,
// where every statement is a rule. All mutants take a day, so run `HEADROOM_MUTATION_SHARE=0.02 npm run mutation` for a random
// part of them, or `npm run mutation -- --mutate shared/model/net/cidr.ts` for one file.
import { chosenRanges } from './scripts/mutation/chosen.mjs';

const isSample = process.env['HEADROOM_MUTATION_SHARE'] !== undefined;
const MUTATED = ['shared/model/**/*.ts', '!shared/model/cluster/data/**', 'shared/alerts/lifecycle*.ts'];

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', './scripts/mutation/sample.mjs'],
  checkers: isSample ? ['sample'] : [],
  vitest: { configFile: 'vitest.config.ts' },
  mutate: isSample ? await chosenRanges(MUTATED) : MUTATED,
  // Stryker would rewrite tsconfig.json by the API of TypeScript up to 6; nothing here needs it rewritten.
  tsconfigFile: 'no-tsconfig.json',
  ignorePatterns: [
    '/dist',
    '/.venv',
    '/.serverless',
    '/.prometheus',
    '/.oldest-node',
    '/.stryker-tmp*',
    '/reports',
  ],
  coverageAnalysis: 'perTest',
  // Stryker begins with half of them as checkers of the sample, which do next to nothing.
  concurrency: isSample ? 4 : 2,
  // What each test runs is held for all mutants at once: for 28,000 of them that is more than the 4 GB of Node's own limit.
  testRunnerNodeArgs: ['--max-old-space-size=10240'],
  dryRunTimeoutMinutes: 30,
  thresholds: { high: 95, low: 92, break: 90 },
  reporters: ['clear-text', 'progress', 'folders', 'html', 'json'],
  htmlReporter: { fileName: 'reports/mutation/index.html' },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false },
  tempDirName: '.stryker-tmp',
};
