/**
 * A sample of all mutants, so that the score of 30,000 lines is known within minutes and not after a day. Of the places that
 * Stryker mutates, this tells which mutants were chosen: a place holds more than one.
 *
 * Stryker has no option for it. A checker may tell it that a mutant does not compile, and such mutants do not count.
 */
import { isChosen } from './chosen.mjs';

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
