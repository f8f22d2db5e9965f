import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type History, reduced } from './history.ts';
import { PLANTS, RARE_PLANTS } from './plants.ts';
import { simulate } from './simulation.ts';

/**
 * `node test/simulation/record.ts SEED NAME DEFECT...` runs a seed that breaks a rule, takes out the faults that it
 * does not need, and keeps the others as `histories/NAME.json`. Run it before the defect is repaired. `--plant PLANT`
 * makes the defect on purpose, for the time of the recording.
 */
const { values, positionals } = parseArgs({ options: { plant: { type: 'string' } }, allowPositionals: true });
const [seed, name = '', ...defect] = positionals;
const planted = values.plant === undefined ? null : { ...PLANTS, ...RARE_PLANTS }[values.plant];
const input = {
  seed: Number(seed),
  cycles: planted === null ? 100_000 : 1_000,
  record: true,
  ...(planted == null ? {} : { plants: planted.plants }),
};
const report = await simulate(input);
if (report.violations.length === 0 || name === '' || planted === undefined) {
  console.error('This seed breaks no rule, the history has no name, or there is no such plant.');
  process.exitCode = 1;
} else {
  const history: History = { defect: defect.join(' '), ...(await reduced(input, report)) };
  const path = join(import.meta.dirname, 'histories', `${name}.json`);
  writeFileSync(path, `${JSON.stringify(history, null, 2)}\n`);
  console.log(`${path}: ${report.faults.length} faults, ${history.faults.length} of them needed`);
}
