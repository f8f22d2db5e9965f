import { parse } from 'csv-parse/sync';
import { largestOf } from '../../shared/model/base/extremes.ts';
import { count, number } from '../../shared/model/base/text/numbers.ts';
import type { Sample } from '../../shared/model/result/forecast.ts';
import { UsageError } from '../base/command-line.ts';
import { readTextFile } from './text-file.ts';

const COLUMNS = ['timestamp', 'available'] as const;
const PROBLEMS_SHOWN = 5;

/** Two years of a measurement a minute have 32 MB: a line has 30 bytes. */
export const MAX_HISTORY_BYTES = 64 * 1024 * 1024;
const TIMESTAMP = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;

/** Epoch milliseconds of an ISO 8601 time; one without a zone is UTC. `null`: it is none. */
export const parseTime = (text: string): number | null => {
  if (!TIMESTAMP.test(text)) return null;
  const time = text.replace(' ', 'T');
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`);
  return Number.isNaN(at) ? null : at;
};

const OPTIONS = {
  bom: true,
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  trim: true,
} as const;

interface Row {
  readonly cells: readonly string[];
  /** Where it stands in the file, from 1. */
  readonly line: number;
}

/** @throws UsageError when a quote is never closed */
const rowsOf = (text: string, source: string): readonly Row[] => {
  const rows: Row[] = [];
  try {
    parse(text, {
      ...OPTIONS,
      on_record: (cells: string[], { lines }) => {
        rows.push({ cells, line: lines });
        return null;
      },
    });
    return rows;
  } catch (error) {
    throw new UsageError(
      `${source} cannot be read as CSV: ${error instanceof Error ? error.message : String(error)}.`,
      'Close the quote, or leave quotes out.',
      { cause: error },
    );
  }
};

/**
 * Reads a recorded series: `timestamp,available`, a line for each measurement. The columns may stand in any order and
 * among others, if a header names them; without a header they are the first two. An empty value is a measurement that
 * failed, and is left out. Order and repeats do not matter.
 *
 * @param source what to call it in messages
 * @throws UsageError with the first problems of the file, if any line cannot be read
 */
export const parseHistory = (text: string, source: string): Sample[] => {
  const rows = rowsOf(text, source);
  const header = (rows[0]?.cells ?? []).map((name) => name.toLowerCase());
  const named = COLUMNS.map((name) => header.indexOf(name));
  const hasHeader = named.every((column) => column >= 0);
  const [timeColumn, valueColumn] = hasHeader ? named : [0, 1];
  const samples: Sample[] = [];
  const problems: string[] = [];
  for (const { cells, line } of hasHeader ? rows.slice(1) : rows) {
    const time = cells[timeColumn ?? 0] ?? '';
    const available = cells[valueColumn ?? 1];
    const at = parseTime(time);
    const value = Number(available);
    if (at === null) problems.push(`line ${line}: ${JSON.stringify(time)} is not an ISO 8601 time`);
    else if (available === '') continue;
    else if (available === undefined || !Number.isFinite(value) || value < 0)
      problems.push(`line ${line}: ${JSON.stringify(available ?? '')} is not a number of at least 0`);
    else samples.push({ at, value });
  }
  if (problems.length > 0) {
    const more = problems.length - PROBLEMS_SHOWN;
    throw new UsageError(
      `${source} cannot be read as a history: ${problems.slice(0, PROBLEMS_SHOWN).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
      'Write a time and the available number in each line, such as 2026-01-01T00:05:00Z,212. A first line timestamp,available is allowed.',
    );
  }
  if (samples.length === 0)
    throw new UsageError(
      `${source} holds no measurement.`,
      'Give a CSV file with the columns timestamp and available.',
    );
  return samples;
};

/** @throws UsageError when the file cannot be opened or read */
export const readHistory = (path: string): Sample[] => {
  let text: string;
  try {
    text = readTextFile(path === '-' ? 0 : path, MAX_HISTORY_BYTES);
  } catch (error) {
    throw new UsageError(
      `The history ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      'Check the path given with --history; - reads from standard input.',
      { cause: error },
    );
  }
  return parseHistory(text, path);
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
