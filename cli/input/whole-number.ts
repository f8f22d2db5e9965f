import { UsageError } from '../base/command-line.ts';

/** More than any node or subnet has; the answers no longer change. */
const MOST = 100_000;

/** @throws UsageError unless it is a whole number in these bounds */
export const wholeNumberOf = (option: string, text: string, least = 0, most = MOST): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(
      `${option} ${text} is not a whole number from ${least} to ${most.toLocaleString('en')}.`,
      `Give a number, such as ${option} ${Math.max(least, 2)}.`,
    );
  return value;
};

/** The same for an option that may be left out. */
export const optionalNumber = (
  option: string,
  text: string | undefined,
  least = 0,
  most = MOST,
): number | null => (text === undefined ? null : wholeNumberOf(option, text, least, most));
