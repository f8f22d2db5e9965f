import { beforeAll, describe, expect, test } from 'vitest';
import { BASELINES } from '../../bench/alerts/baselines.ts';
import { headroomAlarm } from '../../bench/alerts/headroom-alarm.ts';
import { quantile, type Score, scoreOf } from '../../bench/alerts/score.ts';
import { judgingSeries } from '../../bench/alerts/shapes/judging.ts';
import type { Kind, LoadSeries } from '../../bench/alerts/shapes/load-series.ts';
import { falseRate } from '../../bench/alerts/table.ts';

/**
 * A small draw of the judging shapes, so that a change which ruins the alerts is found without `npm run bench:alerts`.
 * Every figure is held against the alarms that users would set, on the very same series.
 */
const results = new Map<string, Score>();
const scoreBy = (name: string): Score => {
  const score = results.get(name);
  if (score === undefined) throw new RangeError(`no score of ${name}`);
  return score;
};
const median = (score: Score, kind: Kind): number => quantile(score.leads.get(kind) ?? [], 0.5) ?? 0;

beforeAll(() => {
  const all = judgingSeries(3);
  const alarms = [{ name: 'headroom', alarm: (series: LoadSeries) => headroomAlarm(series) }, ...BASELINES];
  for (const { name, alarm } of alarms) {
    results.set(name, scoreOf(all.map((series) => ({ series, episodes: alarm(series) }))));
  }
}, 300_000);

describe('on shapes that it was not tuned on, Headroom', () => {
  test('misses none of eighteen exhaustions, and is never too early', () => {
    const { exhausted, missed, tooEarly } = scoreBy('headroom');
    expect({ exhausted, missed, tooEarly }).toEqual({ exhausted: 18, missed: 0, tooEarly: 0 });
  });

  // These are the aims. This draw has medians of 156 and 83 hours, and 58 and 44 at worst (decision 34).
  test.each([
    ['growth', 96, 24],
    ['late growth', 72, 12],
  ] as const)(
    'tells %s %i hours ahead, %i at worst, and earlier than an alarm at four fifths used',
    (kind, usually, always) => {
      const lead = median(scoreBy('headroom'), kind);
      expect(lead).toBeGreaterThan(usually);
      expect(Math.min(...(scoreBy('headroom').leads.get(kind) ?? []))).toBeGreaterThan(always);
      expect(lead).toBeGreaterThan(median(scoreBy('80 % used, 15 min'), kind));
    },
  );

  test('tells a surge half an hour ahead', () => {
    expect(median(scoreBy('headroom'), 'surge')).toBeGreaterThan(0.5);
  });

  test('cries wolf less often than any alarm that is nearly as early', () => {
    const ours = falseRate(scoreBy('headroom'));
    // 0.16 in this draw, six episodes, one of them since drains count from three days of history on (docs/adr/0034). Three are steps, which look like surges or drains until they stop.
    // The aim of 0.1 is reached on the tuning draws together, and not in this one (decision 34).
    expect(ours).toBeLessThan(0.17);
    for (const name of ['80 % used, 15 min', 'linear 6 h -> 24 h, 30 min', 'linear 3 d -> 3 d, 30 min']) {
      expect(ours).toBeLessThan(falseRate(scoreBy(name)));
    }
  });
});
