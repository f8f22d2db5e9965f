import { describe, expect, test } from 'vitest';
import { planFailover } from '../../../../shared/model/plan/failover.ts';
import { PlanEstate, type PlanInput } from '../../../../shared/model/plan/plan-estate.ts';
import type { AddressMap } from '../../../../shared/model/result/assessment.ts';
import type { ClusterAssessment, ZoneFailover } from '../../../../shared/model/result/cluster.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

const { cluster: shop, estate } = shopFleet({ pods: 3 }).scanned();

const aLoss = (changes: Partial<ZoneFailover>): ZoneFailover => ({
  lostZones: ['eu-west-1a'],
  lostNodes: 2,
  fits: 2,
  fitsAtBest: 2,
  shortfall: 0,
  error: null,
  limitedBy: null,
  atMaximum: null,
  reason: null,
  ...changes,
});

const planOf = (
  losses: readonly Partial<ZoneFailover>[],
  cluster: Partial<ClusterAssessment> = {},
  input: Partial<PlanInput> = {},
) =>
  planFailover(
    new PlanEstate({ ...estate.input, ...input }),
    { ...shop, zoneFailover: losses.map(aLoss), ...cluster },
    [],
  );

const UNKNOWN = { fits: null, fitsAtBest: null, shortfall: null, reason: 'A subnet could not be read.' };
const SHORT = { fits: 0, fitsAtBest: 0, shortfall: 2 };

describe('the loss of zones', () => {
  test('fits where every loss does', () => {
    expect(planOf([{}, {}]).answer).toMatchObject({ fits: true, unknowns: [] });
  });

  test('is not known where one of them is not', () => {
    expect(planOf([{}, UNKNOWN]).answer).toMatchObject({
      fits: null,
      unknowns: ['A subnet could not be read.'],
    });
  });

  test('does not fit where one of them does not, although another is not known', () => {
    expect(planOf([UNKNOWN, SHORT]).answer.fits).toBe(false);
  });

  test('is drawn for the one that leaves most nodes without room, and then for the largest', () => {
    const larger = { lostZones: ['eu-west-1b', 'eu-west-1c'], lostNodes: 4 };
    expect(planOf([{}, larger, UNKNOWN]).drawn?.lostNodes).toBe(4);
    expect(planOf([larger, SHORT]).drawn?.shortfall).toBe(2);
  });

  test('is not computed for a scan of an older version, and nothing is drawn', () => {
    const { zoneFailover: _, ...older } = shop;
    const { answer, drawn, mapsAfter } = planFailover(estate, older, []);
    expect([answer.fits, drawn, mapsAfter().size]).toEqual([null, null, 0]);
    expect(answer.unknowns[0]).toContain('No loss could be computed');
  });

  test.each([
    ['nodes', 'Instances could not be listed.'],
    ['version', 'The EKS clusters could not be listed.'],
  ])('is not computed where %s could not be read, and the reason is given', (field, reason) => {
    const { answer } = planOf([], { unknowns: [{ field, reason }] });
    expect([answer.fits, answer.unknowns]).toEqual([null, [reason]]);
  });
});

describe('subnets that make a loss fit', () => {
  const subnetsOf = (...question: Parameters<typeof planOf>) =>
    planOf(...question).answer.losses[0]?.wouldFitWith.map(({ cidr, length }) => ({ cidr, length }));

  test('are in free ranges of the VPC, clear of its own subnets alone', () => {
    const [subnet] = estate.input.subnets;
    if (subnet === undefined) throw new Error('no subnet');
    const elsewhere = { ...subnet, subnetId: 'elsewhere', vpcId: 'vpc-02', cidrBlock: '10.0.3.0/24' };
    const subnets = [...estate.input.subnets, elsewhere, { ...subnet, subnetId: 'six', cidrBlock: null }];
    expect(subnetsOf([SHORT], {}, { subnets })?.[0]?.cidr).toBe('10.0.3.0/27');
  });

  test('are in the zones where the groups that lack room start, each for its own nodes', () => {
    const short = [
      { group: 'spread', nodes: 3, zones: ['eu-west-1b', 'eu-west-1c'] },
      { group: 'one-zone', nodes: 1, zones: ['eu-west-1c'] },
    ];
    const planned = planOf([{ ...SHORT, shortfall: 4, short }]).answer;
    const [loss] = planned.losses;
    expect(loss?.wouldFitWith.map(({ availabilityZone, nodes }) => [availabilityZone, nodes])).toEqual([
      ['eu-west-1b', 2],
      ['eu-west-1c', 3],
    ]);
    expect(planned.notices).toEqual([]);
  });

  test.each([
    ['zonal', 1, '1 node of zonal starts nowhere: no subnet of another zone is known for it.'],
    ['', 2, '2 nodes of no group start nowhere: no subnet of another zone is known for them.'],
  ])('help no group that starts in the lost zone alone: %s', (group, nodes, sentence) => {
    const short = [{ group, nodes, zones: [] }];
    const { losses, notices } = planOf([{ ...SHORT, shortfall: nodes, short }]).answer;
    expect(losses[0]?.wouldFitWith).toEqual([]);
    expect(notices).toEqual([`Without eu-west-1a, ${sentence}`]);
  });

  test('have a size but no place where the VPC is not known, or full', () => {
    expect(subnetsOf([SHORT], {}, { vpcs: [] })).toEqual([
      { cidr: null, length: 27 },
      { cidr: null, length: 27 },
    ]);
  });

  test('have no size where not even a /16 is large enough', () => {
    expect(subnetsOf([{ ...SHORT, shortfall: 100_000 }])).toEqual([
      { cidr: null, length: null },
      { cidr: null, length: null },
    ]);
  });

  test('are not named where it is not known what nodes take', () => {
    expect(subnetsOf([SHORT], {}, { limits: () => null })).toEqual([]);
  });
});

describe('the maps after a loss', () => {
  const [lost = ''] = [...new Set(estate.nodesOf(shop).map(({ zone }) => zone ?? ''))].toSorted();
  const after = planOf([{ lostZones: [lost] }]).mapsAfter();

  test('leave out the subnets of the lost zone', () => {
    const subnetsIn = (isLost: boolean) =>
      [...estate.maps.keys()].filter((id) => (estate.zoneOf(id) === lost) === isLost).toSorted();
    expect(subnetsIn(true).length).toBeGreaterThan(0);
    expect([...after.keys()].toSorted()).toEqual(subnetsIn(false));
  });

  test('hold what the lost nodes take in the zones that remain', () => {
    const taken = (maps: ReadonlyMap<string, AddressMap>) =>
      [...maps]
        .filter(([id]) => after.has(id))
        .flatMap(([, { used }]) => [...used])
        .reduce((sum, digit) => sum + Number.parseInt(digit, 17), 0);
    expect(taken(after)).toBeGreaterThan(taken(estate.maps));
  });
});

test('of several losses, those that are asked for are planned, in whatever order their zones are named', () => {
  const losses = [aLoss({ lostZones: ['a', 'b'] }), aLoss({ lostZones: ['c'] })];
  const planned = (zones: readonly string[]) =>
    planFailover(estate, { ...shop, zoneFailover: losses }, zones).answer.losses.map(
      ({ lostZones }) => lostZones,
    );
  expect(planned([])).toEqual([['a', 'b'], ['c']]);
  expect(planned(['b', 'a'])).toEqual([['a', 'b']]);
  expect(planned(['a'])).toEqual([]);
});
