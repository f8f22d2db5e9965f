import type { HeadroomConfiguration } from '../../shared/config/headroom-yml.ts';
import { fileProblem } from '../../shared/model/base/file-problem.ts';
import { UsageError } from '../base/command-line.ts';
import { readTextFile } from './text-file.ts';

const DEFAULT_PATH = 'headroom.yml';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

export type ReadConfiguration = HeadroomConfiguration & { readonly source: string | null };

/**
 * The configuration of this command: the file that was named, or the headroom.yml of this folder, or every default.
 *
 * @throws UsageError when a named file cannot be read
 * @throws ConfigurationError with everything that is wrong with it
 */
export const readConfiguration = async (
  path: string | undefined,
  option: '--config' | '--policy' | 'the command' = '--config',
): Promise<ReadConfiguration> => {
  // With its readers of YAML and schemas, which help and a wrong option do not need.
  const { defaultConfiguration, MAX_CONFIGURATION_CHARACTERS, parseConfiguration } = await import(
    '../../shared/config/headroom-yml.ts'
  );
  const source = path ?? DEFAULT_PATH;
  let text: string;
  try {
    text = readTextFile(source, MAX_CONFIGURATION_CHARACTERS);
  } catch (error) {
    if (path === undefined && isMissing(error)) return { ...defaultConfiguration(), source: null };
    throw new UsageError(
      `The configuration ${source} cannot be read: ${fileProblem(error)}.`,
      `Check the path given with ${option}.`,
      { cause: error },
    );
  }
  return { ...parseConfiguration(text, source), source };
};
