// Adds up what vitest reported and prints the closing line of a CI run: `N passed, N failed`.
// Usage: count-tests.mjs FOLDER PASSED_STEPS FAILED_STEPS. A suite that left no report has failed as a step already.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, passedSteps, failedSteps] = process.argv.slice(2);
let passed = Number(passedSteps);
let failed = Number(failedSteps);
for (const file of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
