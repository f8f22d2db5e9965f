import { describe, expect, test } from 'vitest';
import { HeadroomError } from '../../../../shared/model/base/errors.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { planDrain } from '../../../../shared/model/plan/drain.ts';
import { chooseDrains, rankedDrains } from '../../../../shared/model/plan/drain-choice.ts';
import type { DrainQuestion } from '../../../../shared/model/plan/drain-plan.ts';
import { PlanEstate, type PlanInput } from '../../../../shared/model/plan/plan-estate.ts';
import { LabFleet } from '../../../fixtures/lab-fleet.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

/** Twelve nodes that run one pod each, so every one of them can go. */
const fleet = (options: Parameters<typeof shopFleet>[0] = {}) =>
  shopFleet({ nodes: 12, pods: 1, ...options }).scanned();

const ANY: DrainQuestion = { subnetIds: [], supply: 'addresses', most: null, win: null };

const drained = (
  question: Partial<DrainQuestion>,
  { cluster, estate } = fleet(),
  input: Partial<PlanInput> = {},
) => planDrain(new PlanEstate({ ...estate.input, ...input }), cluster, { ...ANY, ...question });

describe('a drain that is to win so much', () => {
  test.each([15, 30, 60, 100, 115, 120])('wins %i addresses, and would not with a node less', (win) => {
    const { steps, wins } = drained({ win }).plan;
    expect(wins).toBeGreaterThanOrEqual(win);
    if (steps.length > 1) expect(drained({ most: steps.length - 1 }).plan.wins).toBeLessThan(win);
  });

  test('wins no less for a win that is out of reach than for a smaller one', () => {
    const { wins } = drained({ win: 130 }).plan;
    expect(wins).toBeGreaterThanOrEqual(drained({ win: 115 }).plan.wins);
    expect(wins).toBeLessThan(130);
  });

  test('takes no more for the pods that move than the nodes that stay hold with all of them', () => {
    const subnets = [{ subnetId: 'subnet-0a', cidr: '10.0.0.0/22', zone: 'eu-west-1a' }];
    const scan = fleet({ nodes: 6, pods: 1, subnets, settings: { prefixDelegation: true } });
    const { steps, winsAtLeast } = drained({ supply: 'prefixes' }, scan).plan;
    // Five nodes of six give two prefixes each, and the block of their own address. The last one holds two, and seven with 96 pods.
    expect(steps.length).toBe(5);
    expect(winsAtLeast).toBe(15 - 5);
    expect(drained({}, scan).plan.winsAtLeast).toBe(5 * 33 - 5 * 16);
  });

  test('promises nothing where the subnet does not bear the first drain', () => {
    const full = new LabFleet(
      [{ subnetId: 'subnet-0a', cidr: '10.0.0.0/25', zone: 'eu-west-1a' }],
      { ...DEFAULT_CNI_SETTINGS, prefixDelegation: true, warmIpTarget: 2 },
      998,
    );
    full.addStrangers('subnet-0a', 1);
    for (const pods of [14, 10, 11]) {
      const node = full.start('m5.large', 'subnet-0a');
      expect(node !== null && full.run(node, pods)).toBe(true);
    }
    const { steps, wins } = drained({ supply: 'prefixes', win: 2 }, full.scanned()).plan;
    expect({ steps, wins }).toEqual({ steps: [], wins: 0 });
  });

  test('wins what it can where that is less', () => {
    expect(drained({ win: 100_000 }).plan).toEqual({
      ...drained({}).plan,
      question: expect.objectContaining({ win: 100_000 }),
    });
  });
});

describe('what is not known of a drain', () => {
  test('is everything where a stored scan holds no single addresses', () => {
    expect(() => drained({}, fleet(), { interfaces: null })).toThrow(HeadroomError);
    // Its pods would not move by the rules of the VPC CNI.
    const { cluster: shop, estate: here } = fleet();
    for (const cni of ['cilium-eni', 'overlay'] as const)
      expect(() => drained({}, { cluster: { ...shop, cni }, estate: here })).toThrow(HeadroomError);
  });

  test('are nodes of a type without known limits: they stay, and are counted', () => {
    const { cluster, estate } = fleet();
    const nodes = cluster.nodes.map((node, index) =>
      index === 0 ? { ...node, instanceType: 'zz9.large' } : node,
    );
    const { steps, unknowns } = drained({}, { cluster: { ...cluster, nodes }, estate }).plan;
    expect(unknowns).toEqual(['1 node of unknown type or subnet is left out.']);
    expect(steps.map(({ instanceId }) => instanceId)).not.toContain(cluster.nodes[0]?.instanceId);
  });

  test('is the map of a subnet without one: prefixes are won in the others', () => {
    const scan = fleet({ settings: { prefixDelegation: true } });
    const maps = scan.estate.input.maps.filter(({ subnetId }) => subnetId !== 'subnet-0a');
    const answer = drained({ supply: 'prefixes' }, scan, { maps });
    expect([...answer.mapsAfter.keys()]).toEqual(['subnet-0b', 'subnet-0c']);
    expect(answer.plan.reservations.map(({ subnetId }) => subnetId)).not.toContain('subnet-0a');
  });

  test('is what pods take in a subnet that could not be measured: its map shows what goes alone', () => {
    const scan = fleet();
    const subnets = scan.estate.input.subnets.map((subnet) =>
      subnet.subnetId === 'subnet-0a' ? { ...subnet, prefixes: null } : subnet,
    );
    const { mapsAfter, mapsBeforeReserving } = drained({ most: 1 }, scan, { subnets });
    expect(mapsAfter.get('subnet-0a')).toEqual(mapsBeforeReserving.get('subnet-0a'));
  });

  test('is how much is free in a subnet that could not be measured: what is won at least has no floor there', () => {
    const scan = fleet();
    const subnets = scan.estate.input.subnets.map((subnet) => ({ ...subnet, available: null }));
    const { winsAtLeast } = drained({}, scan, { subnets }).plan;
    expect(winsAtLeast).toBe(drained({}, scan).plan.winsAtLeast);
    const full = scan.estate.input.subnets.map((subnet) => ({ ...subnet, available: 0 }));
    expect(drained({ most: 1 }, scan, { subnets: full }).plan.winsAtLeast).toBeGreaterThanOrEqual(0);
  });
});

test('with IP targets the pool tells the number of pods, and a drain wins what it leaves', () => {
  const settings = { ...DEFAULT_CNI_SETTINGS, warmIpTarget: 1, minimumIpTarget: 1 };
  const { steps, wins } = drained({ most: 1 }, fleet({ settings, pods: 3 })).plan;
  expect(steps).toHaveLength(1);
  expect(steps[0]?.pods).toBe(3);
  expect(wins).toBeLessThanOrEqual((steps[0]?.winsSoFar ?? 0) - 3);
});

test('of many nodes, those that hold most addresses for each pod are looked at', () => {
  const candidates = Array.from({ length: 60 }, (_, index) => ({ pods: 0, addresses: index }));
  const chosen = chooseDrains({ candidates, blocks: [], most: 3, cost: () => 0, supply: 'addresses' });
  expect(chosen.toSorted((a, b) => a - b)).toEqual([57, 58, 59]);
  expect(rankedDrains({ candidates, blocks: [], most: 3, cost: () => 0, supply: 'addresses' }, 9)).toEqual(
    [],
  );
});
