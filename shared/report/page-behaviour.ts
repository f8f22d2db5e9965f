/**
 * What the report does in a browser: search, sort, open a subnet, copy a command. It goes into the page as text
 * (`pageScript`), so it must not use anything outside itself. The page is whole without it, except for the subnets'
 * details. These are the few members of the DOM that it uses: the program has no use for the types of all of it.
 */

interface PageElement {
  hidden: boolean;
  innerHTML: string;
  textContent: string | null;
  open?: boolean;
  value?: string;
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
    listen: (event: { readonly target: PageElement }) => void,
    capture?: boolean,
  ): void;
  append(...elements: PageElement[]): void;
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
  defaultView: {
    readonly location: { hash: string };
    readonly navigator: { readonly clipboard?: { writeText(text: string): Promise<void> } };
    addEventListener(type: string, listen: () => void): void;
  };
}

const behave = (page: Page): void => {
  const view = page.defaultView;
  let details: Promise<Record<string, string>> | null = null;

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
  /** Markup that the report has drawn, with every name in it escaped. */
  const fill = (element: PageElement, key: string | undefined): void => {
    if (key === undefined) return;
    element.setAttribute('aria-busy', 'true');
    detailOf(key).then(
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
  };

  const search = (text: string): void => {
    const words = text.toLowerCase().split(/\s+/);
    let found = 0;
    for (const table of page.querySelectorAll('table.subnets')) closeAll(table);
    for (const element of page.querySelectorAll('[data-search]')) {
      const all = element.dataset['search'] ?? '';
      const matches = words.every((word) => all.includes(word));
      element.hidden = !matches;
      if (matches && element.dataset['key'] !== undefined) found += 1;
    }
    const result = page.getElementById('found');
    if (result !== null) result.textContent = text === '' ? '' : `${found} subnets match`;
  };

  const openByHash = (): void => {
    const wanted = decodeURIComponent(view.location.hash.slice(1));
    if (!wanted.startsWith('subnet-')) return;
    for (const row of page.querySelectorAll('tr[data-key]')) {
      if (!(row.dataset['key'] ?? '').endsWith(`/${wanted}`)) continue;
      row.hidden = false;
      const button = row.querySelector('button.open');
      if (button === null) return;
      toggle(button, true);
      row.scrollIntoView({ block: 'center' });
      button.focus();
      return;
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
    if (button.className === 'open') toggle(button, button.getAttribute('aria-expanded') !== 'true');
    else if (button.dataset['copy'] !== undefined) copy(button);
    else if (button.closest('th') !== null) sort(button.closest('th') as PageElement);
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
  input?.addEventListener('input', () => search(input.value ?? ''));
  view.addEventListener('hashchange', openByHash);
  openByHash();
};

/** The text of the page's one script. */
export const pageScript = (): string => `(${behave.toString()})(document)`;
