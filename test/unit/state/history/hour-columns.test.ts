import { expect, test } from 'vitest';
import { HourColumns } from '../../../../shared/state/history/hour-columns.ts';

const HOUR = 3_600_000;
const TEN = Date.parse('2026-01-15T10:00:00Z');

test('hours come back in order, from the one that is asked for, however many there are', () => {
  const columns = new HourColumns();
  const rollup = (index: number) => ({
    minimum: index,
    sum: 3 * index + 3,
    last: index + 2,
    offsets: [0, 1, 2],
  });
  for (let index = 0; index < 1_440; index += 1) columns.push(TEN + index * HOUR, rollup(index));
  const point = (index: number) => ({
    hour: TEN + index * HOUR,
    minimum: index,
    mean: index + 1,
    last: index + 2,
    count: 3,
  });
  expect(columns.points(0)).toEqual(Array.from({ length: 1_440 }, (_, index) => point(index)));
  expect(columns.points(TEN + 1_438 * HOUR)).toEqual([point(1_438), point(1_439)]);
});

test('the largest subnet’s figures fit, measured every second', () => {
  const columns = new HourColumns();
  const offsets = Array.from({ length: 3_600 }, (_, second) => second * 1_000);
  columns.push(TEN, { minimum: 65_531, sum: 65_531 * 3_600, last: 65_531, offsets });
  expect(columns.points(TEN)).toEqual([
    { hour: TEN, minimum: 65_531, mean: 65_531, last: 65_531, count: 3_600 },
  ]);
});
