import type { Details } from './details.ts';
import type { Choice, Page, PageElement } from './page-types.ts';

/** The rows of a table: open and closed, sorted, under the names of their VPCs. */
export interface SubnetTable {
  toggle(button: PageElement, wanted: boolean): void;
  closeAll(within: PageElement): void;
  sort(header: PageElement): void;
  groupByVpc(): void;
}

export const subnetTableOf = (page: Page, choice: Choice, details: Details): SubnetTable => {
  const toggle = (button: PageElement, wanted: boolean): void => {
    const row = button.closest('tr');
    if (row === null || (button.getAttribute('aria-expanded') === 'true') === wanted) return;
    button.setAttribute('aria-expanded', String(wanted));
    if (wanted) choice.open = row.dataset['key'] ?? null;
    else if (choice.open === row.dataset['key']) choice.open = null;
    if (!wanted) {
      row.nextElementSibling?.remove();
      return;
    }
    const detail = page.createElement('tr');
    detail.className = 'detail';
    const cell = page.createElement('td');
    cell.colSpan = row.cells?.length ?? 1;
    details.fill(cell, row.dataset['key']);
    detail.append(cell);
    row.after(detail);
  };

  const closeAll = (within: PageElement): void => {
    for (const button of within.querySelectorAll('button.open[aria-expanded=true]')) toggle(button, false);
  };

  const sort = (header: PageElement): void => {
    const headers = Array.from(header.parentElement?.children ?? []);
    const body = header.closest('table')?.querySelector('tbody') ?? null;
    if (body === null) return;
    closeAll(body);
    for (const group of body.querySelectorAll('tr.group')) group.remove();
    const column = headers.indexOf(header);
    const ascending = header.getAttribute('aria-sort') !== 'ascending';
    for (const other of headers) other.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
    const keyed = Array.from(body.children).map((row) => {
      const cell = row.cells?.[column];
      const text = cell?.dataset['v'] ?? cell?.textContent ?? '';
      return { row, text, number: text === '' ? Number.NaN : Number(text) };
    });
    keyed.sort((a, b) => {
      const order =
        Number.isNaN(a.number) || Number.isNaN(b.number)
          ? // What is unknown stays at the end, whichever way is sorted.
            Number(Number.isNaN(a.number)) - Number(Number.isNaN(b.number)) ||
            a.text.localeCompare(b.text) * (ascending ? 1 : -1)
          : (a.number - b.number) * (ascending ? 1 : -1);
      return order;
    });
    body.append(...keyed.map(({ row }) => row));
    groupByVpc();
  };

  /** Heads each VPC's rows with its name, where that is asked for. */
  const groupByVpc = (): void => {
    const table = page.querySelector('table.subnets');
    const body = table?.querySelector('tbody') ?? null;
    if (table === null || body === null) return;
    for (const group of body.querySelectorAll('tr.group')) group.remove();
    if (page.getElementById('by-vpc')?.getAttribute('aria-pressed') !== 'true') return;
    closeAll(body);
    const names = JSON.parse(table.dataset['vpcs'] ?? '{}') as Record<string, string>;
    const groups = new Map<string, PageElement[]>();
    for (const row of Array.from(body.children)) {
      const vpc = row.dataset['vpc'] ?? '';
      groups.set(vpc, [...(groups.get(vpc) ?? []), row]);
    }
    for (const [vpc, rows] of groups) {
      const head = page.createElement('tr');
      head.className = 'group';
      head.dataset['group'] = 'vpc';
      const cell = page.createElement('th');
      cell.colSpan = rows[0]?.cells?.length ?? 1;
      cell.setAttribute('scope', 'rowgroup');
      cell.textContent = `${names[vpc] === undefined ? '' : `${names[vpc]}, `}${vpc}`;
      head.append(cell);
      head.hidden = rows.every(({ hidden }) => hidden);
      body.append(head, ...rows);
    }
  };

  return { toggle, closeAll, sort, groupByVpc };
};
