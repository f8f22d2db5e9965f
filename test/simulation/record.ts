import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type History, reduced } from './history.ts';
import { simulate } from './simulation.ts';

/**
 * `node test/simulation/record.ts SEED NAME DEFECT...` runs a seed that breaks a rule, takes out the faults that it
 * does not need, and keeps the others as `histories/NAME.json`. Run it before the defect is repaired.
 */
const [seed, name = '', ...defect] = process.argv.slice(2);
const input = { seed: Number(seed), cycles: 100_000, record: true };
const report = await simulate(input);
if (report.violations.length === 0 || name === '') {
  console.error('This seed breaks no rule, or the history has no name.');
  process.exitCode = 1;
} else {
  const history: History = { defect: defect.join(' '), ...(await reduced(input, report)) };
  const path = join(import.meta.dirname, 'histories', `${name}.json`);
  writeFileSync(path, `${JSON.stringify(history, null, 2)}\n`);
  console.log(`${path}: ${report.faults.length} faults, ${history.faults.length} of them needed`);
}
