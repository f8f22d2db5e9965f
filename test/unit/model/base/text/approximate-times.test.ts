import { expect, test } from 'vitest';
import { approximateTime } from '../../../../../shared/model/base/text/approximate-times.ts';

const NOW = '2026-11-20T12:00:00.000Z';

test.each([
  ['2026-11-20T16:40:00.000Z', '16:40 UTC'],
  ['2026-11-21T07:46:00.000Z', '07:46 UTC tomorrow'],
  ['2026-11-22T11:59:00.000Z', 'Sun 22 Nov 11:59 UTC'],
  ['2026-11-22T12:00:00.000Z', 'Sun 22 Nov'],
  ['2026-12-01T12:00:00.000Z', 'Tue 1 Dec'],
  ['soon', 'soon'],
])('%s is as exact as a sentence needs it: %s', (iso, text) => {
  expect(approximateTime(iso, NOW)).toBe(text);
});

test('without a present the time is written as it is', () => {
  expect(approximateTime('2026-11-20T16:40:00.000Z', 'now')).toBe('2026-11-20T16:40:00.000Z');
});
