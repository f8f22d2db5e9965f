import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COOL_DOWN_MILLISECONDS, chooseSubnets, shareBudget } from '../../../shared/metrics/budget.ts';
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

describe('sharing the budget of a deployment among its targets', () => {
  test('everybody gets what they asked for, where there is enough', () => {
    expect(
      shareBudget(100, [
        { hot: 10, all: 30 },
        { hot: 0, all: 60 },
      ]),
    ).toEqual([30, 60]);
  });

  test('what is hot comes first, wherever it is', () => {
    expect(
      shareBudget(50, [
        { hot: 40, all: 40 },
        { hot: 0, all: 400 },
      ]),
    ).toEqual([40, 10]);
  });

  test('where not even the hot ones fit, they share in proportion', () => {
    expect(
      shareBudget(30, [
        { hot: 40, all: 40 },
        { hot: 20, all: 100 },
      ]),
    ).toEqual([20, 10]);
  });

  test('a target that is not known yet asks for the average, and one alone for all', () => {
    expect(shareBudget(500, [null])).toEqual([500]);
    expect(shareBudget(100, [{ hot: 0, all: 26 }, null])).toEqual([26, 26]);
  });

  test('never hands out more than there is, for any wishes', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.array(fc.option(fc.record({ hot: fc.nat(300), more: fc.nat(300) })), { maxLength: 20 }),
        (budget, wishes) => {
          const wanted = wishes.map((wish) =>
            wish === null ? null : { hot: wish.hot, all: wish.hot + wish.more },
          );
          const shares = shareBudget(budget, wanted);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(budget);
          expect(shares.every((share) => Number.isInteger(share) && share >= 0)).toBe(true);
        },
      ),
    );
  });
});

test('what is hot may be set: with another idea of it, another subnet comes first', () => {
  const nearlyHalf = withFree('a', 110);
  const full = withFree('b', 100);
  const chosen = (belowFreeShare: number) =>
    chooseSubnets([nearlyHalf, full], tenEach, 10, {}, NOW, {
      belowFreeShare,
      withinHours: 1,
    }).hotWithheld;
  expect([0.3, 0.42, 0.5].map(chosen)).toEqual([0, 0, 1]);
});
