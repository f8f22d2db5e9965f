import { largestOf } from '../../shared/model/base/extremes.ts';
import { fileProblem } from '../../shared/model/base/file-problem.ts';
import { count, number } from '../../shared/model/base/text/numbers.ts';
import type { Sample } from '../../shared/model/result/forecast.ts';
import { UsageError } from '../base/command-line.ts';
import { csvMeasurements } from './history-csv.ts';
import { jsonMeasurements, looksLikeJson } from './history-json.ts';
import { refusalsOf, samplesOf } from './history-measurements.ts';
import { readTextFile } from './text-file.ts';

/** Two years of a measurement a minute have 32 MB: a line has 30 bytes. */
export const MAX_HISTORY_BYTES = 64 * 1024 * 1024;

/** A recorded series, and when requests were refused; `null`: the file does not say. */
export interface RecordedHistory {
  readonly samples: Sample[];
  /** Epoch milliseconds. */
  readonly refusals: readonly number[] | null;
}

/**
 * Reads a recorded series from CSV or JSON.
 *
 * @param path `-` for standard input
 * @throws UsageError when the file cannot be opened or read
 */
export const readHistory = (path: string): Sample[] => readReviewedHistory(path).samples;

/** As `readHistory`, with the requests that were refused. */
export const readReviewedHistory = (path: string): RecordedHistory => {
  const text = textOf(path);
  const measurements = looksLikeJson(text) ? jsonMeasurements(text, path) : csvMeasurements(text, path);
  return { samples: samplesOf(measurements, path), refusals: refusalsOf(measurements) };
};

const textOf = (path: string): string => {
  try {
    return readTextFile(path === '-' ? 0 : path, MAX_HISTORY_BYTES);
  } catch (error) {
    throw new UsageError(
      `The history ${path} cannot be read: ${fileProblem(error)}.`,
      'Check the path given with --history; - reads from standard input.',
      { cause: error },
    );
  }
};

/** A line that says so where more is available than the subnet can have: shares of it, and so alarms, are wrong then. */
export const aboveCapacity = (samples: readonly Sample[], capacity: number): string => {
  const above = samples.filter(({ value }) => value > capacity);
  if (above.length === 0) return '';
  const most = largestOf(above.map(({ value }) => value));
  return `warning More is available than --capacity ${capacity} allows: up to ${number(most)}, in ${count(above.length, 'measurement')} of ${number(samples.length)}.\n  try Check the capacity: the share in use is wrong with it.\n`;
};

/** @throws UsageError unless it is a whole number from 1 up */
export const parseCapacity = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new UsageError(
      `--capacity ${JSON.stringify(text)} is not a whole number of at least 1.`,
      'Give how many the subnet can have: 251 addresses for a /24, or 14 prefixes with --prefixes.',
    );
  return Number(text);
};
