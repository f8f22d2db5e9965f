import { printable } from './invisible-characters.ts';

/**
 * Words of commands that people copy into a shell. Names in them come from scanned accounts, where anybody who may name a
 * resource chooses the text: every word is quoted, and a command that cannot be displayed exactly is not displayed.
 */

/** Words that a POSIX shell takes as they are. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./][A-Za-z0-9_@%+=:,./-]*$/;

/** Quotes a word for a POSIX shell where it needs it. A word that begins with a hyphen is always quoted. */
export const quoted = (word: string): string =>
  PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Space separators but the plain one: clients replace them when text is copied. */
const OTHER_SPACES = /[^\P{Zs} ]/u;

/** A value that begins with a hyphen: the AWS CLI takes it for an option. */
const LIKE_AN_OPTION = /(?:^| )'-/;

/**
 * A value that the AWS CLI replaces by the content of a file or an address (AWS CLI user guide, "Load a parameter from a
 * file"; version 1 also reads addresses, but not for `--queue-url`).
 */
const LIKE_A_SOURCE = /(?<!--queue-url)[ =']'?(?:fileb?|https?):\/\//i;

/**
 * Whether a reader can copy this command and the programs in it then read the words that were meant: one line, no invisible
 * character, no value that the AWS CLI reads as an option, a file or an address.
 */
const isDisplayable = (command: string): boolean =>
  printable(command) === command &&
  command.trim() === command &&
  !OTHER_SPACES.test(command) &&
  !LIKE_AN_OPTION.test(command) &&
  !LIKE_A_SOURCE.test(command);

/** What readers see in place of commands that are not displayed. */
export const NOT_DISPLAYED =
  'The commands are not shown: a name in them has characters that cannot be copied safely.';

/** The commands, if each can be displayed; otherwise `null`, since later commands need what earlier ones print. */
export const displayableCommands = (commands: readonly string[]): readonly string[] | null =>
  commands.every(isDisplayable) ? commands : null;

/**
 * The lines of a plan: commands, and comments that begin with `#`. A comment with a line break in it would be a command, so
 * both are shown exactly or not at all. `null`: one of them cannot be.
 */
export const displayableScript = (lines: readonly string[]): readonly string[] | null => {
  const isShown = (line: string): boolean =>
    line.startsWith('# ') ? printable(line) === line : isDisplayable(line);
  return lines.every(isShown) ? lines : null;
};
