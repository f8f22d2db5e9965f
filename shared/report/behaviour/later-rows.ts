import type { Details } from './details.ts';
import type { Page, PageElement, Row } from './page-types.ts';
import type { SubnetTable } from './subnet-table.ts';

/** Rows of subnets that the page was drawn without: a page with 100,000 rows does not open. */
export interface LaterRows {
  /** Says which rows come next, worst first, and shows the first of them where they were searched for. */
  wait(rows: readonly Row[], areSearched: boolean): void;
  /** Adds the rows that are not there yet. */
  add(rows: readonly Row[]): void;
  showNext(): void;
}

export const laterRowsOf = (page: Page, details: Details, table: SubnetTable): LaterRows => {
  /** Rows that could be shown next, worst first; `null`: nothing was chosen yet, and these are all that have no row. */
  let waiting: readonly Row[] | null = null;
  const LATER_SHOWN = 200;

  /** The row of one of the many. */
  const laterRow = ({ dataset }: Row): PageElement => {
    const row = page.createElement('tr');
    row.className = 'later';
    for (const [name, value] of Object.entries(dataset)) row.dataset[name] = value;
    const columns = page.querySelectorAll('table.subnets thead th').length;
    const of = (name: string): string => dataset[name] ?? '';
    const figure = (name: string): string =>
      of(name) === '' ? 'unknown' : Number(of(name)).toLocaleString('en-US');
    const cell = (text: string, value: string | null = null, name = ''): PageElement => {
      const made = page.createElement('td');
      made.className = name;
      made.textContent = text;
      if (value !== null) made.dataset['v'] = value;
      return made;
    };
    const first = cell('', of('name') === '' ? of('id') : of('name'), 'id');
    const open = page.createElement('button');
    open.className = 'open';
    open.setAttribute('type', 'button');
    open.setAttribute('aria-expanded', 'false');
    const name = page.createElement('bdi');
    name.textContent = of('name') === '' ? of('id') : of('name');
    open.append(name);
    const id = page.createElement('small');
    id.textContent = of('id');
    first.append(open, page.createElement('br'), id);
    const level = of('severity') === 'fine' ? '' : of('severity');
    const change =
      of('change') === '' ? 'unknown' : `${Number(of('change')) > 0 ? '+' : ''}${figure('change')}`;
    row.append(
      first,
      cell(level, level === 'critical' ? '0' : level === 'warning' ? '1' : '2'),
      cell(of('runway'), of('end')),
      cell(`${figure('available')} of ${figure('usable')}`, shareOf(of('available'), of('usable')), 'n'),
      ...(columns === 9 ? [cell(change, of('change'), 'n')] : []),
      cell(figure('prefixes'), of('prefixes'), 'n'),
      cell('', '', 'n wide'),
      cell(of('range') === '' ? 'IPv6 only' : of('range'), null, 'wide'),
      cell(`${of('vpc')} ${of('account')} ${of('zone') === '' ? of('region') : of('zone')}`, null, 'wide'),
    );
    return row;
  };
  const shareOf = (available: string, usable: string): string =>
    available === '' || usable === '' || usable === '0'
      ? ''
      : String((100 * Number(available)) / Number(usable));

  /** Adds those that have no row yet. */
  const add = (rows: readonly Row[]): void => {
    const shown = new Set(Array.from(page.querySelectorAll('tr.later')).map(({ dataset }) => dataset['key']));
    const added = rows.filter(({ dataset }) => !shown.has(dataset['key'])).map(laterRow);
    page.querySelector('table.subnets tbody')?.append(...added);
  };

  /** Shows so many more of those that wait. */
  const showMore = (most: number): void => {
    const more = page.getElementById('more');
    if (more === null || waiting === null) return;
    add(waiting.slice(0, most));
    waiting = waiting.slice(most);
    more.hidden = waiting.length === 0;
    more.textContent = `Show more of ${waiting.length.toLocaleString('en-US')}`;
    table.groupByVpc();
  };
  /** Shows more of all, where nothing was chosen yet. */
  const showNext = (): void => {
    details.restOf().then(
      ({ rows }) => {
        waiting ??= rows;
        showMore(LATER_SHOWN);
      },
      () => {},
    );
  };
  const wait = (rows: readonly Row[], areSearched: boolean): void => {
    waiting = rows;
    showMore(areSearched ? LATER_SHOWN : 0);
  };

  return { wait, add, showNext };
};
