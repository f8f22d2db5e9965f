import { stringify } from 'csv-stringify/sync';
import { printable } from '../../../shared/model/base/invisible-characters.ts';
import type { PlanTable } from '../../../shared/model/plan/plan-report.ts';
import { columnName } from '../listing.ts';

/** A table of a plan as CSV. A text that a spreadsheet would take for a formula begins with an apostrophe. */
export const planCsv = ({ columns, rows }: PlanTable): string =>
  stringify(
    rows.map((cells) =>
      columns.map(({ align }, index) => {
        const cell = cells[index] ?? null;
        if (cell === null) return null;
        return align === 'right' ? withoutThousands(cell) : printable(cell);
      }),
    ),
    {
      header: true,
      columns: columns.map(({ title }) => columnName(title).replaceAll('-', '_')),
      escape_formulas: true,
    },
  );

/** Figures without the commas that are for people: `1,204` is 1204. */
const withoutThousands = (figure: string): string => figure.replaceAll(/(?<=\d),(?=\d{3})/g, '');
