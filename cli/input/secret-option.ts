import { fileProblem } from '../../shared/model/base/file-problem.ts';
import { UsageError } from '../base/command-line.ts';
import { readTextFile } from './text-file.ts';

/** STS has external IDs of up to 1,224 characters; more than that is another kind of file. */
export const MAX_SECRET_BYTES = 4096;

/**
 * A value that other users of the machine must not see in a list of processes: from a file, or from the environment.
 *
 * @param option names the file in messages, which never show what is in it
 * @throws UsageError when the file cannot be read
 */
export const secretOption = (
  option: string,
  path: string | undefined,
  fromEnvironment: string | undefined,
): string | undefined => {
  if (path === undefined) return fromEnvironment === '' ? undefined : fromEnvironment;
  try {
    return readTextFile(path, MAX_SECRET_BYTES).trim();
  } catch (error) {
    throw new UsageError(
      `The file of ${option} cannot be read: ${fileProblem(error)}.`,
      'Check its path and that you may read it.',
      { cause: error },
    );
  }
};
