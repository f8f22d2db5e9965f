/**
 * A random part of all mutants, so that the score of 30,000 lines is known within minutes and not after a day:
 * `HEADROOM_MUTATION_SHARE=0.02 npm run mutation` tries two of a hundred. `HEADROOM_SEED` chooses others; without it they are
 * the same each time.
 *
 * Stryker has no option for it. A checker may tell it that a mutant does not compile, and such mutants do not count.
 */
import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';

const FIXED_SEED = '20261127';
const share = Number(process.env['HEADROOM_MUTATION_SHARE']);
const seed = process.env['HEADROOM_SEED'] ?? FIXED_SEED;

/** Each mutant alone and with the same chance, whatever its file, so that long files have as many as they should. */
const isChosen = ({ fileName, location, mutatorName, replacement }) => {
  const file = relative(process.cwd(), fileName)
    .split(sep)
    .join('/')
    .replace(/^\.stryker-tmp\/[^/]+\//, '');
  const name = JSON.stringify([seed, file, location.start, location.end, mutatorName, replacement]);
  return createHash('sha256').update(name).digest().readUInt32BE() < share * 2 ** 32;
};

class Sample {
  async init() {}

  async group(mutants) {
    return [mutants.map(({ id }) => id)];
  }

  async check(mutants) {
    return Object.fromEntries(
      mutants.map((mutant) => [
        mutant.id,
        isChosen(mutant) ? { status: 'passed' } : { status: 'compileError', reason: 'not in the sample' },
      ]),
    );
  }
}

const FOUND = ['Killed', 'Timeout'];
const MISSED = ['Survived', 'NoCoverage'];

/** The score of each folder, and between what the score of all mutants lies with a probability of 95 % (Wilson's interval). */
class Folders {
  onMutationTestReportReady({ files }) {
    const counts = new Map();
    for (const [name, { mutants }] of Object.entries(files)) {
      const folder = name.split('/').slice(0, 3).join('/');
      for (const key of [folder, 'all'])
        for (const { status } of mutants) {
          const count = counts.get(key) ?? { Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 };
          if (status in count) count[status] += 1;
          counts.set(key, count);
        }
    }
    console.log('\nfolder                              killed timeout survived uncovered  score  95 %');
    for (const [folder, count] of [...counts].toSorted(([a], [b]) => a.localeCompare(b))) {
      const sum = (statuses) => statuses.reduce((total, status) => total + count[status], 0);
      const found = sum(FOUND);
      const tried = found + sum(MISSED);
      if (tried === 0) continue;
      const figures = [...FOUND, ...MISSED].map((status) => String(count[status]).padStart(8)).join('');
      const [low, high] = interval(found, tried);
      console.log(
        `${folder.padEnd(34)}${figures}  ${percent(found / tried)}  ${percent(low)} to ${percent(high)}`,
      );
    }
  }
}

const percent = (part) => `${(100 * part).toFixed(1).padStart(5)}`;

const interval = (found, tried) => {
  const z = 1.96;
  const rate = found / tried;
  const middle = (rate + z ** 2 / (2 * tried)) / (1 + z ** 2 / tried);
  const reach =
    (z * Math.sqrt((rate * (1 - rate)) / tried + z ** 2 / (4 * tried ** 2))) / (1 + z ** 2 / tried);
  return [middle - reach, middle + reach];
};

export const strykerPlugins = [
  { kind: 'Checker', name: 'sample', injectableClass: Sample },
  { kind: 'Reporter', name: 'folders', injectableClass: Folders },
];
