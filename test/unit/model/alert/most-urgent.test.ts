import { expect, test } from 'vitest';
import type { Transition } from '../../../../shared/model/alert/alert.ts';
import { compareLevel, compareSupply } from '../../../../shared/model/alert/most-urgent.ts';
import type { Forecast } from '../../../../shared/model/result/forecast.ts';
import { aFinding, anAlert, aSubject, aTransition } from '../../../fixtures/stored-alerts.ts';

const aForecast = (changes: Partial<Forecast> = {}): Forecast => ({
  exhaustionAt: null,
  earliest: null,
  latest: null,
  probabilityWithin: null,
  method: 'none',
  reason: 'It needs 48 hours of measurements.',
  ...changes,
});

const surging = (exhaustionAt: string): Partial<Forecast> => ({
  surge: {
    raise: 'critical',
    hold: 'critical',
    lossPerHour: { fast: 9, slow: 9 },
    ordinaryLossPerHour: null,
    exhaustionAt,
    reason: 'It falls.',
  },
});

const alertOf = (
  name: string,
  severity: 'warning' | 'critical',
  left: number | null,
  forecast: Partial<Forecast> | null = {},
): Transition => {
  const subject = aSubject(name);
  const { forecast: _, ...finding } = aFinding(subject, severity);
  return aTransition(
    anAlert({
      subject,
      severity,
      finding: {
        ...finding,
        evidence: [{ name: 'available', value: left, unit: 'addresses' }],
        ...(forecast === null ? {} : { forecast: aForecast(forecast) }),
      },
    }),
  );
};

const ordered = (...alerts: readonly Transition[]): readonly string[] =>
  alerts.toSorted(compareSupply).map(({ subject }) => subject.id);

test('the worse level comes first', () => {
  const levels = [alertOf('warning', 'warning', 1), alertOf('critical', 'critical', 9)];
  expect(levels.toSorted(compareLevel).map(({ subject }) => subject.id)).toEqual(['critical', 'warning']);
});

test('an empty supply comes first, then the one that is empty first', () => {
  expect(
    ordered(
      alertOf('without-a-date', 'critical', 1),
      alertOf('tomorrow', 'critical', 40, { exhaustionAt: '2026-01-02T00:00:00.000Z' }),
      alertOf('surging', 'critical', 90, {
        exhaustionAt: '2026-01-05T00:00:00.000Z',
        ...surging('2026-01-01T02:00:00.000Z'),
      }),
      alertOf('empty', 'critical', 0),
    ),
  ).toEqual(['empty', 'surging', 'tomorrow', 'without-a-date']);
});

test('without a date the one with less left comes first, and what is not known last', () => {
  expect(
    ordered(alertOf('unknown', 'warning', null), alertOf('ten', 'warning', 10), alertOf('six', 'warning', 6)),
  ).toEqual(['six', 'ten', 'unknown']);
  expect(compareSupply(alertOf('ten', 'warning', 10), alertOf('six', 'warning', 6))).toBe(1);
  expect(compareSupply(alertOf('six', 'warning', 6), alertOf('ten', 'warning', 10))).toBe(-1);
  expect(compareSupply(alertOf('six', 'warning', 6), alertOf('also six', 'warning', 6))).toBe(0);
});

test('a figure of a finding that is about no supply says nothing about urgency', () => {
  const first = alertOf('leaks', 'warning', 300, null);
  const second = alertOf('quota', 'warning', 0, null);
  expect(ordered(first, second)).toEqual(['leaks', 'quota']);
});

test('a surge that is over says nothing about when the supply is empty', () => {
  const { surge } = surging('2026-01-01T02:00:00.000Z');
  const over = surge == null ? expect.fail('no surge') : { ...surge, raise: 'ok' as const };
  expect(ordered(alertOf('over', 'warning', 90, { surge: over }), alertOf('low', 'warning', 5))).toEqual([
    'low',
    'over',
  ]);
});
