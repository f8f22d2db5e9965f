import { printable } from '../../shared/model/base/invisible-characters.ts';
import { checkAll } from '../base/all-problems.ts';
import { UsageError } from '../base/command-line.ts';
import type { Io } from '../base/io.ts';
import { checkOutputFormat, OUTPUT_FORMATS, type OutputOptions } from '../input/output-options.ts';
import { documentText } from './document.ts';
import { columnToSortBy, type Listing, listingTable, sorted } from './listing.ts';
import { watchSeconds } from './watch.ts';

interface Titled {
  readonly title: string;
}

const checkRows = ({ format, sortBy, headers }: OutputOptions, columns: readonly Titled[]): void => {
  if (format === 'json' || format === 'yaml') {
    const idle = [...(sortBy === undefined ? [] : ['--sort-by']), ...(headers ? [] : ['--no-headers'])];
    if (idle.length > 0)
      throw new UsageError(
        `--output ${format} has no rows, so ${idle.join(' and ')} would have no effect.`,
        'Leave it out, or print table, wide, csv or name.',
      );
  } else if (sortBy !== undefined) columnToSortBy(columns, sortBy);
};

/**
 * All that is wrong with the options of a list, before anything is read.
 *
 * @param columns those of the list
 * @throws UsageError
 */
export const checkOutputOptions = (options: OutputOptions, columns: readonly Titled[]): void => {
  checkAll(
    () => checkOutputFormat(options.format, OUTPUT_FORMATS),
    () => checkRows(options, columns),
    () => watchSeconds(options.watch),
  );
};

interface Written<Row> {
  /** What JSON and YAML hold. */
  readonly document: object;
  readonly listing: Listing<Row>;
  /** What a table looks like for people, where it is more than its rows. Left out: the rows. */
  readonly text?: (() => string) | undefined;
  /** What stands below the rows, for people. */
  readonly notes?: (() => string) | undefined;
}

/** Prints a list in the format that was asked for. What writes YAML and CSV is loaded only then. */
export const writeListing = async <Row>(
  io: Io,
  { format, sortBy, headers }: OutputOptions,
  { document, listing, text, notes }: Written<Row>,
): Promise<void> => {
  if (format === 'json' || format === 'yaml') return io.out(await documentText(format, document));
  if (format === 'table' && text !== undefined && sortBy === undefined && headers) return io.out(text());
  const ordered = { ...listing, rows: sorted(listing, sortBy) };
  if (format === 'csv') {
    const { listingCsv } = await import('./listing-csv.ts');
    return io.out(listingCsv(ordered, headers));
  }
  if (format === 'name')
    // Several rows may be about one thing, as those of a cluster are: for scripts it is one name.
    return io.out([...new Set(ordered.rows.map((row) => `${printable(listing.nameOf(row))}\n`))].join(''));
  io.out(
    listingTable(io, ordered, {
      wide: format === 'wide',
      headers,
      ...(sortBy === undefined ? {} : { sortBy }),
    }),
  );
  if (headers) io.out(notes?.() ?? '');
};
