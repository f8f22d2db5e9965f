import Table from 'cli-table3';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { number } from '../../shared/model/base/text/numbers.ts';
import { type Io, paint, type Style } from '../base/io.ts';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** The cell's text, as it came from outside; `null` is shown as a dash, for what is unknown. */
  readonly cell: (row: Row) => string | null;
  readonly style?: (row: Row) => Style | null;
}

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A cell's text of a count, with its thousands apart; of what is unknown, none. */
export const wholeNumber = (value: number | null | undefined): string | null =>
  value == null ? null : number(value);

/** A table without rules: aligned columns, two spaces apart, no trailing white space. */
export const renderTable = <Row>(
  io: Pick<Io, 'colour'>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string => {
  const dye = paint(io);
  const table = new Table({
    head: columns.map(({ title }) => dye('dim', title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows)
    table.push(
      columns.map(({ cell, style }) => {
        const text = cell(row);
        if (text === null) return dye('dim', '-');
        const wanted = style?.(row) ?? null;
        return wanted === null ? printable(text) : dye(wanted, printable(text));
      }),
    );
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
};
