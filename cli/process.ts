import { once } from 'node:events';
import { fileProblem } from '../shared/model/base/file-problem.ts';
import { printable } from '../shared/model/base/invisible-characters.ts';
import { defectText } from './base/defect.ts';
import { EXIT } from './base/exit-codes.ts';
import { type Io, processIo } from './base/io.ts';
import { main } from './main.ts';

/**
 * Runs the command as this process. A reader that went away (`headroom scan | head -1`) is no failure: the rest is not
 * written, and the exit code is that of the work. A result that could not be written otherwise, as on a full disk, is one.
 */
export const runProcess = async (argv: readonly string[], demo?: Io['demo']): Promise<void> => {
  let unwritten: Error | null = null;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') unwritten ??= error;
  });
  // Without standard error there is no way left to say anything; the work goes on.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => {
    process.stderr.write(defectText(error, process.env));
    process.exit(EXIT.nothingScanned);
  });
  process.exitCode = await main(argv, { ...processIo(), demo });
  if (process.stdout.writableNeedDrain)
    await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]);
  // A failed write is reported in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  const failure = unwritten as Error | null;
  if (failure === null) return;
  process.stderr.write(
    `error The result could not be written to standard output: ${printable(fileProblem(failure))}.\n  try Make room where it goes, then run the same command again.\n`,
  );
  process.exitCode = EXIT.nothingScanned;
};
