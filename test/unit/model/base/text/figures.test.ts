import { expect, test } from 'vitest';
import { figuresText, figureText } from '../../../../../shared/model/base/text/figures.ts';

test.each([
  ['maximumNodes', 6, 'nodes', '6'],
  ['fits', 1, 'nodes', '1 node'],
  ['freePrefixes', 31, 'prefixes', '31'],
  ['perNode', 1, 'prefixes', '1 prefix'],
  ['fragmentedPercent', 82.5, 'percent', '82.5 %'],
  ['available', null, 'addresses', 'unknown'],
  ['instanceType', 'm5.large', undefined, 'm5.large'],
  ['waitingSince', '2026-01-05T03:00:00.000Z', undefined, 'Mon 5 Jan 2026 03:00 UTC'],
  ['available', 12_345, 'addresses', '12,345 addresses'],
])('%s %s %s is %s', (name, value, unit, text) => {
  expect(figureText({ name, value, unit })).toBe(text);
});

test('figures in one line have their names in words', () => {
  const figures = [
    { name: 'currentNodes', value: 2, unit: 'nodes' },
    { name: 'available in subnet-0a', value: 3, unit: 'addresses' },
  ];
  expect(figuresText(figures)).toBe('current nodes 2, available in subnet-0a 3 addresses');
  expect(figuresText(figures, ' · ')).toContain(' · ');
  expect(figuresText([])).toBe('');
});
