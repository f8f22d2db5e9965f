import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { digestsOf, messagePages } from '../../scripts/message-pages.ts';
import { openingPage } from '../../scripts/opening-page.ts';

const IMAGES = join(import.meta.dirname, '../../docs/images');
const drawn: unknown = JSON.parse(readFileSync(join(IMAGES, 'messages.json'), 'utf8'));

let pages: ReadonlyMap<string, string>;
beforeAll(async () => {
  pages = new Map([...messagePages(), ['map-and-message', await openingPage()]]);
}, 60_000);

test("the pictures of messages in the docs show today's messages (npm run pictures:messages)", () => {
  expect(drawn).toEqual(digestsOf(pages));
});

test('every page of a message has its picture', () => {
  for (const name of pages.keys()) expect(existsSync(join(IMAGES, `${name}.png`)), name).toBe(true);
});

test('every picture in the docs is held to what it shows', () => {
  const held = ['messages.json', 'pages.json'].flatMap((file) =>
    Object.keys(JSON.parse(readFileSync(join(IMAGES, file), 'utf8')) as object),
  );
  expect(
    readdirSync(IMAGES).filter((name) => name.endsWith('.png') && !held.includes(name.slice(0, -4))),
  ).toEqual([]);
});

test('a message with another word has another digest', () => {
  const changed = new Map([...pages].map(([name, html]) => [name, html.replace('addresses', 'prefixes')]));
  expect(digestsOf(changed)).not.toEqual(drawn);
});
