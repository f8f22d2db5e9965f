import { UsageError } from './command-line.ts';

/**
 * Runs checks of options, each of which may throw a UsageError, and names all problems at once. So a command line is corrected
 * once, and not once for each problem.
 *
 * @throws UsageError with every problem, and what to do about each
 */
export const checkAll = (...checks: readonly (() => unknown)[]): void => {
  const problems: UsageError[] = [];
  for (const check of checks) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error);
    }
  }
  const [first, ...others] = problems;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const actions = [...new Set(problems.map(({ action }) => action))];
  throw new UsageError(problems.map(({ message }) => message).join(' '), actions.join(' '));
};
