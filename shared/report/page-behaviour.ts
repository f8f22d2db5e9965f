/**
 * What the report does in a browser: search, filter, sort, open a subnet, copy a command, and on the page of a server act on
 * alerts. Its address keeps what is chosen. It goes into the page as text
 * (`pageScript`), so it must not use anything outside itself. The page is whole without it, except for the subnets'
 * details. These are the few members of the DOM that it uses: the program has no use for the types of all of it.
 */

interface PageElement {
  hidden: boolean;
  innerHTML: string;
  textContent: string | null;
  open?: boolean;
  value?: string;
  checked?: boolean;
  disabled?: boolean;
  colSpan?: number;
  className: string;
  readonly cells?: ArrayLike<PageElement>;
  readonly dataset: Record<string, string | undefined>;
  readonly nextElementSibling: PageElement | null;
  readonly previousElementSibling: PageElement | null;
  readonly parentElement: PageElement | null;
  readonly children: ArrayLike<PageElement>;
  addEventListener(
    type: string,
    listen: (event: { readonly target: PageElement; preventDefault(): void }) => void,
    capture?: boolean,
  ): void;
  append(...elements: PageElement[]): void;
  replaceChildren(...elements: PageElement[]): void;
  before(element: PageElement): void;
  after(element: PageElement): void;
  remove(): void;
  closest(selector: string): PageElement | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): ArrayLike<PageElement> & Iterable<PageElement>;
  scrollIntoView(options: object): void;
  focus(): void;
}

interface Page extends PageElement {
  createElement(name: string): PageElement;
  getElementById(id: string): PageElement | null;
  readonly body: PageElement;
  readonly hidden: boolean;
  defaultView: {
    readonly location: { hash: string; readonly pathname: string; readonly search: string; reload(): void };
    readonly history: { replaceState(state: null, title: string, url: string): void };
    readonly localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
    readonly navigator: { readonly clipboard?: { writeText(text: string): Promise<void> } };
    addEventListener(type: string, listen: () => void): void;
  };
}

const behave = (page: Page): void => {
  const view = page.defaultView;
  let details: Promise<Record<string, string>> | null = null;

  const DIMENSIONS = ['account', 'region', 'vpc', 'cluster', 'zone', 'severity'];
  /** What is chosen, as the address has it. */
  const state: { words: string; open: string | null; readonly chosen: Record<string, string[]> } = {
    words: '',
    open: null,
    chosen: Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, []])),
  };
  const isNarrowed = (): boolean =>
    state.words !== '' || DIMENSIONS.some((dimension) => state.chosen[dimension]?.length !== 0);

  const readAddress = (): void => {
    const raw = view.location.hash.slice(1);
    const given = new URLSearchParams(raw.includes('=') ? raw : '');
    for (const dimension of DIMENSIONS) state.chosen[dimension] = given.getAll(dimension);
    state.words = given.get('q') ?? '';
    let plain = '';
    try {
      plain = decodeURIComponent(raw);
    } catch {
      // An address with a broken escape opens nothing.
    }
    state.open = given.get('open') ?? (/(?:^|\/)subnet-/.test(plain) && !raw.includes('=') ? plain : null);
  };
  const writeAddress = (): void => {
    const given = new URLSearchParams();
    for (const dimension of DIMENSIONS)
      for (const value of state.chosen[dimension] ?? []) given.append(dimension, value);
    if (state.words !== '') given.set('q', state.words);
    if (state.open !== null && [...given].length > 0) given.set('open', state.open);
    const fragment = [...given].length > 0 ? given.toString() : state.open;
    const { pathname, search } = view.location;
    view.history.replaceState(null, '', fragment === null ? `${pathname}${search}` : `#${fragment}`);
  };

  /** All details are one compressed block: a ticket takes a file of a megabyte, and not one of twenty. */
  const unpack = async (): Promise<Record<string, string>> => {
    const packed = atob(page.getElementById('details')?.textContent ?? '');
    const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return JSON.parse(await new Response(stream).text()) as Record<string, string>;
  };
  const detailOf = async (key: string): Promise<string> => {
    details ??= unpack();
    return (await details)[key] ?? '';
  };
  /** What is opened: of the worst subnets it is in the page, of the others a server has it. */
  const bodyOf = async (key: string): Promise<string> => {
    const own = await detailOf(key);
    if (own !== '') return own;
    const shown = 'The details of this subnet are not in this file: headroom explain has them.';
    if (page.querySelector('.live') === null) return shown;
    const response = await fetch(`details/${key}`);
    return response.ok
      ? response.text()
      : 'The server does not have this subnet any more. Load the page again.';
  };
  /** One of the many that have no markup, with the attributes that rows have. */
  interface Row {
    readonly dataset: Record<string, string | undefined>;
    querySelector?(selector: string): PageElement | null;
  }
  let rest: Promise<{ readonly rows: readonly Row[]; readonly findings: readonly Row[] }> | null = null;
  const unpackRest = async (): Promise<{
    readonly rows: readonly Row[];
    readonly findings: readonly Row[];
  }> => {
    const text = await detailOf('rest');
    if (text === '') return { rows: [], findings: [] };
    const packed = JSON.parse(text) as {
      readonly words: readonly string[];
      readonly rows: readonly (readonly (number | string | null)[])[];
      readonly findings: readonly (readonly (number | string)[])[];
    };
    const facetsOf = (values: readonly (number | string | null)[]): Record<string, string> =>
      Object.fromEntries(
        DIMENSIONS.map((dimension, index) => [dimension, packed.words[Number(values[index])] ?? '']),
      );
    const textOf = (value: number | string | null | undefined): string => String(value ?? '');
    const rows = packed.rows.map((values): Row => {
      const facets = facetsOf(values);
      const [team, runway, id, name, range, available, usable, change, end, prefixes] = values.slice(6);
      const teamName = packed.words[Number(team)] ?? '';
      const words = [id, name, range, facets['vpc'], facets['account'], facets['region'], facets['zone']];
      return {
        dataset: {
          ...facets,
          key: `${facets['account']}/${facets['region']}/${textOf(id)}`,
          search: [...words, facets['cluster'], teamName, facets['severity']]
            .map(textOf)
            .join(' ')
            .replace(/\s+/g, ' ')
            .toLowerCase(),
          team: teamName,
          runway: packed.words[Number(runway)] ?? '',
          id: textOf(id),
          name: textOf(name),
          range: textOf(range),
          available: textOf(available),
          usable: textOf(usable),
          change: textOf(change),
          end: textOf(end),
          prefixes: textOf(prefixes),
        },
      };
    });
    const findings = packed.findings.map(
      (values): Row => ({ dataset: { ...facetsOf(values), search: textOf(values[6]) } }),
    );
    return { rows, findings };
  };
  const restOf = (): Promise<{ readonly rows: readonly Row[]; readonly findings: readonly Row[] }> => {
    rest ??= unpackRest();
    return rest;
  };
  /** Markup that the report has drawn, with every name in it escaped. */
  const fill = (element: PageElement, key: string | undefined): void => {
    if (key === undefined) return;
    element.setAttribute('aria-busy', 'true');
    bodyOf(key).then(
      (markup) => {
        element.innerHTML = markup;
        element.removeAttribute('aria-busy');
      },
      () => {
        element.textContent = 'This browser cannot unpack the details: it has no DecompressionStream.';
      },
    );
  };

  const toggle = (button: PageElement, wanted: boolean): void => {
    const row = button.closest('tr');
    if (row === null || (button.getAttribute('aria-expanded') === 'true') === wanted) return;
    button.setAttribute('aria-expanded', String(wanted));
    if (wanted) state.open = row.dataset['key'] ?? null;
    else if (state.open === row.dataset['key']) state.open = null;
    if (!wanted) {
      row.nextElementSibling?.remove();
      return;
    }
    const detail = page.createElement('tr');
    detail.className = 'detail';
    const cell = page.createElement('td');
    cell.colSpan = row.cells?.length ?? 1;
    fill(cell, row.dataset['key']);
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

  const numberOf = (text: string | undefined): number | null =>
    text === undefined || text === '' ? null : Number(text);
  const grouped = (value: number): string => value.toLocaleString('en-US');
  const sum = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  /** What was drawn for everything, to be put back when no filter is left. */
  const drawn = new Map<PageElement, string>();
  const redraw = (element: PageElement, markup: () => string | null): void => {
    if (!drawn.has(element)) drawn.set(element, element.innerHTML);
    const changed = isNarrowed() ? markup() : null;
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
    const available = sum(rows.map(({ dataset }) => numberOf(dataset['available'])));
    const values: Record<string, () => string> = {
      critical: () => grouped(findings('critical')),
      warning: () => grouped(findings('warning')),
      soonest: () => soonest?.dataset['runway'] ?? soonest?.querySelector?.('.runway')?.textContent ?? 'none',
      available: () => (available === null ? 'unknown' : grouped(available)),
      subnets: () => grouped(rows.length),
      targets: () =>
        `${targets.filter(({ dataset }) => dataset['target'] === 'watched').length} of ${targets.length}`,
    };
    const words: Record<string, () => string> = {
      soonest: () =>
        soonest === undefined
          ? 'exhaustion expected'
          : `runs out first: ${soonest.querySelector?.('bdi')?.textContent ?? soonest.dataset['name'] ?? soonest.dataset['key'] ?? ''}`,
      available: () =>
        `addresses available of ${grouped(sum(rows.map(({ dataset }) => numberOf(dataset['usable']))) ?? 0)}`,
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
      const written = (value: number | null): string => (value === null ? 'unknown' : grouped(value));
      const figures: Record<string, string> = {
        subnets: written(own.length),
        critical: written(levels('critical')),
        warning: written(levels('warning')),
        available: written(available),
        usable: written(usable),
        free:
          available === null || usable === null || usable === 0
            ? 'unknown'
            : `${Math.round((100 * available) / usable)} %`,
        change: change === null ? 'unknown' : `${change > 0 ? '+' : ''}${grouped(change)}`,
      };
      group.hidden = isNarrowed() && own.length === 0;
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
    if (more !== null) more.hidden = isNarrowed();
    const partial = section.querySelector('p.partial');
    if (partial !== null) partial.hidden = !isNarrowed();
    if (!drawn.has(body)) drawn.set(body, body.innerHTML);
    if (!isNarrowed()) {
      body.innerHTML = drawn.get(body) ?? '';
      return;
    }
    const keys = rows.map(({ dataset }) => dataset['key'] ?? '');
    const asked = view.location.hash;
    detailOf('holders').then(
      (text) => {
        // Another choice was made meanwhile.
        if (asked !== view.location.hash || text === '') return;
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

  /** Chips for what is chosen; a click on one takes it back. */
  const showChosen = (): void => {
    for (const pill of page.querySelectorAll('.filters [data-filter]')) {
      const chosen = state.chosen[pill.dataset['filter'] ?? ''] ?? [];
      pill.setAttribute('aria-pressed', String(chosen.includes(pill.dataset['value'] ?? '')));
    }
    const chips = DIMENSIONS.filter((dimension) => dimension !== 'severity').flatMap((dimension) =>
      (state.chosen[dimension] ?? []).map((value) => {
        const chip = page.createElement('button');
        chip.className = 'pill';
        chip.setAttribute('type', 'button');
        chip.setAttribute('aria-pressed', 'true');
        chip.dataset['filter'] = dimension;
        chip.dataset['value'] = value;
        chip.textContent = `${dimension}: ${value} \u00d7`;
        return chip;
      }),
    );
    page.getElementById('chosen')?.replaceChildren(...chips);
    const clear = page.getElementById('clear');
    if (clear !== null) clear.hidden = !isNarrowed();
  };

  /** Shows what fits the search and every filter, and counts it. */
  let isWhole = true;
  const narrow = (): void => {
    // The page was drawn whole: there is nothing to do until something is chosen.
    if (isWhole && !isNarrowed()) return;
    isWhole = !isNarrowed();
    const words = state.words.toLowerCase().split(/\s+/);
    const wanted = DIMENSIONS.filter((dimension) => state.chosen[dimension]?.length !== 0);
    const { open } = state;
    for (const table of page.querySelectorAll('table.subnets')) closeAll(table);
    state.open = open;
    for (const row of page.querySelectorAll('tr.later')) row.remove();
    const matches = ({ dataset }: Row): boolean => {
      const all = dataset['search'] ?? '';
      return (
        words.every((word) => all.includes(word)) &&
        wanted.every((dimension) => {
          const values = (dataset[dimension] ?? '').split('\n');
          return state.chosen[dimension]?.some((value) => values.includes(value)) === true;
        })
      );
    };
    const rows: PageElement[] = [];
    for (const element of page.querySelectorAll('[data-search]')) {
      const isWanted = matches(element);
      element.hidden = !isWanted;
      if (isWanted && element.dataset['key'] !== undefined) rows.push(element);
    }
    const count = (others: readonly Row[], findings: readonly Row[]): void => {
      const result = page.getElementById('found');
      if (result !== null)
        result.textContent = isNarrowed() ? `${rows.length + others.length} subnets match` : '';
      countTiles([...rows, ...others], findings);
      countGroups([...rows, ...others]);
    };
    // It is of the whole estate.
    const rest = page.querySelector('#runway .rest');
    if (rest !== null) rest.hidden = isNarrowed();
    groupByVpc();
    showChosen();
    countOwners(rows);
    if (page.getElementById('more') === null) {
      count([], []);
      return;
    }
    narrowings += 1;
    const asked = narrowings;
    restOf().then(
      (others) => {
        // Another choice was made meanwhile.
        if (asked !== narrowings) return;
        waiting = isNarrowed() ? others.rows.filter(matches) : others.rows;
        count(waiting, others.findings.filter(matches));
        if (isNarrowed()) showMore(LATER_SHOWN);
        else showMore(0);
      },
      () => count([], []),
    );
  };

  /** Rows that could be shown next, worst first; `null`: nothing was chosen yet, and these are all that have no row. */
  let waiting: readonly Row[] | null = null;
  let narrowings = 0;
  const LATER_SHOWN = 200;

  /** The row of one of the many. */
  const laterRow = ({ dataset }: Row): PageElement => {
    const row = page.createElement('tr');
    row.className = 'later';
    for (const [name, value] of Object.entries(dataset)) row.dataset[name] = value;
    const columns = page.querySelectorAll('table.subnets thead th').length;
    const of = (name: string): string => dataset[name] ?? '';
    const figure = (name: string): string => (of(name) === '' ? 'unknown' : grouped(Number(of(name))));
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
  const addLater = (rows: readonly Row[]): void => {
    const shown = new Set(Array.from(page.querySelectorAll('tr.later')).map(({ dataset }) => dataset['key']));
    const added = rows.filter(({ dataset }) => !shown.has(dataset['key'])).map(laterRow);
    page.querySelector('table.subnets tbody')?.append(...added);
  };

  /** Shows so many more of those that wait. */
  const showMore = (most: number): void => {
    const more = page.getElementById('more');
    if (more === null || waiting === null) return;
    addLater(waiting.slice(0, most));
    waiting = waiting.slice(most);
    more.hidden = waiting.length === 0;
    more.textContent = `Show more of ${grouped(waiting.length)}`;
    groupByVpc();
  };
  /** Shows more of all, where nothing was chosen yet. */
  const showNext = (): void => {
    restOf().then(
      ({ rows }) => {
        waiting ??= rows;
        showMore(LATER_SHOWN);
      },
      () => {},
    );
  };

  const choose = (pill: PageElement): void => {
    const dimension = pill.dataset['filter'] ?? '';
    const value = pill.dataset['value'] ?? '';
    const chosen = state.chosen[dimension] ?? [];
    state.chosen[dimension] = chosen.includes(value)
      ? chosen.filter((other) => other !== value)
      : [...chosen, value];
    state.open = null;
    writeAddress();
    narrow();
  };

  const openWanted = (mayAdd = true): void => {
    const wanted = state.open;
    if (wanted === null) return;
    for (const row of page.querySelectorAll('tr[data-key]')) {
      const key = row.dataset['key'] ?? '';
      if (key !== wanted && !key.endsWith(`/${wanted}`)) continue;
      row.hidden = false;
      const button = row.querySelector('button.open');
      if (button === null) return;
      toggle(button, true);
      row.scrollIntoView({ block: 'center' });
      button.focus();
      return;
    }
    if (!mayAdd || page.getElementById('more') === null) return;
    // It is among the many: it gets a row of its own.
    restOf().then(
      ({ rows }) => {
        const row = rows.find(({ dataset: { key = '' } }) => key === wanted || key.endsWith(`/${wanted}`));
        if (row === undefined || state.open !== wanted) return;
        addLater([row]);
        openWanted(false);
      },
      () => {},
    );
  };

  const followAddress = (): void => {
    const { open, words } = state;
    const before = JSON.stringify(state.chosen);
    readAddress();
    const input = page.getElementById('search');
    if (view.location.hash.length > 1 && !view.location.hash.includes('=')) {
      // A link to a part of the page, or to a subnet, keeps the filters.
      state.words = words;
      Object.assign(state.chosen, JSON.parse(before));
      if (state.open === null) {
        state.open = open;
        if (open !== null || isNarrowed()) writeAddress();
        return;
      }
    } else if (input !== null) input.value = state.words;
    narrow();
    openWanted();
    if (state.open !== null || isNarrowed()) writeAddress();
  };

  /** Sends what a reader does to the server, and shows what came of it. */
  const act = async (button: PageElement): Promise<void> => {
    const said = page.getElementById('acted');
    const say = (text: string): void => {
      if (said !== null) said.textContent = text;
    };
    const by = page.getElementById('who')?.value ?? '';
    button.disabled = true;
    try {
      const response = await fetch('actions', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-headroom-token': page.body.dataset['token'] ?? '',
        },
        body: JSON.stringify({
          action: button.dataset['act'],
          alert: button.dataset['alert'],
          by,
          ...(button.dataset['hours'] === undefined ? {} : { hours: Number(button.dataset['hours']) }),
        }),
      });
      const text = await response.text();
      say(text);
      if (response.ok) view.location.reload();
      else button.disabled = false;
    } catch {
      say('The server does not answer.');
      button.disabled = false;
    }
  };

  /** Looks whether the server has something new. */
  const lookForMore = async (): Promise<void> => {
    const live = page.querySelector('.live');
    if (live === null || page.hidden || page.getElementById('auto')?.checked !== true) return;
    try {
      const { headers, ok } = await fetch('./', { method: 'HEAD', cache: 'no-store' });
      if (ok && headers.get('etag') !== live.dataset['version']) view.location.reload();
    } catch {
      // The server may be starting again: the next look tells.
    }
  };

  const copy = (button: PageElement): void => {
    const text = button.previousElementSibling?.textContent ?? '';
    const say = (word: string): void => {
      button.textContent = word;
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 1500);
    };
    const written = view.navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    written.then(
      () => say('Copied'),
      () => say('Select and copy'),
    );
  };

  page.addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    if (button === null) return;
    if (button.className === 'open') {
      toggle(button, button.getAttribute('aria-expanded') !== 'true');
      writeAddress();
    } else if (button.dataset['copy'] !== undefined) copy(button);
    else if (button.dataset['filter'] !== undefined) choose(button);
    else if (button.dataset['act'] !== undefined) void act(button);
    else if (button.getAttribute('id') === 'refresh') view.location.reload();
    else if (button.getAttribute('id') === 'by-vpc') {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      groupByVpc();
    } else if (button.getAttribute('id') === 'more') showNext();
    else if (button.getAttribute('id') === 'clear') {
      for (const dimension of DIMENSIONS) state.chosen[dimension] = [];
      state.words = '';
      const input = page.getElementById('search');
      if (input !== null) input.value = '';
      state.open = null;
      writeAddress();
      narrow();
    } else if (button.closest('th') !== null) sort(button.closest('th') as PageElement);
  });
  // The event does not bubble, so it is caught on its way down.
  page.addEventListener(
    'toggle',
    ({ target }) => {
      const body = target.querySelector('[data-lazy]');
      if (body === null || target.open !== true) return;
      const key = body.dataset['lazy'];
      body.removeAttribute('data-lazy');
      fill(body, key);
    },
    true,
  );
  for (const header of page.querySelectorAll('table.sortable th')) {
    const words = header.textContent ?? '';
    header.textContent = '';
    const button = page.createElement('button');
    button.textContent = words;
    button.setAttribute('type', 'button');
    header.append(button);
  }
  const input = page.getElementById('search');
  input?.addEventListener('input', () => {
    state.words = input.value ?? '';
    state.open = null;
    writeAddress();
    narrow();
  });
  // A list of choices closes when the reader goes on.
  page.addEventListener('click', ({ target }) => {
    for (const pick of page.querySelectorAll('details.pick'))
      if (target.closest('details.pick') !== pick) pick.open = false;
  });
  const who = page.getElementById('who');
  if (who !== null) {
    try {
      who.value = view.localStorage.getItem('headroom-name') ?? '';
      who.addEventListener('input', () => view.localStorage.setItem('headroom-name', who.value ?? ''));
    } catch {
      // A browser that keeps nothing asks for the name each time.
    }
  }
  view.addEventListener('hashchange', followAddress);
  followAddress();
  if (page.querySelector('.live') !== null) setInterval(() => void lookForMore(), 30_000);
};

/** The text of the page's one script. */
export const pageScript = (): string => `(${behave.toString()})(document)`;
