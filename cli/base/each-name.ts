import { HeadroomError } from '../../shared/model/base/errors.ts';
import { sentence } from '../../shared/model/base/text/sentence.ts';

/**
 * Does something for each of several names. One that fails hinders no other, and all that failed are named at once.
 *
 * @returns what was done, and why the rest was not; `null`: all was done
 */
export const eachName = async <Done>(
  names: readonly string[],
  work: (name: string) => Promise<Done>,
): Promise<{ readonly done: readonly Done[]; readonly failure: HeadroomError | null }> => {
  const done: Done[] = [];
  const failures: HeadroomError[] = [];
  for (const name of new Set(names)) {
    try {
      done.push(await work(name));
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      failures.push(error);
    }
  }
  return { done, failure: together(failures) };
};

const together = (failures: readonly HeadroomError[]): HeadroomError | null => {
  const [first, ...others] = failures;
  if (first === undefined || others.length === 0) return first ?? null;
  const distinct = (texts: readonly string[]): string => [...new Set(texts)].join(' ');
  return new HeadroomError(
    first.code,
    distinct(failures.map(({ message }) => sentence(message))),
    distinct(failures.map(({ action }) => action)),
    { cause: first },
  );
};
