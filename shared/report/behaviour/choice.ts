import type { Choice, Page } from './page-types.ts';

/** What is chosen on the page, kept in its address. */
export const choiceOf = (page: Page): Choice => {
  const dimensions = ['account', 'region', 'vpc', 'cluster', 'zone', 'severity'];
  const read = (): void => {
    const raw = page.defaultView.location.hash.slice(1);
    const given = new URLSearchParams(raw.includes('=') ? raw : '');
    for (const dimension of dimensions) choice.chosen[dimension] = given.getAll(dimension);
    choice.words = given.get('q') ?? '';
    let plain = '';
    try {
      plain = decodeURIComponent(raw);
    } catch {
      // An address with a broken escape opens nothing.
    }
    choice.open = given.get('open') ?? (/(?:^|\/)subnet-/.test(plain) && !raw.includes('=') ? plain : null);
  };
  const write = (): void => {
    const given = new URLSearchParams();
    for (const dimension of dimensions)
      for (const value of choice.chosen[dimension] ?? []) given.append(dimension, value);
    if (choice.words !== '') given.set('q', choice.words);
    if (choice.open !== null && [...given].length > 0) given.set('open', choice.open);
    const fragment = [...given].length > 0 ? given.toString() : choice.open;
    const { location, history } = page.defaultView;
    history.replaceState(
      null,
      '',
      fragment === null ? `${location.pathname}${location.search}` : `#${fragment}`,
    );
  };
  const choice: Choice = {
    dimensions,
    chosen: Object.fromEntries(dimensions.map((dimension) => [dimension, []])),
    words: '',
    open: null,
    isNarrowed: () =>
      choice.words !== '' || dimensions.some((dimension) => choice.chosen[dimension]?.length !== 0),
    read,
    write,
  };
  return choice;
};
