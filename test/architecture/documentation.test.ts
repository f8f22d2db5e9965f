import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { generatedPages } from '../../scripts/docs/pages.ts';

test.each(Object.entries(generatedPages))(
  '%s is what the code generates (npm run docs)',
  async (path, page) => {
    const written = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
    expect(
      written === (await page()),
      'the page on disk and the one generated differ: run npm run docs',
    ).toBe(true);
  },
);
