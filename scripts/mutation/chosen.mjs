/**
 * The random part of all mutants that a sample tries: `HEADROOM_MUTATION_SHARE=0.02` chooses two of a hundred.
 * `HEADROOM_SEED` chooses others; without it they are the same each time.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';

const FIXED_SEED = '20261127';
const share = Number(process.env['HEADROOM_MUTATION_SHARE']);
const seed = process.env['HEADROOM_SEED'] ?? FIXED_SEED;

/** Each mutant alone and with the same chance, whatever its file, so that long files have as many as they should. */
export const isChosen = ({ fileName, location, mutatorName, replacement }) => {
  const file = relative(process.cwd(), fileName)
    .split(sep)
    .join('/')
    .replace(/^\.stryker-tmp\/[^/]+\//, '');
  const name = JSON.stringify([seed, file, location.start, location.end, mutatorName, replacement]);
  return createHash('sha256').update(name).digest().readUInt32BE() < share * 2 ** 32;
};

const silent = { debug() {}, info() {}, isDebugEnabled: () => false };

/**
 * Where the chosen mutants are, as Stryker's `mutate` wants it: `file:line:column-line:column`. Only these places are
 * instrumented. With all 28,000 mutants in the code, Stryker holds for each test which of them it runs: over 10 GB.
 *
 * @param patterns globs of the files to mutate; those with `!` are left out
 */
export const chosenRanges = async (patterns) => {
  const left = new Set(
    globSync(patterns.filter((each) => each.startsWith('!')).map((each) => each.slice(1))),
  );
  const files = globSync(patterns.filter((each) => !each.startsWith('!')))
    .filter((file) => !left.has(file))
    .map((file) => ({ name: resolve(file), mutate: true, content: readFileSync(file, 'utf8') }));
  const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: true };
  const { mutants } = await new Instrumenter(silent).instrument(files, options);
  return mutants.filter(isChosen).map(({ fileName, location: { start, end } }) => {
    const place = `${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;
    return `${relative(process.cwd(), fileName)}:${place}`;
  });
};
