import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const pagesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);

const pages = pagesIn('docs');

/** The anchor that GitHub and the site make of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[`*.,:?!'"()/]/g, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** Links of a page that lead nowhere. Other sites are not asked. */
const deadLinks = (page: string, text: string): readonly string[] => {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(ROOT, target))) return [`${page}: ${link}`];
    return anchor === undefined || !target.endsWith('.md') || anchorsOf(read(target)).includes(anchor)
      ? []
      : [`${page}: ${link}`];
  });
};

test.each(['README.md', 'CONTRIBUTING.md', ...pages, ...pagesIn('docs/runbooks')])(
  'every link of %s leads somewhere',
  (page) => {
    expect(deadLinks(page, read(page))).toEqual([]);
  },
);

test.each(['[a](no-such-page.md)', '[a](deploy.md#no-such-heading)', '[a](#no-such-heading)'])(
  '%s would be found',
  (link) => {
    expect(deadLinks('docs/faq.md', link)).toHaveLength(1);
  },
);

test('every page is in the menu of the site', () => {
  const menu = read('site/.vitepress/config.mjs');
  const linked = [...menu.matchAll(/'?([a-z-]+)'?: '[A-Z]/g)].map(([, name]) => `docs/${name}.md`);
  const left = pages.filter(
    (page) =>
      !linked.includes(page) && !['docs/index.md', 'docs/style.md', 'docs/releasing.md'].includes(page),
  );
  expect(left).toEqual([]);
});
