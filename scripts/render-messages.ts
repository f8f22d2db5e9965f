import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';
import { digestsOf, messagePages } from './message-pages.ts';
import { openingPage } from './opening-page.ts';

/**
 * Draws the example messages as Slack and a mail client show them, and the opening of README, and puts the pictures into
 * docs/images.
 * Nothing is fetched: fonts are the machine's own, so the pictures differ from machine to machine, and the digests do not.
 */
const folder = join(import.meta.dirname, '..', 'docs', 'images');
const executablePath = findChromium();
if (executablePath === null)
  throw new Error('There is no Chromium; node scripts/chromium.mjs says what to do.');
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-background-networking'],
});
const pages = new Map([...messagePages(), ['map-and-message', await openingPage()]]);
try {
  const context = await browser.newContext({
    deviceScaleFactor: 1.5,
    viewport: { width: 1200, height: 400 },
    offline: true,
  });
  const page = await context.newPage();
  for (const [name, html] of pages) {
    await page.setContent(html);
    await page
      .locator('body > div')
      .screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  }
} finally {
  await browser.close();
}
writeFileSync(join(folder, 'messages.json'), `${JSON.stringify(digestsOf(pages), null, 2)}\n`);
