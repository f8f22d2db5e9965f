import { printable } from '../../../shared/model/base/invisible-characters.ts';
import type { PlanReport, PlanTable } from '../../../shared/model/plan/plan-report.ts';

const NO_TABLE: PlanTable = { title: '', columns: [], rows: [] };

/** The table that CSV holds: the plan's own listing, else its first table. */
export const mainTableOf = ({ listing, tables }: PlanReport): PlanTable => listing ?? tables[0] ?? NO_TABLE;

/** A table without the columns that only programs and a wide terminal have room for. */
export const narrow = (table: PlanTable): PlanTable => {
  const shown = table.columns.map(({ wide }) => wide !== true);
  const kept = <Value>(values: readonly Value[]): readonly Value[] =>
    values.filter((_, index) => shown[index]);
  return { ...table, columns: kept(table.columns), rows: table.rows.map(kept) };
};

/** What `--output name` prints, one name a line: the column that names things, else the first one. */
export const namesIn = (report: PlanReport): readonly string[] => {
  const { columns, rows } = mainTableOf(report);
  const named = columns.findIndex(({ names }) => names === true);
  return [...new Set(rows.flatMap((cells) => cells[Math.max(0, named)] ?? []))].map(printable);
};
