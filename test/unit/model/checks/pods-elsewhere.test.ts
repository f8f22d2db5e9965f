import { describe, expect, test } from 'vitest';
import { forecastTogether, namesOf, podsElsewhere } from '../../../../shared/model/checks/pods-elsewhere.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { surgeLevelsWith } from '../../../../shared/model/forecast/surge.ts';
import type { Forecast, Surge } from '../../../../shared/model/result/forecast.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aCluster, anEstate } from '../../../fixtures/findings-input.ts';

const aForecast = (changes: Partial<Forecast> = {}): Forecast => ({
  exhaustionAt: '2026-01-03T00:00:00.000Z',
  earliest: '2026-01-02T00:00:00.000Z',
  latest: null,
  probabilityWithin: { '24h': 0.5, '72h': 0.9, '7d': 1 },
  method: 'trend-paths',
  reason: '',
  ...changes,
});

const aSurge = (changes: Partial<Surge> = {}): Surge => ({
  raise: 'critical',
  hold: 'critical',
  lossPerHour: { fast: 100, slow: 80 },
  ordinaryLossPerHour: 5,
  exhaustionAt: null,
  reason: '',
  ...changes,
});

const subnetIn = (subnetId: string, lossPerDay: number | null, name: string | null = subnetId) =>
  aSubnet({ subnetId, name, forecast: { prefixes: aForecast({ lossPerDay }) } });

describe('a forecast of two subnets together', () => {
  const together = (forecast: Partial<Forecast>, otherLoss: number | null) =>
    forecastTogether(aForecast(forecast), 'prefixes', {
      subnets: [subnetIn('subnet-0b', otherLoss)],
      left: 12,
    }).exhaustionAt;

  test('ends later by the time that the other one lasts at the pace of both', () => {
    expect(together({ lossPerDay: 2 }, 1)).toBe('2026-01-07T00:00:00.000Z');
  });

  test('counts the pace of a loss that has lasted for hours, where no trend of days is known', () => {
    const drain = { hours: 6, lossPerHour: 0.5, exhaustionAt: '2026-01-03T00:00:00.000Z' };
    expect(together({ lossPerDay: null, surge: aSurge({ drain }) }, null)).toBe('2026-01-04T00:00:00.000Z');
  });

  test('has no end where no pace is known', () => {
    expect(together({ lossPerDay: null }, null)).toBeNull();
  });
});

test('a subnet without a name is named by its id', () => {
  expect(namesOf({ subnets: [subnetIn('subnet-0b', 0, null), subnetIn('pods', 0)], left: 1 })).toBe(
    'subnet-0b, pods',
  );
});

describe('other subnets for pods', () => {
  const full = aSubnet({
    subnetId: 'subnet-0a',
    prefixes: { assigned: 0, free: 0, freeInReservation: 0, freeUnreserved: 0 },
  });
  const { maxPods: _, ...settings } = DEFAULT_CNI_SETTINGS;
  const newNodes = {
    settings,
    settingsKnown: true,
    places: [
      {
        subnetId: 'subnet-0a',
        availabilityZone: 'eu-west-1a',
        podSubnetIds: ['subnet-0a', 'subnet-0b'],
        primaryServesPods: true,
      },
    ],
  };
  const elsewhere = (other: Parameters<typeof aSubnet>[0], withNewNodes = true) =>
    podsElsewhere(
      anEstate({
        subnets: [full, aSubnet({ subnetId: 'subnet-0b', ...other })],
        clusters: [aCluster({ takesPrefixesFrom: ['subnet-0a'], ...(withNewNodes ? { newNodes } : {}) })],
      }),
      full,
      'prefixes',
    );

  test('have so many prefixes left', () => {
    expect(elsewhere({})?.left).toBeGreaterThan(0);
  });

  test('are none where it is not known how many prefixes the other has', () => {
    expect(elsewhere({ prefixes: null })).toBeNull();
  });

  test('are asked for of clusters that take single addresses there, and of no others', () => {
    const pods = aSubnet({ subnetId: 'subnet-0a', available: 0, owners: [] });
    const other = aSubnet({ subnetId: 'subnet-0b' });
    const nodes = {
      ...newNodes,
      places: newNodes.places.map((place) => ({ ...place, subnetId: 'subnet-0n' })),
    };
    const shop = aCluster({ subnetIds: ['subnet-0a'], newNodes: nodes });
    const prefixesAlone = aCluster({
      clusterName: 'data',
      subnetIds: ['subnet-0b'],
      takesPrefixesFrom: ['subnet-0a'],
    });
    const left = (...clusters: readonly (typeof shop)[]) =>
      podsElsewhere(anEstate({ subnets: [pods, other], clusters, eksClusters: [] }), pods, 'addresses')?.left;
    expect(left(shop)).toBe(other.available);
    // Where nothing is known of new nodes of a cluster that does count, nothing is said.
    expect(left(shop, prefixesAlone)).toBe(other.available);
    expect(left(shop, { ...prefixesAlone, subnetIds: ['subnet-0a'] })).toBeUndefined();
  });

  test('are not known in the record of a version that did not store where new nodes start', () => {
    expect(elsewhere({}, false)).toBeNull();
  });
});

describe('the levels of a fast loss, where pods go on elsewhere', () => {
  const levels = (surge: Partial<Surge>, elsewhere: number, left = 10) =>
    surgeLevelsWith(aSurge(surge), left, elsewhere);

  test('stay where the pace takes both within the hour', () => {
    expect(levels({}, 20)).toEqual({ raise: 'critical', hold: 'critical' });
  });

  test('are none where both last for a day', () => {
    expect(levels({}, 3000)).toEqual({ raise: 'ok', hold: 'ok' });
  });

  test('are none where the loss alone raised nothing', () => {
    expect(levels({ raise: 'ok', hold: 'ok' }, 20)).toEqual({ raise: 'ok', hold: 'ok' });
  });

  test('a sudden loss must have been large enough for both', () => {
    const warning = { raise: 'warning', hold: 'warning' } as const;
    expect(levels({ ...warning, fall: { lost: 200 } }, 150)).toEqual(warning);
    expect(levels({ ...warning, fall: { lost: 200 } }, 250)).toEqual({ raise: 'ok', hold: 'ok' });
  });

  describe('a loss of 10 an hour that has lasted for eight hours', () => {
    const drain = { hours: 8, lossPerHour: 10, exhaustionAt: '2026-01-03T00:00:00.000Z' };

    test('is critical where it takes both before the next working morning', () => {
      expect(levels({ drain }, 100)).toEqual({ raise: 'critical', hold: 'critical' });
    });

    test('is a warning that stays critical where both last for a day', () => {
      expect(levels({ drain }, 240)).toEqual({ raise: 'warning', hold: 'critical' });
    });

    test('is nothing where both last for a week', () => {
      expect(levels({ drain }, 1670)).toEqual({ raise: 'ok', hold: 'ok' });
    });
  });

  test('a loss of two days is a warning while both last less than eight', () => {
    const drain = { hours: 48, lossPerHour: 10, exhaustionAt: '2026-01-03T00:00:00.000Z' };
    expect(levels({ drain }, 490)).toEqual({ raise: 'warning', hold: 'warning' });
  });
});
