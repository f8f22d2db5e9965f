import { shorten } from '../../shared/model/base/text/names.ts';
import { UsageError } from '../base/command-line.ts';
import type { Io } from '../base/io.ts';
import { nearestOf } from '../input/nearest-name.ts';
import type { OutputOptions } from '../input/output-options.ts';
import { type Column, renderTable } from './table.ts';

/** What a cell stands for. `null`: not known. */
export type CellValue = string | number | null;

export interface ListingColumn<Row> extends Column<Row> {
  /** What CSV holds. Default: the text of the cell. */
  readonly value?: (row: Row) => CellValue;
  /** What rows are ordered by. Default: what CSV holds. */
  readonly order?: (row: Row) => CellValue;
  /** Shown with `--output wide` and in CSV alone. */
  readonly wide?: boolean;
  /** Columns with a higher number are left out first where the terminal is too narrow. Default: never left out. */
  readonly leaveOut?: number;
  /** The fewest characters that the text may be shortened to. Default: it is never shortened. */
  readonly shortest?: number;
}

/** A list that a command prints in every format. */
export interface Listing<Row> {
  readonly columns: readonly ListingColumn<Row>[];
  /** The worst first. */
  readonly rows: readonly Row[];
  /** What `--output name` prints of a row, for other commands to read. */
  readonly nameOf: (row: Row) => string;
}

/** As `--sort-by` names a column: `RUNS OUT IN` is `runs-out-in`. */
export const columnName = (title: string): string => title.toLowerCase().replaceAll(' ', '-');

export const cellValue = <Row>({ value, cell }: ListingColumn<Row>, row: Row): CellValue =>
  value === undefined ? cell(row) : value(row);

/** `used` or `used:desc`, taken apart. */
const askedOrder = (sortBy: string): { readonly name: string; readonly direction: string | undefined } => {
  const [, name = sortBy, direction] = /^(.+?)(?::(asc|desc))?$/.exec(sortBy) ?? [];
  return { name: name.toLowerCase(), direction };
};

const compare = (a: CellValue, b: CellValue): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en');

/**
 * The column that `--sort-by` names.
 *
 * @throws UsageError for a column that there is not
 */
export const columnToSortBy = <Titled extends { readonly title: string }>(
  columns: readonly Titled[],
  sortBy: string,
): Titled => {
  const { name } = askedOrder(sortBy);
  const column = columns.find(({ title }) => columnName(title) === name);
  if (column === undefined)
    throw new UsageError(
      `There is no column ${name} to sort by.${nearestOf(
        name,
        columns.map(({ title }) => columnName(title)),
      )}`,
      'Name a column by its title in lower case, with dashes for spaces; add :desc for the highest first.',
    );
  return column;
};

/** Rows in the order that was asked for. What is not known comes last in both directions, and equal rows keep their order. */
export const sorted = <Row>(
  { columns, rows }: Pick<Listing<Row>, 'columns' | 'rows'>,
  sortBy: string | undefined,
): readonly Row[] => {
  if (sortBy === undefined) return rows;
  const column = columnToSortBy(columns, sortBy);
  const sign = askedOrder(sortBy).direction === 'desc' ? -1 : 1;
  return rows.toSorted((first, second) => {
    const orderOf = column.order ?? ((row: Row) => cellValue(column, row));
    const [a, b] = [orderOf(first), orderOf(second)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * compare(a, b);
  });
};

const GAP = 2;

const widthOf = <Row>(column: ListingColumn<Row>, rows: readonly Row[]): number =>
  rows.reduce((widest, row) => Math.max(widest, [...(column.cell(row) ?? '-')].length), column.title.length);

/** The columns that fit beside each other, shortened before any is left out. */
const fitting = <Row>(
  columns: readonly ListingColumn<Row>[],
  rows: readonly Row[],
  room: number,
): readonly ListingColumn<Row>[] => {
  const widths = new Map(columns.map((column) => [column, widthOf(column, rows)]));
  const shown = [...columns];
  const excess = (): number =>
    shown.reduce((sum, column) => sum + (widths.get(column) ?? 0), GAP * (shown.length - 1)) - room;
  const shrink = (): void => {
    for (const column of shown) {
      const { shortest } = column;
      const width = widths.get(column) ?? 0;
      if (shortest === undefined || excess() <= 0) continue;
      widths.set(column, Math.max(Math.min(width, shortest), width - excess()));
    }
  };
  while (excess() > 0) {
    const slack = shown.reduce(
      (sum, column) => sum + Math.max(0, (widths.get(column) ?? 0) - (column.shortest ?? Infinity)),
      0,
    );
    const next = shown
      .filter(({ leaveOut }) => leaveOut !== undefined)
      .toSorted((a, b) => (b.leaveOut ?? 0) - (a.leaveOut ?? 0))[0];
    if (slack >= excess() || next === undefined) break;
    shown.splice(shown.indexOf(next), 1);
  }
  shrink();
  return shown.map((column) => ({
    ...column,
    cell: (row: Row) => {
      const text = column.cell(row);
      return text === null ? null : shorten(text, widths.get(column) ?? text.length);
    },
  }));
};

const withoutLeaveOut = <Row>({ leaveOut: _, ...column }: ListingColumn<Row>): ListingColumn<Row> => column;

/** The rows as a table that fits the terminal. Where standard output is none, every ordinary column is shown. */
export const listingTable = <Row>(
  io: Pick<Io, 'colour' | 'columns'>,
  { columns, rows }: Pick<Listing<Row>, 'columns' | 'rows'>,
  { wide, headers, sortBy }: Pick<OutputOptions, 'headers' | 'sortBy'> & { readonly wide: boolean },
): string => {
  const ordering = sortBy === undefined ? null : askedOrder(sortBy).name;
  const asked = columns
    .filter((column) => wide || column.wide !== true || columnName(column.title) === ordering)
    // What the rows are ordered by is shown, however narrow the terminal is.
    .map((column) => (columnName(column.title) === ordering ? withoutLeaveOut(column) : column));
  const shown = wide || io.columns === null ? asked : fitting(asked, rows, io.columns);
  const table = renderTable(io, shown, rows);
  return headers ? table : table.slice(table.indexOf('\n') + 1);
};
