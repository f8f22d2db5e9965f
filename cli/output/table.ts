import Table from 'cli-table3';
import type { Io } from '../base/io.ts';
import { paint } from '../base/io.ts';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** The cell's text; `null` is shown as a dash, for what is unknown. */
  readonly cell: (row: Row) => string | null;
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

/**
 * Names and tags come from scanned accounts and may hold anything: control characters would steer the terminal, and
 * marks that turn the direction of writing would shuffle the row. Both are shown as a visible replacement.
 */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to keep away from a terminal
  text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '\ufffd');

/** Shortens to a width, and says so with an ellipsis. */
export const shorten = (text: string, width: number): string =>
  [...text].length <= width ? text : `${[...text].slice(0, width - 1).join('')}…`;

/** A cell's text of a count, with its thousands apart; of what is unknown, none. */
export const wholeNumber = (value: number | null | undefined): string | null =>
  value?.toLocaleString('en') ?? null;

/** A table without rules: aligned columns, two spaces apart, no trailing white space. */
export const renderTable = <Row>(io: Io, columns: readonly Column<Row>[], rows: readonly Row[]): string => {
  const dye = paint(io);
  const table = new Table({
    head: columns.map(({ title }) => dye('dim', title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(columns.map(({ cell }) => cell(row) ?? dye('dim', '-')));
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
};
