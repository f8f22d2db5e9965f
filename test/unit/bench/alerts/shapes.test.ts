import { describe, expect, test } from 'vitest';
import { judgingSeries } from '../../../bench/alerts/shapes/judging.ts';
import { HOUR } from '../../../bench/alerts/shapes/load-series.ts';

describe('the shapes that judge the alerts', () => {
  const all = judgingSeries(10);

  test('run out where they should, and nowhere else', () => {
    const runsOut = new Set(['growth', 'late growth', 'surge']);
    for (const { name, kind, exhaustedAt } of all) expect(exhaustedAt !== null, name).toBe(runsOut.has(kind));
  });

  test('hold no surge that is invisible half an hour ahead to a reader who knows the ordinary load', () => {
    for (const { name, kind, exhaustedAt, visibleAt } of all) {
      if (kind !== 'surge') continue;
      expect((exhaustedAt ?? 0) - (visibleAt ?? Number.POSITIVE_INFINITY), name).toBeGreaterThan(HOUR / 2);
    }
  });

  test('leave six addresses, and seven of a hundred, where they are harmless', () => {
    for (const { name, capacity, exhaustedAt, samples } of all) {
      if (exhaustedAt !== null) continue;
      const least = Math.min(...samples.map(({ value }) => value));
      expect(least, name).toBeGreaterThanOrEqual(Math.max(6, Math.floor(0.07 * capacity)));
    }
  });
});
