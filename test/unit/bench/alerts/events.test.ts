import { describe, expect, test } from 'vitest';
import { eventSeries } from '../../../bench/alerts/shapes/events.ts';
import { HOUR, type LoadSeries } from '../../../bench/alerts/shapes/load-series.ts';
import { tuningRhythm } from '../../../bench/alerts/shapes/tuning.ts';

const EMPTYING = new Set<LoadSeries['kind']>(['drain', 'young drain', 'second drain', 'staircase']);

describe('the series about one event', () => {
  const all = eventSeries({ name: 'test', seed: 5, rhythm: tuningRhythm, from: Date.UTC(2026, 2, 2) }, 1);
  const of = (kind: LoadSeries['kind']) => all.filter((series) => series.kind === kind);

  test('run out only where they drain, at the end of the drain', () => {
    for (const { name, kind, exhaustedAt } of all)
      expect(exhaustedAt !== null, name).toBe(EMPTYING.has(kind));
    for (const { name, drainHours = 0, exhaustedAt, samples } of of('drain')) {
      const lasted = ((exhaustedAt ?? 0) - (samples[0]?.at ?? 0)) / HOUR - 14 * 24;
      expect(lasted, name).toBeGreaterThan(0.75 * drainHours);
      expect(lasted, name).toBeLessThan(drainHours + 4 * 24 + 1);
    }
  });

  test('take prefixes in whole steps, and end with a cliff', () => {
    for (const { name, capacity, samples, exhaustedAt, supply } of of('staircase')) {
      expect(supply, name).toBe('prefixes');
      const before = samples.findLast(({ at }) => at < (exhaustedAt ?? 0))?.value ?? 0;
      expect(before, name).toBeGreaterThan(0);
      expect(before, name).toBeLessThan(Math.max(3, 0.3 * capacity));
    }
  });

  test('stand still on a plateau, above the fixed thresholds', () => {
    for (const { name, calmFrom = 0, capacity, samples } of of('plateau')) {
      const left = new Set(samples.filter(({ at }) => at >= calmFrom).map(({ value }) => value));
      expect(left.size, name).toBe(1);
      expect(Math.min(...left), name).toBeGreaterThan(0.05 * capacity);
    }
  });

  test('have a third of the subnet free again after a rescue', () => {
    for (const { name, calmFrom = 0, capacity, samples } of of('rescue')) {
      const after = samples.filter(({ at }) => at >= calmFrom).map(({ value }) => value / capacity);
      expect(Math.min(...after), name).toBeGreaterThan(0.2);
    }
  });
});
