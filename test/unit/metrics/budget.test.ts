import { describe, expect, test } from 'vitest';
import { COOL_DOWN_MILLISECONDS, chooseSubnets } from '../../../shared/metrics/budget.ts';
import { aSubnet } from '../../fixtures/assessments.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const withFree = (subnetId: string, available: number) =>
  aSubnet({ subnetId, available, used: 251 - available });
const ids = (subnets: readonly { subnetId: string }[]) => subnets.map((subnet) => subnet.subnetId);
const tenEach = () => 10;

describe('choosing the subnets that get series of their own', () => {
  test('with room for all, all are published, hot or not', () => {
    const { published, withheld } = chooseSubnets(
      [withFree('a', 240), withFree('b', 5)],
      tenEach,
      100,
      {},
      NOW,
    );
    expect(ids(published)).toEqual(['b', 'a']);
    expect(withheld).toEqual([]);
  });

  test('with room for one, the scarcest is published', () => {
    const { published, withheld, hotWithheld } = chooseSubnets(
      [withFree('a', 240), withFree('b', 5), withFree('c', 60)],
      tenEach,
      10,
      {},
      NOW,
    );
    expect(ids(published)).toEqual(['b']);
    expect(ids(withheld)).toEqual(['c', 'a']);
    expect(hotWithheld).toBe(1);
  });

  test('scarce prefixes make a subnet hot where prefixes are used, and only there', () => {
    const fragmented = {
      available: 200,
      prefixes: { assigned: 3, free: 1, freeInReservation: 0, freeUnreserved: 1 },
    };
    const budget = (usesPrefixes: boolean) =>
      chooseSubnets(
        [withFree('plain', 190), aSubnet({ subnetId: 'fragmented', usesPrefixes, ...fragmented })],
        tenEach,
        10,
        {},
        NOW,
      );
    expect(ids(budget(true).published)).toEqual(['fragmented']);
    expect(ids(budget(false).published)).toEqual(['plain']);
  });

  test('a subnet that will run out within sixteen days is hot however much is free', () => {
    const soon = {
      exhaustionAt: '2026-01-10T00:00:00Z',
      earliest: null,
      latest: null,
      probabilityWithin: null,
      method: 't',
      reason: '',
    };
    const { published } = chooseSubnets(
      [withFree('a', 100 + 1), aSubnet({ subnetId: 'soon', available: 250, forecast: { addresses: soon } })],
      tenEach,
      10,
      {},
      NOW,
    );
    expect(ids(published)).toEqual(['soon']);
  });

  test('a subnet that cooled keeps its series for a day, so that series do not flicker', () => {
    const first = chooseSubnets([withFree('a', 20), withFree('b', 240)], tenEach, 10, {}, NOW);
    expect(ids(first.published)).toEqual(['a']);
    const cooled = [withFree('a', 245), withFree('b', 240)];
    const soonAfter = chooseSubnets(cooled, tenEach, 10, first.memory, NOW + COOL_DOWN_MILLISECONDS - 1);
    expect(ids(soonAfter.published)).toEqual(['a']);
  });

  test('among cool subnets the one that had a series keeps it', () => {
    const { published } = chooseSubnets(
      [withFree('a', 200), withFree('b', 240)],
      tenEach,
      10,
      { b: null },
      NOW,
    );
    expect(ids(published)).toEqual(['b']);
  });

  test('a subnet that turns hot takes the place of a cool one', () => {
    const { published } = chooseSubnets(
      [withFree('a', 10), withFree('b', 240)],
      tenEach,
      10,
      { b: null },
      NOW,
    );
    expect(ids(published)).toEqual(['a']);
  });

  test('subnets of which nothing is known come last, and do not count as hot', () => {
    const { published, hotWithheld } = chooseSubnets(
      [aSubnet({ subnetId: 'unknown', available: null, prefixes: null, blocks: null }), withFree('b', 250)],
      tenEach,
      10,
      {},
      NOW,
    );
    expect(ids(published)).toEqual(['b']);
    expect(hotWithheld).toBe(0);
  });
});
