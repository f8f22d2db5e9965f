import { printable, printableLines } from '../../shared/model/base/invisible-characters.ts';
import { redactSecrets } from '../../shared/model/base/redaction.ts';

/** The variable that asks for stacks: for people who report or look for a defect. */
const DEBUG = 'HEADROOM_DEBUG';

/** What a person reads of an error that Headroom did not expect: one sentence, and what to do. */
export const defectText = (
  error: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): string => {
  const isError = error instanceof Error;
  const [sentence] = (isError ? `${error.name}: ${error.message}` : String(error)).split('\n');
  const stack =
    isError && (environment[DEBUG] ?? '') !== ''
      ? `${printableLines(redactSecrets(error.stack ?? ''))}\n`
      : '';
  return `error Headroom failed unexpectedly: ${printable(redactSecrets(sentence ?? ''))}\n  try Report it as a defect, with the stack that the same command prints with ${DEBUG}=1.\n${stack}`;
};
