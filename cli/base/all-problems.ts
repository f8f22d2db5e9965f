import { UsageError } from './command-line.ts';

type Checks = readonly (() => unknown)[];
type Answers<Given extends Checks> = { readonly [Index in keyof Given]: ReturnType<Given[Index]> };

/**
 * Runs checks of options, each of which may throw a UsageError, and names all problems at once. So a command line is corrected
 * once, and not once for each problem.
 *
 * @returns what each check answered
 * @throws UsageError with every problem, and what to do about each
 */
export const checkAll = <const Given extends Checks>(...checks: Given): Answers<Given> => {
  const problems: UsageError[] = [];
  const answers = checks.map((check) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error);
      return undefined;
    }
  });
  const [first, ...others] = problems;
  // Each check has answered, so each place has its own type.
  if (first === undefined) return answers as unknown as Answers<Given>;
  if (others.length === 0) throw first;
  const actions = [...new Set(problems.map(({ action }) => action))];
  throw new UsageError(problems.map(({ message }) => message).join(' '), actions.join(' '));
};
