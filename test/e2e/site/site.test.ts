import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

/** The site as `npm run site` built it, without a server. */

const ROOT = join(import.meta.dirname, '../../..');
const SITE = join(ROOT, 'site/.vitepress/dist');

const filesIn = (folder: string, end: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(end));

const pages = new Map<string, string>();
beforeAll(() => {
  if (!existsSync(SITE)) throw new Error('There is no site. Run `npm run test:site`, which builds it first.');
  for (const name of filesIn(SITE, '.html')) pages.set(`/${name}`, readFileSync(join(SITE, name), 'utf8'));
});

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&#39;': "'", '&quot;': '"' };
const decoded = (text: string): string =>
  text.replace(/&(?:amp|#39|quot);/g, (each) => ENTITIES[each] ?? each);

/** Where a link of a page leads within the site; `null`: elsewhere. */
const targetOf = (page: string, href: string): { readonly file: string; readonly anchor: string } | null => {
  if (/^(?:[a-z]+:|\/\/)/.test(href)) return null;
  const url = new URL(href, `http://site${page}`);
  const path = decodeURIComponent(url.pathname);
  return {
    file: path.endsWith('/') ? `${path}index.html` : path,
    anchor: decodeURIComponent(url.hash.slice(1)),
  };
};

const brokenLinks = (): readonly string[] =>
  [...pages].flatMap(([page, html]) =>
    [...html.matchAll(/<(?:a|img|link|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g)].flatMap(([, href = '']) => {
      const target = targetOf(page, decoded(href));
      if (target === null) return [];
      const html404 = page === '/404.html';
      const text = pages.get(target.file);
      if (text === undefined)
        return existsSync(join(SITE, target.file)) || html404 ? [] : [`${page}: ${href}`];
      return target.anchor === '' || decoded(text).includes(`id="${target.anchor}"`)
        ? []
        : [`${page}: ${href}`];
    }),
  );

test('every page of docs/ is a page of the site', () => {
  const wanted = filesIn(join(ROOT, 'docs'), '.md').map((name) => `/${name.replace(/\.md$/, '.html')}`);
  expect(wanted.length).toBeGreaterThan(80);
  expect(wanted.filter((page) => !pages.has(page))).toEqual([]);
});

test('every link and picture of the site leads to something that is there, anchors too', () => {
  expect(brokenLinks()).toEqual([]);
});

test('a link that leads nowhere would be found', () => {
  pages.set(
    '/planted.html',
    '<a href="/none.html">x</a> <a href="/faq.html#none">y</a> <img src="/none.png">',
  );
  const found = brokenLinks();
  pages.delete('/planted.html');
  expect(found).toEqual([
    '/planted.html: /none.html',
    '/planted.html: /faq.html#none',
    '/planted.html: /none.png',
  ]);
});

test('every page is reached from the first one', () => {
  const reached = new Set(['/index.html']);
  for (const page of reached)
    for (const [, href = ''] of (pages.get(page) ?? '').matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)) {
      const target = targetOf(page, decoded(href));
      if (target !== null && pages.has(target.file)) reached.add(target.file);
    }
  expect([...pages.keys()].filter((page) => !reached.has(page) && page !== '/404.html')).toEqual([]);
});

interface Found {
  readonly id: string;
}

test.each([
  ['fragmentation', '/concepts.html'],
  ['custom networking', '/how-to.html'],
  ['stack set', '/organisation.html'],
  ['unknown', '/troubleshooting.html'],
])('a search for %j finds %s', async (words, page) => {
  const [name = ''] = filesIn(join(SITE, 'assets/chunks'), '.js').filter((each) =>
    /localSearchIndexroot/.test(each),
  );
  const chunk = join(SITE, 'assets/chunks', name);
  const { default: index } = (await import(pathToFileURL(chunk).href)) as { default: string };
  const require = createRequire(join(dirname(SITE), 'config.mjs'));
  const { default: MiniSearch } = (await import(pathToFileURL(require.resolve('minisearch')).href)) as {
    default: { loadJSON: (json: string, options: object) => { search: (words: string) => readonly Found[] } };
  };
  const search = MiniSearch.loadJSON(index, {
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
  });
  const found = search.search(words).map(({ id }) => id.split('#')[0]);
  expect(found).toContain(page);
});
