import { stringify } from 'csv-stringify/sync';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { cellValue, columnName, type Listing } from './listing.ts';

/** Values as programs read them. A text that a spreadsheet would take for a formula begins with an apostrophe. */
export const listingCsv = <Row>(
  { columns, rows }: Pick<Listing<Row>, 'columns' | 'rows'>,
  headers: boolean,
): string =>
  stringify(
    rows.map((row) =>
      columns.map((column) => {
        const value = cellValue(column, row);
        return typeof value === 'string' ? printable(value) : value;
      }),
    ),
    {
      header: headers,
      columns: columns.map(({ title }) => columnName(title).replaceAll('-', '_')),
      escape_formulas: true,
    },
  );
