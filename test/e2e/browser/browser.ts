import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { findChromium } from '../../../scripts/chromium.mjs';

const PICTURES = join(import.meta.dirname, '../../../docs/images');

export interface Look {
  readonly scheme: 'light' | 'dark';
  readonly width: number;
}

/** Every look that people have: a phone and a wide screen, by day and by night. */
export const LOOKS: readonly Look[] = [
  { scheme: 'light', width: 1600 },
  { scheme: 'dark', width: 1600 },
  { scheme: 'light', width: 400 },
  { scheme: 'dark', width: 400 },
];

export const openBrowser = (): Promise<Browser> => {
  const executablePath = findChromium();
  if (executablePath === null)
    throw new Error('There is no Chromium; node scripts/chromium.mjs says what to do.');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
};

export interface OpenPage {
  readonly page: Page;
  /** Whatever the page asked for besides itself. Images within the page are no request to anybody. */
  readonly requests: readonly string[];
  /** Errors, refusals of the content policy, and dialogs: none is to be expected. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** Opens a file in a window of its own, and watches all that it does. */
export const openFile = (browser: Browser, path: string, look: Look): Promise<OpenPage> =>
  openUrl(browser, `file://${path}`, look);

/** The same of the page of a server. */
export const openUrl = async (browser: Browser, url: string, look: Look): Promise<OpenPage> => {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 1000 },
    colorScheme: look.scheme,
  });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    const asked = request.url();
    if (asked.split('#')[0] !== url && !asked.startsWith('data:') && !asked.startsWith('blob:'))
      requests.push(asked);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  await page.goto(url);
  return { page, requests, complaints, close: () => context.close() };
};

/** What axe finds to be serious or critical for people who see, hear or point differently. */
export const barriers = async (page: Page): Promise<readonly string[]> => {
  // The content policy of the page lets no script in, so axe comes by the debugger, as everything here does.
  await page.evaluate(axe.source);
  const found = await page.evaluate<axe.AxeResults>('axe.run()');
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 300)} ${nodes[0]?.failureSummary}`);
};

/** The pages that the pictures in the docs show: the name of each picture, and the digest of its page. */
const PAGES = join(PICTURES, 'pages.json');
const drawnPages = (): Readonly<Record<string, string>> =>
  existsSync(PAGES) ? JSON.parse(readFileSync(PAGES, 'utf8')) : {};

/**
 * What a reader may see of a page: its elements, words and styles. The data of its scripts is packed, by whichever zlib, and
 * the policy of the page has the hash of its script.
 */
export const digestOf = async (page: Page): Promise<string> => {
  const seen = await page.evaluate<string>(
    '(() => { const copy = document.documentElement.cloneNode(true); for (const each of copy.querySelectorAll("script, meta")) each.remove(); return copy.outerHTML; })()',
  );
  return createHash('sha256').update(seen).digest('hex').slice(0, 16);
};

/** Fails where the picture of that name shows another page. */
export const expectDrawn = async (page: Page, name: string): Promise<void> =>
  expect(drawnPages()[name], `the page of docs/images/${name}.png (npm run pictures:report)`).toBe(
    await digestOf(page),
  );

/**
 * Compares a page with the one that its picture in the docs shows; `npm run pictures:report` draws it again. The letters of a
 * picture differ from machine to machine, so it is the page that is compared. A name without a picture is not in the docs: a
 * new picture begins as an empty file.
 */
export const picture = async (page: Page, name: string, height: number): Promise<void> => {
  const path = join(PICTURES, `${name}.png`);
  if (!existsSync(path)) return;
  const { width } = page.viewportSize() ?? { width: 1600 };
  await page.setViewportSize({ width, height });
  // Drawn in any case: a screenshot waits for what the page still does.
  const drawn = await page.screenshot();
  if (process.env['HEADROOM_PICTURES'] === undefined) return expectDrawn(page, name);
  writeFileSync(path, drawn);
  const digest = await digestOf(page);
  const pages = Object.entries({ ...drawnPages(), [name]: digest }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(PAGES, `${JSON.stringify(Object.fromEntries(pages), null, 2)}\n`);
};
