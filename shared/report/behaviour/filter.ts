import type { Counts } from './counts.ts';
import type { Details } from './details.ts';
import type { LaterRows } from './later-rows.ts';
import type { Choice, Page, PageElement, Row } from './page-types.ts';
import type { SubnetTable } from './subnet-table.ts';

/** Shows what fits the choice, and follows the address of the page. */
export interface Filter {
  search(words: string): void;
  /** Takes a filter, or takes it back. */
  choose(pill: PageElement): void;
  clear(): void;
  followAddress(): void;
}

interface Parts {
  readonly choice: Choice;
  readonly details: Details;
  readonly table: SubnetTable;
  readonly counts: Counts;
  readonly later: LaterRows;
}

export const filterOf = (page: Page, { choice, details, table, counts, later }: Parts): Filter => {
  /** Chips for what is chosen; a click on one takes it back. */
  const showChosen = (): void => {
    for (const pill of page.querySelectorAll('.filters [data-filter]')) {
      const chosen = choice.chosen[pill.dataset['filter'] ?? ''] ?? [];
      pill.setAttribute('aria-pressed', String(chosen.includes(pill.dataset['value'] ?? '')));
    }
    const chips = choice.dimensions
      .filter((dimension) => dimension !== 'severity')
      .flatMap((dimension) =>
        (choice.chosen[dimension] ?? []).map((value) => {
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
    if (clear !== null) clear.hidden = !choice.isNarrowed();
  };

  /** Shows what fits the search and every filter, and counts it. */
  let isWhole = true;
  let narrowings = 0;
  const narrow = (): void => {
    // The page was drawn whole: there is nothing to do until something is chosen.
    if (isWhole && !choice.isNarrowed()) return;
    isWhole = !choice.isNarrowed();
    const words = choice.words.toLowerCase().split(/\s+/);
    const wanted = choice.dimensions.filter((dimension) => choice.chosen[dimension]?.length !== 0);
    const { open } = choice;
    for (const element of page.querySelectorAll('table.subnets')) table.closeAll(element);
    choice.open = open;
    for (const row of page.querySelectorAll('tr.later')) row.remove();
    const matches = ({ dataset }: Row): boolean => {
      const all = dataset['search'] ?? '';
      return (
        words.every((word) => all.includes(word)) &&
        wanted.every((dimension) => {
          const values = (dataset[dimension] ?? '').split('\n');
          return choice.chosen[dimension]?.some((value) => values.includes(value)) === true;
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
        result.textContent = choice.isNarrowed() ? `${rows.length + others.length} subnets match` : '';
      counts.countTiles([...rows, ...others], findings);
      counts.countGroups([...rows, ...others]);
    };
    // It shows the whole estate.
    const rest = page.querySelector('#runway .rest');
    if (rest !== null) rest.hidden = choice.isNarrowed();
    table.groupByVpc();
    showChosen();
    counts.countOwners(rows);
    if (page.getElementById('more') === null) {
      count([], []);
      return;
    }
    narrowings += 1;
    const asked = narrowings;
    details.restOf().then(
      (others) => {
        // Another choice was made meanwhile.
        if (asked !== narrowings) return;
        const fitting = choice.isNarrowed() ? others.rows.filter(matches) : others.rows;
        count(fitting, others.findings.filter(matches));
        later.wait(fitting, choice.isNarrowed());
      },
      () => count([], []),
    );
  };

  const choose = (pill: PageElement): void => {
    const dimension = pill.dataset['filter'] ?? '';
    const value = pill.dataset['value'] ?? '';
    const chosen = choice.chosen[dimension] ?? [];
    choice.chosen[dimension] = chosen.includes(value)
      ? chosen.filter((other) => other !== value)
      : [...chosen, value];
    choice.open = null;
    choice.write();
    narrow();
  };

  const openWanted = (mayAdd = true): void => {
    const wanted = choice.open;
    if (wanted === null) return;
    for (const row of page.querySelectorAll('tr[data-key]')) {
      const key = row.dataset['key'] ?? '';
      if (key !== wanted && !key.endsWith(`/${wanted}`)) continue;
      row.hidden = false;
      const button = row.querySelector('button.open');
      if (button === null) return;
      table.toggle(button, true);
      row.scrollIntoView({ block: 'center' });
      button.focus();
      return;
    }
    if (!mayAdd || page.getElementById('more') === null) return;
    // It is among the many: it gets a row of its own.
    details.restOf().then(
      ({ rows }) => {
        const row = rows.find(({ dataset: { key = '' } }) => key === wanted || key.endsWith(`/${wanted}`));
        if (row === undefined || choice.open !== wanted) return;
        later.add([row]);
        openWanted(false);
      },
      () => {},
    );
  };

  const followAddress = (): void => {
    const { open, words } = choice;
    const before = JSON.stringify(choice.chosen);
    choice.read();
    const input = page.getElementById('search');
    if (page.defaultView.location.hash.length > 1 && !page.defaultView.location.hash.includes('=')) {
      // A link to a part of the page, or to a subnet, keeps the filters.
      choice.words = words;
      Object.assign(choice.chosen, JSON.parse(before));
      if (choice.open === null) {
        choice.open = open;
        if (open !== null || choice.isNarrowed()) choice.write();
        return;
      }
    } else if (input !== null) input.value = choice.words;
    narrow();
    openWanted();
    if (choice.open !== null || choice.isNarrowed()) choice.write();
  };
  const clear = (): void => {
    for (const dimension of choice.dimensions) choice.chosen[dimension] = [];
    const input = page.getElementById('search');
    if (input !== null) input.value = '';
    search('');
  };

  const search = (words: string): void => {
    choice.words = words;
    choice.open = null;
    choice.write();
    narrow();
  };

  return { search, choose, clear, followAddress };
};
