import { actionsOf } from './actions.ts';
import { choiceOf } from './choice.ts';
import { countsOf } from './counts.ts';
import { detailsOf } from './details.ts';
import { filterOf } from './filter.ts';
import { laterRowsOf } from './later-rows.ts';
import type { Page, PageElement } from './page-types.ts';
import { subnetTableOf } from './subnet-table.ts';

const PARTS = { choiceOf, detailsOf, subnetTableOf, countsOf, laterRowsOf, filterOf, actionsOf };

/** Connects the parts, and listens. */
const start = (page: Page, parts: typeof PARTS): void => {
  const view = page.defaultView;
  const choice = parts.choiceOf(page);
  const details = parts.detailsOf(page, choice);
  const table = parts.subnetTableOf(page, choice, details);
  const counts = parts.countsOf(page, choice, details);
  const later = parts.laterRowsOf(page, details, table);
  const filter = parts.filterOf(page, { choice, details, table, counts, later });
  const actions = parts.actionsOf(page);

  page.addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    if (button === null) return;
    if (button.className === 'open') {
      table.toggle(button, button.getAttribute('aria-expanded') !== 'true');
      choice.write();
    } else if (button.dataset['copy'] !== undefined) actions.copy(button);
    else if (button.dataset['filter'] !== undefined) filter.choose(button);
    else if (button.dataset['act'] !== undefined) void actions.act(button);
    else if (button.getAttribute('id') === 'refresh') view.location.reload();
    else if (button.getAttribute('id') === 'by-vpc') {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      table.groupByVpc();
    } else if (button.getAttribute('id') === 'more') later.showNext();
    else if (button.getAttribute('id') === 'clear') filter.clear();
    else if (button.closest('th') !== null) table.sort(button.closest('th') as PageElement);
  });
  // The event does not bubble, so it is caught on its way down.
  page.addEventListener(
    'toggle',
    ({ target }) => {
      const body = target.querySelector('[data-lazy]');
      if (body === null || target.open !== true) return;
      const key = body.dataset['lazy'];
      body.removeAttribute('data-lazy');
      details.fill(body, key);
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
  input?.addEventListener('input', () => filter.search(input.value ?? ''));
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
  view.addEventListener('hashchange', filter.followAddress);
  filter.followAddress();
  if (page.querySelector('.live') !== null) setInterval(() => void actions.lookForMore(), 30_000);
};

/**
 * The text of the page's one script: what the report does in a browser. It searches, filters, sorts, opens a subnet, copies a
 * command, and on the page of a server it acts on alerts. The page is whole without it, except for the subnets' details. Each
 * part goes into the page as the text of its function, so it must not use anything but its arguments.
 */
export const pageScript = (): string => {
  const parts = Object.entries(PARTS).map(([name, part]) => `${name}:${part.toString()}`);
  return `(${start.toString()})(document,{${parts.join(',')}})`;
};
