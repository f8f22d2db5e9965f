import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { AlertPolicy } from '../../../shared/model/alert/policy.ts';
import type { Sample } from '../../../shared/model/result/forecast.ts';
import { type ReplayTransition, replay } from '../../../shared/pipeline/replay.ts';
import { DAY, daily, HOUR, MINUTE, START, scatter, series } from '../../fixtures/supply-series.ts';

const replayed = (
  samples: readonly Sample[],
  { capacity = 1000, supply = 'addresses' as const, policy = DEFAULT_POLICY } = {},
): ReplayTransition[] => replay({ samples, capacity, supply, policy });

const steps = (lines: readonly ReplayTransition[]): string[] =>
  lines.map(({ rule, transition, severity }) => `${rule} ${transition} ${severity}`);

const filling = (day: number): number => 900 - 30 * day + daily(day, 60) + 5 * scatter(day);
const growing = series(31, filling, HOUR / 4);
const growingCoarsely = series(31, filling, HOUR / 2);
const goneAt = growing.find(({ value }) => value === 0)?.at ?? 0;

describe('a subnet that fills up over a month', () => {
  const lines = replayed(growing);

  test('is one alert: a warning a week ahead, and one critical alert before nothing is left', () => {
    expect(steps(lines)[0]).toBe('addresses-exhaustion firing warning');
    expect(steps(lines).at(-1)).toMatch(/ escalated critical$/);
    expect(lines.filter(({ transition }) => transition === 'firing')).toHaveLength(1);
    expect(lines.map(({ transition }) => transition)).not.toContain('resolved');
    expect(new Set(steps(lines)).size).toBe(lines.length);
    expect(lines[0]?.rule).toBe('addresses-exhaustion');
    const lead = (goneAt - Date.parse(lines[0]?.at ?? '')) / DAY;
    expect(lead).toBeGreaterThan(5);
    expect(lead).toBeLessThan(9);
  });

  test('each line tells what was left, and when it was expected to be gone', () => {
    const first = lines[0];
    expect(first?.available).toBeGreaterThan(100);
    const expected = Date.parse(first?.exhaustionAt ?? '');
    expect(Math.abs(expected - goneAt) / DAY).toBeLessThan(2);
    expect((first?.earliest ?? '') <= (first?.exhaustionAt ?? '')).toBe(true);
    expect(Object.keys(first ?? {})).toEqual([
      'at',
      'rule',
      'severity',
      'transition',
      'exhaustionAt',
      'earliest',
      'latest',
      'available',
    ]);
  });

  test('says the same whatever the order of the file', () => {
    const short = series(12, (day) => 900 - 75 * day, HOUR / 2);
    expect(replayed(short.toReversed())).toEqual(replayed(short));
  });
});

test('a surge says when it will be over, in hours and not in days', () => {
  const lines = replayed(series(15, (day) => 700 + 4 * scatter(day) - Math.max(0, day - 14.3) * 24 * 230));
  const surge = lines.find(({ rule }) => rule === 'addresses-surge');
  expect(surge).toMatchObject({ transition: 'firing', severity: 'critical' });
  const end = START + 14.3 * DAY + 3.04 * HOUR;
  expect(end - Date.parse(surge?.at ?? '')).toBeGreaterThan(45 * MINUTE);
  expect(Math.abs(end - Date.parse(surge?.exhaustionAt ?? ''))).toBeLessThan(HOUR);
});

test('a surge in the second day of a history ends about an hour after the room is back, and not six', () => {
  const surging = (day: number) => {
    const hours = (day - 1.4) * 24;
    return (hours > 0 && hours < 2.6 ? 600 - 225 * hours : 600) + 2 * scatter(day);
  };
  const lines = replayed(series(2, surging)).filter(({ rule }) => rule === 'addresses-surge');
  expect(steps(lines)[0]).toBe('addresses-surge firing critical');
  const [resolved] = lines.filter(({ transition }) => transition === 'resolved');
  const after = (Date.parse(resolved?.at ?? '') - START - 1.4 * DAY) / HOUR - 2.6;
  expect(after).toBeGreaterThan(0.9);
  expect(after).toBeLessThan(2);
});

test('what recovers resolves', () => {
  const lines = replayed(series(12, (day) => (day > 6 && day < 7 ? 10 : 600) + 4 * scatter(day)));
  const low = steps(lines.filter(({ rule }) => rule === 'addresses-low'));
  expect(low[0]).toMatch(/^addresses-low firing/);
  expect(low.at(-1)).toBe('addresses-low resolved ok');
});

test('hours without a scan end no alert: an hour that was not measured is no standstill', () => {
  const gaps = [25, 26.5, 28].map((day) => START + day * DAY);
  const lines = replayed(
    series(29, (day) => 900 - 30 * day, HOUR / 2).filter(
      ({ at }) => !gaps.some((from) => at >= from && at < from + 3.5 * HOUR),
    ),
  );
  expect(steps(lines)[0]).toBe('addresses-exhaustion firing warning');
  expect(lines.map(({ transition }) => transition)).not.toContain('resolved');
  expect(lines.map(({ transition }) => transition)).not.toContain('eased');
});

test('three quiet weeks say nothing', () => {
  expect(replayed(series(21, (day) => 500 + daily(day, 300) + 20 * scatter(day), HOUR / 2))).toEqual([]);
});

test('prefixes are replayed by the rules for prefixes', () => {
  const lines = replay({
    samples: series(31, (day) => 100 - 3.3 * day, HOUR / 2),
    capacity: 100,
    supply: 'prefixes',
    policy: DEFAULT_POLICY,
  });
  expect(lines.length).toBeGreaterThan(0);
  for (const { rule } of lines) expect(rule).toMatch(/^prefixes-|^fragmented$/);
});

test('the policy decides: other lead times, other lines', () => {
  const early: AlertPolicy = {
    ...DEFAULT_POLICY,
    rules: {
      ...DEFAULT_POLICY.rules,
      'addresses-exhaustion': { ...DEFAULT_POLICY.rules['addresses-exhaustion'], warningWithin: 14 * 24 },
    },
  };
  const [first] = replayed(growingCoarsely, { policy: early });
  expect(goneAt - Date.parse(first?.at ?? '')).toBeGreaterThan(10 * DAY);
});

test('repeats are left out: nothing changed', () => {
  const lines = replayed(series(10, (day) => (day > 3 ? 30 : 600), HOUR / 2));
  expect(new Set(lines.map(({ transition }) => transition)).has('repeated' as never)).toBe(false);
  expect(steps(lines).filter((step) => step === 'addresses-low firing warning')).toHaveLength(1);
});

test('a forecast that wavers on its way down is sent once, and not each time that it looks better for some hours', () => {
  const wavering = series(33, (day) => 900 - 30 * day + 80 * Math.sin(day * 1.3) + daily(day, 150), HOUR / 4);
  const sent = (clearFor: number): string[] => {
    const exhaustion = { ...DEFAULT_POLICY.rules['addresses-exhaustion'], clearFor };
    const rules = { ...DEFAULT_POLICY.rules, 'addresses-exhaustion': exhaustion };
    return steps(replayed(wavering, { policy: { ...DEFAULT_POLICY, rules } }));
  };
  const patient = sent(DEFAULT_POLICY.rules['addresses-exhaustion'].clearFor);
  expect(patient).toEqual(['addresses-exhaustion firing warning', 'addresses-low escalated critical']);
});
