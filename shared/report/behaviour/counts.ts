import type { Details } from './details.ts';
import type { Choice, Page, PageElement, Row } from './page-types.ts';

/** The figures of what the filters leave, in place of those of everything. */
export interface Counts {
  countTiles(rows: readonly Row[], others: readonly Row[]): void;
  countGroups(rows: readonly Row[]): void;
  countOwners(rows: readonly PageElement[]): void;
}

export const countsOf = (page: Page, choice: Choice, details: Details): Counts => {
  const numberOf = (text: string | undefined): number | null =>
    text === undefined || text === '' ? null : Number(text);
  const grouped = (value: number): string => value.toLocaleString('en-US');
  const sum = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  /** A shared subnet is in the scans of its owner and of every participant: each has the subnet's id last in its key. */
  const eachOnce = (rows: readonly Row[]): readonly Row[] => [
    ...new Map(rows.map((row) => [(row.dataset['key'] ?? '').split('/').at(-1), row])).values(),
  ];
  /** What was drawn for everything, to be put back when no filter is left. */
  const drawn = new Map<PageElement, string>();
  const redraw = (element: PageElement, markup: () => string | null): void => {
    if (!drawn.has(element)) drawn.set(element, element.innerHTML);
    const changed = choice.isNarrowed() ? markup() : null;
    if (changed === null) element.innerHTML = drawn.get(element) ?? '';
    else element.textContent = changed;
  };

  /** The figures of the tiles, of what is left. */
  const countTiles = (rows: readonly Row[], others: readonly Row[]): void => {
    const findings = (level: string): number =>
      Array.from(page.querySelectorAll(`#findings .finding.${level}`)).filter(({ hidden }) => !hidden)
        .length + others.filter(({ dataset }) => dataset['severity'] === level).length;
    const targets = Array.from(page.querySelectorAll('#targets [data-target]')).filter(
      ({ hidden }) => !hidden,
    );
    const soonest = rows
      .filter(({ dataset }) => dataset['end'] !== '')
      .toSorted((a, b) => Number(a.dataset['end']) - Number(b.dataset['end']))[0];
    const runwayOf = (row: Row): string =>
      row.dataset['runway'] ?? row.querySelector?.('.runway')?.textContent ?? '';
    const unknown = rows.filter((row) => runwayOf(row) === 'unknown').length;
    const noneKnown = unknown === 0 ? 'none' : unknown === rows.length ? 'unknown' : 'none known';
    const once = eachOnce(rows);
    const available = sum(once.map(({ dataset }) => numberOf(dataset['available'])));
    const values: Record<string, () => string> = {
      critical: () => grouped(findings('critical')),
      warning: () => grouped(findings('warning')),
      soonest: () => (soonest === undefined ? noneKnown : runwayOf(soonest)),
      available: () => (available === null ? 'unknown' : grouped(available)),
      subnets: () => grouped(once.length),
      targets: () =>
        `${targets.filter(({ dataset }) => dataset['target'] === 'watched').length} of ${targets.length}`,
    };
    const words: Record<string, () => string> = {
      soonest: () =>
        soonest === undefined
          ? noneKnown === 'unknown'
            ? 'runs out first'
            : 'exhaustion expected'
          : `runs out first: ${soonest.querySelector?.('bdi')?.textContent ?? soonest.dataset['name'] ?? soonest.dataset['key'] ?? ''}`,
      available: () => {
        const unknown = once.filter(({ dataset }) => dataset['unknown'] !== undefined).length;
        const rest =
          unknown === 0 ? '' : `, not counting ${unknown} unknown ${unknown === 1 ? 'subnet' : 'subnets'}`;
        return `addresses available of ${grouped(sum(once.map(({ dataset }) => numberOf(dataset['usable']))) ?? 0)}${rest}`;
      },
    };
    for (const tile of page.querySelectorAll('[data-tile]')) {
      const name = tile.dataset['tile'] ?? '';
      const value = tile.querySelector('b');
      const text = tile.querySelector('span');
      if (value !== null) redraw(value, () => values[name]?.() ?? null);
      if (text !== null) redraw(text, () => words[name]?.() ?? null);
    }
  };

  /** The sums of teams, accounts and clusters, of what is left. */
  const countGroups = (rows: readonly Row[]): void => {
    const members = new Map<string, Row[]>();
    for (const row of rows)
      for (const dimension of ['team', 'account', 'cluster'])
        for (const name of (row.dataset[dimension] ?? '').split('\n')) {
          const key = `${dimension}\n${name}`;
          const known = members.get(key);
          if (known === undefined) members.set(key, [row]);
          else known.push(row);
        }
    for (const group of page.querySelectorAll('#groups [data-group]')) {
      const own = members.get(`${group.dataset['group']}\n${group.dataset['name']}`) ?? [];
      const of = (name: string): number | null => sum(own.map(({ dataset }) => numberOf(dataset[name])));
      const levels = (level: string): number =>
        own.filter(({ dataset }) => dataset['severity'] === level).length;
      const [available, usable, change] = [of('available'), of('usable'), of('change')];
      const unknown = own.filter(({ dataset }) => dataset['unknown'] !== undefined).length;
      const missing = unknown === 0 ? 'no IPv4' : 'unknown';
      const written = (value: number | null): string => (value === null ? missing : grouped(value));
      const figures: Record<string, string> = {
        subnets: written(own.length),
        critical: written(levels('critical')),
        warning: written(levels('warning')),
        available: written(available),
        usable: written(usable),
        free:
          available === null || usable === null || usable === 0
            ? missing
            : `${Math.round((100 * available) / usable)} %`,
        unknown: written(unknown),
        change: change === null ? 'unknown' : `${change > 0 ? '+' : ''}${grouped(change)}`,
      };
      group.hidden = choice.isNarrowed() && own.length === 0;
      for (const cell of group.querySelectorAll('[data-sum]'))
        redraw(cell, () => figures[cell.dataset['sum'] ?? ''] ?? null);
    }
  };

  /** The owners in what is left. Who holds what in which subnet is in the packed details. */
  const countOwners = (rows: readonly PageElement[]): void => {
    const section = page.getElementById('owners');
    const body = section?.querySelector('tbody') ?? null;
    if (section === null || body === null) return;
    const more = section.querySelector('p.more');
    if (more !== null) more.hidden = choice.isNarrowed();
    const partial = section.querySelector('p.partial');
    if (partial !== null) partial.hidden = !choice.isNarrowed();
    if (!drawn.has(body)) drawn.set(body, body.innerHTML);
    if (!choice.isNarrowed()) {
      body.innerHTML = drawn.get(body) ?? '';
      return;
    }
    const keys = rows.map(({ dataset }) => dataset['key'] ?? '');
    const asked = page.defaultView.location.hash;
    details.detailOf('holders').then(
      (text) => {
        // Another choice was made meanwhile.
        if (asked !== page.defaultView.location.hash || text === '') return;
        const holders = JSON.parse(text) as {
          readonly names: readonly (readonly [string, string])[];
          readonly rows: Record<string, readonly (readonly [number, number, number])[]>;
        };
        const held = new Map<number, { addresses: number; interfaces: number; subnets: number }>();
        for (const key of keys)
          for (const [owner, addresses, interfaces] of holders.rows[key] ?? []) {
            const known = held.get(owner) ?? { addresses: 0, interfaces: 0, subnets: 0 };
            known.addresses += addresses;
            known.interfaces += interfaces;
            known.subnets += 1;
            held.set(owner, known);
          }
        const ordered = [...held].toSorted(([, a], [, b]) => b.addresses - a.addresses);
        const total = ordered.reduce((all, [, { addresses }]) => all + addresses, 0);
        body.replaceChildren(
          ...ordered
            .slice(0, Number(section.dataset['shown']))
            .map(([owner, { addresses, interfaces, subnets }]) => {
              const row = page.createElement('tr');
              const [label = '', name = ''] = holders.names[owner] ?? [];
              const share = total === 0 ? 'unknown' : `${((100 * addresses) / total).toFixed(1)} %`;
              const cells = [label, name, grouped(addresses), share, grouped(interfaces), grouped(subnets)];
              row.append(
                ...cells.map((content, index) => {
                  const cell = page.createElement('td');
                  const inner = page.createElement('bdi');
                  inner.textContent = content;
                  cell.append(inner);
                  if (index > 1) cell.className = 'n';
                  return cell;
                }),
              );
              return row;
            }),
        );
      },
      () => {},
    );
  };

  return { countTiles, countGroups, countOwners };
};
