import { expect, test } from 'vitest';
import { BASELINES } from '../../../bench/alerts/baselines.ts';
import { joinEpisodes, quantile, scoreOf } from '../../../bench/alerts/score.ts';
import type { LoadSeries } from '../../../bench/alerts/shapes/load-series.ts';
import { falseRate, scoreTable } from '../../../bench/alerts/table.ts';
import { DAY, HOUR, START, series } from '../../../fixtures/supply-series.ts';

/** 30 days; runs out, or not, at the end. */
const aSeries = (exhausted: boolean): LoadSeries => ({
  name: 'a series',
  kind: exhausted ? 'growth' : 'step',
  size: 'small',
  capacity: 100,
  samples: series(30, (day) => (exhausted && day > 29.9 ? 0 : 50), HOUR),
  exhaustedAt: exhausted ? START + 30 * DAY : null,
  visibleAt: null,
});
const on = (from: number, to = Number.POSITIVE_INFINITY) => ({
  from: START + from * DAY,
  to: START + to * DAY,
});
const scored = (exhausted: boolean, ...episodes: ReturnType<typeof on>[]) =>
  scoreOf([{ series: aSeries(exhausted), episodes }]);

test('the lead counts from the episode that is on when the supply runs out', () => {
  expect(scored(true, on(20, 22), on(25)).leads.get('growth')).toEqual([120]);
  expect(scored(true, on(20, 22), on(25)).falseEpisodes.get('growth')).toBe(0);
});

test('an alarm that gave up before is a miss, and one that only speaks afterwards, too', () => {
  expect(scored(true, on(20, 22)).missed).toBe(1);
  expect(scored(true, on(30.5)).missed).toBe(1);
});

test('more than 16 days ahead is too early, and an episode that nothing followed is false', () => {
  expect(scored(true, on(10)).tooEarly).toBe(1);
  expect(scored(true, on(2, 3), on(25)).falseEpisodes.get('growth')).toBe(1);
  const wolf = scored(false, on(5, 6), on(9, 10));
  expect(wolf.falseEpisodes.get('step')).toBe(2);
  expect(falseRate(wolf)).toBeCloseTo(2, 1);
});

test('overlapping episodes of several rules are one', () => {
  expect(joinEpisodes([on(5, 7), on(1, 2), on(6), on(2, 3)])).toEqual([on(1, 3), on(5)]);
});

test('quantiles are values that occurred', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
  expect(quantile([1, 2, 3, 4], 0.05)).toBe(1);
  expect(quantile([], 0.5)).toBeNull();
});

test('the alarms of others are what they say: used for 15 minutes, a line for 30', () => {
  const falling: LoadSeries = { ...aSeries(false), samples: series(10, (day) => 100 - 10 * day) };
  const starts = Object.fromEntries(
    BASELINES.map(({ name, alarm }) => [name, ((alarm(falling)[0]?.from ?? Number.NaN) - START) / DAY]),
  );
  expect(starts['80 % used, 15 min']).toBeCloseTo(8, 1);
  expect(starts['90 % used, 15 min']).toBeCloseTo(9, 1);
  expect(starts['linear 6 h -> 24 h, 30 min']).toBeCloseTo(9, 0);
  expect(starts['linear 3 d -> 3 d, 30 min']).toBeCloseTo(7, 0);
});

test('the table says it in a line for each alarm', () => {
  const lines = scoreTable([{ name: 'one', score: scored(true, on(25)) }]).split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^one +0 of 1 +120 h \/ 120 h /);
});
