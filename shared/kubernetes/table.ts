import { type Json, list, record, text } from './json-fields.ts';
import { KubernetesFailure } from './kubernetes-failure.ts';

export interface TableRow {
  /** A cell by the name of its column; `null` where the cell has no text, or `<none>`. */
  cell(column: string): string | null;
  /** Empty where metadata was not asked for. */
  readonly metadata: Json;
}

/**
 * The rows of a table. Columns are found by name: their order is made for people, and may change.
 *
 * @throws KubernetesFailure `malformed` without one of the columns that are needed
 */
export const tableRows = (table: Json, needed: readonly string[]): readonly TableRow[] => {
  const columns = new Map(
    list(table['columnDefinitions']).map((column, index) => [text(record(column)['name']), index]),
  );
  for (const name of needed)
    if (!columns.has(name)) throw new KubernetesFailure('malformed', `the table has no column ${name}`);
  return list(table['rows']).map((row) => {
    const { cells, object } = record(row);
    const values = list(cells);
    return {
      cell: (column) => {
        const value = text(values[columns.get(column) ?? -1]);
        return value === '<none>' || value === '<unknown>' ? null : value;
      },
      metadata: record(record(object)['metadata']),
    };
  });
};
