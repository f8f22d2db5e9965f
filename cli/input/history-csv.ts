import { parse } from 'csv-parse/sync';
import type { Sample } from '../../shared/model/result/forecast.ts';
import { UsageError } from '../base/command-line.ts';
import { type Measurement, samplesOf } from './history-measurements.ts';

const COLUMNS = ['timestamp', 'available'] as const;
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
export const parseHistory = (text: string, source: string): Sample[] =>
  samplesOf(csvMeasurements(text, source), source);

/** The lines as they are, with the column `refused` where a header names it. */
export const csvMeasurements = (text: string, source: string): readonly Measurement[] => {
  const rows = rowsOf(text, source);
  const header = (rows[0]?.cells ?? []).map((name) => name.toLowerCase());
  const named = COLUMNS.map((name) => header.indexOf(name));
  const hasHeader = named.every((column) => column >= 0);
  const [timeColumn, valueColumn] = hasHeader ? named : [0, 1];
  const refusedColumn = hasHeader ? header.indexOf('refused') : -1;
  return (hasHeader ? rows.slice(1) : rows).map(
    ({ cells, line }): Measurement => ({
      time: cells[timeColumn ?? 0] ?? '',
      available: cells[valueColumn ?? 1],
      refused: cells[refusedColumn],
      place: `line ${line}`,
    }),
  );
};
