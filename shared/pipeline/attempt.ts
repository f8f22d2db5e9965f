import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';

/**
 * Does one part of the work. Where AWS, the store or a receiver refused, notes why and goes on without it (`null`): one
 * part's failure must not hide the others. A defect of ours does throw.
 */
export const attempt = async <Answer>(
  problems: Problem[],
  work: () => Promise<Answer>,
): Promise<Answer | null> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    problems.push(problemOf(error));
    return null;
  }
};
