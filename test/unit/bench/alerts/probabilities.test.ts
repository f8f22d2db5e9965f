import { expect, test } from 'vitest';
import { calibrationOf } from '../../../../shared/pipeline/calibration.ts';
import type { ReplayTransition } from '../../../../shared/pipeline/replay.ts';
import { alertEpisodes } from '../../../../shared/pipeline/review.ts';
import { notificationsOf, pagesOf } from '../../../bench/alerts/headroom-alarm.ts';
import { saidOf } from '../../../bench/alerts/probabilities.ts';
import type { LoadSeries } from '../../../bench/alerts/shapes/load-series.ts';
import { atFalseRates } from '../../../bench/alerts/sweep.ts';
import { DAY, HOUR, START, series } from '../../../fixtures/supply-series.ts';

const falling: LoadSeries = {
  name: 'falling',
  kind: 'growth',
  size: 'small',
  capacity: 100,
  samples: series(12, (day) => Math.max(0, Math.round(100 - 10 * day)), HOUR),
  exhaustedAt: START + 10 * DAY,
  visibleAt: null,
};
const calm: LoadSeries = { ...falling, kind: 'step', samples: series(12, () => 60, HOUR), exhaustedAt: null };

test('a perfect forecast has a skill of one, and one that always says the base rate has none', () => {
  expect(
    calibrationOf([
      [1, true],
      [0, false],
      [0, false],
    ]).brierSkill,
  ).toBe(1);
  const base = calibrationOf([
    [0.25, true],
    [0.25, false],
    [0.25, false],
    [0.25, false],
  ]);
  expect(base.brierSkill).toBeCloseTo(0);
  expect(base.error).toBeCloseTo(0);
  expect(
    calibrationOf([
      [0.9, false],
      [0.1, true],
    ]).error,
  ).toBeCloseTo(0.9);
});

test('what happened is known only where the series goes on long enough', () => {
  const said = saidOf(falling, 24);
  expect(said.map(({ happened }) => happened)).toEqual([
    [false, true, true],
    [false, true, true],
    [true, true, true],
  ]);
  expect(saidOf(calm, 24).map(({ happened }) => happened[2])).toEqual([null, null, null, null, null]);
});

test('people are notified when an alert begins and each time that it escalates, and paged when it is critical', () => {
  const line = (
    minute: number,
    rule: string,
    severity: ReplayTransition['severity'],
    transition: ReplayTransition['transition'],
  ) => ({
    at: new Date(START + minute * 60_000).toISOString(),
    rule,
    severity,
    transition,
    exhaustionAt: null,
    earliest: null,
    latest: null,
    available: 1,
  });
  const lines = [
    line(0, 'addresses-exhaustion', 'warning', 'firing'),
    line(10, 'addresses-surge', 'critical', 'escalated'),
    line(15, 'addresses-surge', 'warning', 'deescalated'),
    line(20, 'addresses-low', 'critical', 'escalated'),
    line(60, 'addresses-low', 'ok', 'resolved'),
  ];
  const notified = notificationsOf(lines);
  expect(alertEpisodes(lines)).toEqual([
    { from: START, to: START + 3_600_000, rule: 'addresses-exhaustion' },
  ]);
  expect(notified).toEqual([START, START + 600_000, START + 1_200_000]);
  expect(pagesOf(lines)).toEqual([START + 600_000, START + 1_200_000]);
});

test('the limit of an urgency is the lowest that keeps the false rate', () => {
  const used = {
    name: 'used',
    of: ({ samples, capacity }: LoadSeries) =>
      samples.map(({ at, value }) => ({ at, urgency: 1 - value / capacity })),
  };
  const [point] = atFalseRates([falling, calm], used, [0.02]);
  expect(point?.rate).toBe(0);
  expect(point?.missed).toBe(0);
  // Above the 40 % that the calm one uses all the time: from day 4 on.
  expect(point?.leads[0]).toBeLessThanOrEqual(6 * 24);
  expect(point?.leads[0]).toBeGreaterThan(4 * 24);
});
