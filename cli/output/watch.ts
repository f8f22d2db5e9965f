import { utcMinute } from '../../shared/model/base/text/times.ts';
import { type Session, UsageError } from '../base/command-line.ts';
import { paint } from '../base/io.ts';
import type { OutputOptions } from '../input/output-options.ts';

const DEFAULT_SECONDS = 60;
/** EC2 refuses requests beyond its rate limits: a scan every few seconds would slow down other users of the account. */
const SHORTEST_SECONDS = 10;
const LONGEST_SECONDS = 24 * 3600;

/**
 * The seconds between two runs; `null`: it runs once.
 *
 * @throws UsageError for what is no such time
 */
export const watchSeconds = (given: OutputOptions['watch']): number | null => {
  if (given === undefined) return null;
  if (given === true) return DEFAULT_SECONDS;
  const seconds = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (!(seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS))
    throw new UsageError(
      `--watch ${given} is not a number of seconds from ${SHORTEST_SECONDS} to 86,400.`,
      'Give it as in --watch 60.',
    );
  return seconds;
};

/** Runs a command once, or again and again where `--watch` asks for it. */
export const watching = async (
  { io }: Session,
  { watch, format }: Pick<OutputOptions, 'watch' | 'format'>,
  run: () => Promise<void>,
): Promise<void> => {
  const seconds = watchSeconds(watch);
  if (seconds === null) return run();
  do {
    io.clearScreen?.();
    if (format === 'table' || format === 'wide')
      io.out(
        `${paint(io)('dim', `every ${seconds} s, ${utcMinute(new Date(io.now()).toISOString())}; Ctrl-C ends it`)}\n`,
      );
    await run();
  } while ((await io.pause?.(seconds * 1_000)) === true);
};
