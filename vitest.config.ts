import { defineConfig } from 'vitest/config';

/**
 * Every suite, by what it needs. `npm test` runs the projects that need only this process, `npm run test:all` runs all but
 * `mutation`, which Stryker runs for each mutant.
 */
const project = (name: string, include: string[], options: Record<string, unknown> = {}) => ({
  extends: true as const,
  test: { name, include, testTimeout: 60_000, hookTimeout: 60_000, ...options },
});

/**
 * What tests the model itself: examples, properties, and the pages with its texts. Commands, reports and whole scans run it
 * too, but from far away, and each of them would run for every mutant.
 */
const mutation = project(
  'mutation',
  [
    'test/unit/{alerts,model}/**/*.test.ts',
    'test/property/{alerts,forecast,model}/**/*.test.ts',
    'test/architecture/documentation.test.ts',
  ],
  {
    testTimeout: 60_000,
    // One worker for all tests of a mutant: one for each file takes 60 % longer.
    isolate: false,
    setupFiles: ['test/fixtures/fixed-seed.ts'],
  },
);

/** Stryker runs every project of a configuration, and cannot choose one. */
const strykerRuns = process.env['STRYKER_MUTATOR_WORKER'] !== undefined;

/**
 * Files of one worker share its modules: a fresh set for each file costs 121 instead of 55 s of processor time for the unit
 * tests. The product's modules keep nothing but an open client by endpoint, so a test does not see what another did; run
 * with `--sequence.shuffle.files` to check that.
 */
const shared = {
  isolate: false,
  setupFiles: ['test/fixtures/fixed-seed.ts', 'test/fixtures/same-environment.ts'],
};

/** One bundle of the command for all tests that start it as a process. */
const bundled = { globalSetup: ['test/fixtures/bundled-command.ts'] };

/** Bundling in a worker needs Node's own console, for the plugin that writes the bill of materials. */
const bundling = { disableConsoleIntercept: true };

export default defineConfig({
  test: {
    // Fails a run in which a project matched no file.
    passWithNoTests: false,
    projects: strykerRuns
      ? [mutation]
      : [
          project('unit', ['test/unit/**/*.test.ts'], { testTimeout: 20_000, ...shared }),
          project('property', ['test/property/**/*.test.ts'], shared),
          project('contract', ['test/contract/**/*.test.ts'], shared),
          // Whole scans and commands on large estates: seconds of processor time each.
          project('scans', ['test/scans/**/*.test.ts'], shared),
          project('architecture', ['test/architecture/**/*.test.ts'], shared),
          // Hostile names, files and requests: through real renderers, into a real shell.
          project('security', ['test/security/**/*.test.ts'], shared),
          project('resilience', ['test/resilience/**/*.test.ts']),
          // Years of scans on simulated time.
          project('simulation', ['test/simulation/**/*.test.ts'], { testTimeout: 600_000 }),
          // Start programs or build what is deployed.
          project('process', ['test/process/**/*.test.ts'], { ...bundled, ...bundling }),
          // Against moto, boto3 and cfn-lint, which need Python.
          project('e2e', ['test/e2e/*.test.ts', 'test/e2e/deploy/**/*.test.ts']),
          project('package', ['test/e2e/package/**/*.test.ts'], { hookTimeout: 300_000, ...bundling }),
          // The pages of docs/ as a site, which `npm run site` builds.
          project('site', ['test/e2e/site/**/*.test.ts']),
          // The Helm chart, rendered by helm's own code.
          project('chart', ['test/e2e/chart/**/*.test.ts'], { hookTimeout: 300_000, ...bundling }),
          // The example of the AWS CDK, synthesized by the CDK itself.
          project('cdk', ['test/e2e/cdk/**/*.test.ts'], { hookTimeout: 300_000, ...bundling }),
          // A real kube-apiserver with etcd, and the verifier of EKS tokens, built by Go.
          project('kubernetes', ['test/e2e/kubernetes/**/*.test.ts'], { testTimeout: 120_000 }),
          // One browser at a time: the test measures the page and not the machine.
          project('browser', ['test/e2e/browser/**/*.test.ts'], {
            fileParallelism: false,
            hookTimeout: 180_000,
          }),
          project('prometheus', ['test/e2e/prometheus/**/*.test.ts'], bundled),
        ],
    coverage: {
      provider: 'v8',
      include: ['shared/**/*.ts', 'cli/**/*.ts', 'functions/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      // Where every statement is a rule, a test runs every statement and every branch: `npm run coverage` fails below that.
      thresholds: { 'shared/model/**': { 100: true }, 'shared/alerts/lifecycle*.ts': { 100: true } },
    },
  },
});
