import { describe, expect, test } from 'vitest';
import { subnetForecasts, targetFalls } from '../../../../shared/model/forecast/subnet-forecasts.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import type { HourlyPoint, SubnetHistory } from '../../../../shared/model/result/forecast.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-01T00:00:00Z');

/** Ten days of a supply that falls by one in every so many hours, to `last` now. */
const falling = (last: number, everyHours: number): HourlyPoint[] =>
  Array.from({ length: 240 }, (_, index) => {
    const value = last + (240 - index) / everyHours;
    return { hour: NOW - (240 - index) * HOUR, minimum: value, mean: value, last: value, count: 12 };
  });
const steady = (value: number): HourlyPoint[] => falling(value, Number.POSITIVE_INFINITY);
const history = (addresses: HourlyPoint[], prefixes: HourlyPoint[]): SubnetHistory => ({
  addresses: { hourly: addresses, recent: [] },
  prefixes: { hourly: prefixes, recent: [] },
});

describe('the outlook of a subnet', () => {
  test('each supply has its own: addresses may last while prefixes run out', () => {
    const subnet = aSubnet({
      usesPrefixes: true,
      available: 150,
      prefixes: { assigned: 4, free: 2, freeInReservation: 0, freeUnreserved: 2 },
    });
    const { addresses, prefixes } = subnetForecasts(subnet, history(steady(150), falling(2, 24)), NOW);
    expect(addresses?.exhaustionAt).toBeNull();
    expect(addresses?.method).not.toBe('none');
    expect(prefixes?.exhaustionAt).not.toBeNull();
    expect(Date.parse(prefixes?.exhaustionAt ?? '')).toBeGreaterThan(NOW);
  });

  test('prefixes are forecast only where something takes them', () => {
    const forecasts = subnetForecasts(
      aSubnet({ usesPrefixes: false }),
      history(steady(200), falling(2, 24)),
      NOW,
    );
    expect(Object.keys(forecasts)).toEqual(['addresses']);
  });

  test('what is measured now counts, although the store has not heard of it yet', () => {
    const { addresses } = subnetForecasts(aSubnet({ available: 0 }), history(steady(200), []), NOW);
    expect(addresses?.exhaustionAt).toBe('2026-03-01T00:00:00.000Z');
  });

  test('a supply that could not be measured now has no outlook, whatever its past', () => {
    const past = history(falling(10, 1), falling(2, 24));
    expect(
      subnetForecasts(aSubnet({ available: null, prefixes: null, usesPrefixes: true }), past, NOW),
    ).toEqual({});
    expect(subnetForecasts(aSubnet({ usable: null, usesPrefixes: null }), past, NOW)).toEqual({});
  });

  test('a subnet without a past says so, and is no error', () => {
    const { addresses } = subnetForecasts(aSubnet(), undefined, NOW);
    expect(addresses).toMatchObject({ exhaustionAt: null, probabilityWithin: null, method: 'none' });
    expect(addresses?.reason).not.toBe('');
  });

  test('a subnet that can never have a prefix has no outlook for prefixes', () => {
    const tiny = aSubnet({
      total: 16,
      usesPrefixes: true,
      prefixes: { assigned: 0, free: 0, freeInReservation: 0, freeUnreserved: 0 },
      blocks: { free: 0, prefix: 0, full: 0, fragmented: 0, awsReserved: 1 },
    });
    expect(Object.keys(subnetForecasts(tiny, undefined, NOW))).toEqual(['addresses']);
  });

  test('a subnet without a past that takes prefixes says so of both supplies', () => {
    const { addresses, prefixes } = subnetForecasts(aSubnet({ usesPrefixes: true }), undefined, NOW);
    expect([addresses?.method, prefixes?.method]).toEqual(['none', 'none']);
  });

  test('the last hours as measured show a surge, and a sample of the future or of this very moment adds nothing', () => {
    const MINUTE = 60_000;
    const recent = Array.from({ length: 24 }, (_, index) => ({
      at: NOW - (24 - index) * 5 * MINUTE,
      value: 200 - index * 6,
    }));
    const surgeAfter = (...more: readonly { readonly at: number; readonly value: number }[]) => {
      const past: SubnetHistory = {
        addresses: { hourly: steady(200), recent: [...recent, ...more] },
        prefixes: { hourly: [], recent: [] },
      };
      return subnetForecasts(aSubnet({ available: 50 }), past, NOW).addresses?.surge;
    };
    expect(surgeAfter()).toMatchObject({ raise: 'critical' });
    expect(surgeAfter({ at: NOW, value: 200 })).toEqual(surgeAfter());
    expect(surgeAfter({ at: NOW + 5 * MINUTE, value: 200 })).toEqual(surgeAfter());
  });

  test('a sample of the future, or of this very moment, does not count twice', () => {
    const recent = [{ at: NOW, value: 0 }];
    const past: SubnetHistory = {
      addresses: { hourly: steady(200), recent },
      prefixes: { hourly: [], recent: [] },
    };
    expect(subnetForecasts(aSubnet({ available: 200 }), past, NOW).addresses?.exhaustionAt).toBeNull();
  });
});

describe('what the subnets of a target have in common', () => {
  /** Four weeks of a supply that loses `jump` for two days of every five. */
  const jumping = (jump: number): HourlyPoint[] =>
    Array.from({ length: 28 * 24 }, (_, index) => {
      const value = 200 - (Math.floor(index / 24) % 5 < 2 ? jump : 0);
      return { hour: NOW - (28 * 24 - index) * HOUR, minimum: value, mean: value, last: value, count: 12 };
    });
  /** Each subnet gets an id of its own. */
  const fallsOf = (
    others: readonly { readonly subnet: SubnetAssessment; readonly history?: SubnetHistory }[],
  ) => {
    const named = others.map(({ subnet, history: past }, index) => ({
      subnet: { ...subnet, subnetId: `subnet-${index}` },
      past,
    }));
    const histories = new Map(
      named.flatMap(({ subnet: { subnetId }, past }) =>
        past === undefined ? [] : [[subnetId, past] as const],
      ),
    );
    const subnets = named.map(({ subnet }) => subnet);
    return targetFalls(subnets, histories, NOW);
  };
  const chanceBeside = (jump: number, count: number) => {
    const others = Array.from({ length: count }, () => ({
      subnet: aSubnet({ usesPrefixes: true }),
      history: history(jumping(jump), jumping(jump)),
    }));
    const fresh = history(steady(60).slice(-60), steady(5).slice(-60));
    const falls = fallsOf([...others, { subnet: aSubnet({ usable: null }) }]);
    return (
      subnetForecasts(aSubnet({ available: 60 }), fresh, NOW, falls).addresses?.jumpsWithin?.['7d'] ?? null
    );
  };

  test('is asked where a subnet has little past of its own', () => {
    expect(chanceBeside(150, 8)).toBeGreaterThan(2 * (chanceBeside(0, 8) ?? 1));
  });

  test('needs three subnets, and reads sixty at most', () => {
    expect(chanceBeside(150, 2)).toBeNull();
    const many = Array.from({ length: 500 }, () => ({
      subnet: aSubnet({ usesPrefixes: true }),
      history: history(falling(10, 1), steady(4)),
    }));
    expect(fallsOf(many).addresses?.supplies).toBeLessThanOrEqual(60);
  });

  test('is only of those that were seen for a week and more, and whose size is known', () => {
    const short = { subnet: aSubnet(), history: history(steady(60).slice(-100), []) };
    const unknown = { subnet: aSubnet({ usable: null }), history: history(jumping(10), []) };
    const without = { subnet: aSubnet(), history: history([], []) };
    expect(fallsOf([short, short, short, unknown, unknown, unknown, without])).toEqual({
      addresses: null,
      prefixes: null,
    });
  });
});
