import type { Command } from 'commander';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';

/** The way a subcommand tells how it ended. */
export interface Session {
  readonly io: Io;
  exit(code: ExitCode): void;
}

/** Each subcommand is one file that exports one of these. */
export type AddCommand = (program: Command, session: Session) => void;

/** The command line, or a file that it names, is not what it should be: exit code 2. */
export class UsageError extends HeadroomError {
  constructor(message: string, action: string, options?: ErrorOptions) {
    super('usage', message, action, options);
    this.name = 'UsageError';
  }
}

/**
 * For options that may be given several times, or once with several values.
 *
 * @throws UsageError for an empty value: a filter that lets nothing through would look like an all-clear
 */
export const collectValues = (value: string, previous: readonly string[] | undefined): string[] => {
  const values = value.split(',').filter((part) => part.trim() !== '');
  if (values.length === 0)
    throw new UsageError(
      'An option that takes names was given an empty one.',
      'Give a name, or leave the option out. A variable of the shell may be empty.',
    );
  return [...(previous ?? []), ...values];
};
