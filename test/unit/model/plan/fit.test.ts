import { describe, expect, test } from 'vitest';
import type { ExtraTake } from '../../../../shared/model/cluster/node-extras.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import {
  type AddressesDemand,
  type FitQuestion,
  type NodesDemand,
  planFit,
} from '../../../../shared/model/plan/fit.ts';
import { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import type { AddressMap } from '../../../../shared/model/result/assessment.ts';
import type { NodePlace } from '../../../../shared/model/result/cluster.ts';
import { decodeAddressMap } from '../../../../shared/model/subnet/address-map.ts';
import { LabFleet } from '../../../fixtures/lab-fleet.ts';

/** Two empty /28 subnets, of which each has 11 addresses, and an empty /24. */
const { estate } = new LabFleet(
  [
    { subnetId: 'small-a', cidr: '10.0.0.0/28', zone: 'eu-west-1a' },
    { subnetId: 'small-b', cidr: '10.0.0.16/28', zone: 'eu-west-1b' },
    { subnetId: 'large-a', cidr: '10.0.1.0/24', zone: 'eu-west-1a' },
  ],
  DEFAULT_CNI_SETTINGS,
  1,
).scanned();

const addresses = (changes: Partial<AddressesDemand>): AddressesDemand => ({
  kind: 'addresses',
  address: 'aws_lb.shop',
  addresses: { least: 2, most: 8 },
  subnetIds: ['small-a', 'small-b'],
  place: 'each',
  ...changes,
});

const nodes = (changes: Partial<NodesDemand>): NodesDemand => ({
  kind: 'nodes',
  address: 'aws_eks_node_group.shop',
  nodes: { least: 1, most: 2 },
  type: { least: 'm5.large', most: 'm5.large' },
  pods: 3,
  subnetIds: ['large-a'],
  podSubnetOfZone: new Map(),
  settings: { ...DEFAULT_CNI_SETTINGS, customNetworking: false },
  ...changes,
});

const aPlace = (subnetId: string): NodePlace => ({
  subnetId,
  availabilityZone: 'eu-west-1a',
  podSubnetIds: [subnetId],
  primaryServesPods: true,
});

const planOf = (question: Partial<FitQuestion>, of = estate) =>
  planFit(of, { demands: [], newSubnets: [], unknowns: [], ...question });

const outcomeOf = (demand: AddressesDemand | NodesDemand, of = estate) => {
  const { demands, fits } = planOf({ demands: [demand] }, of).answer;
  const [outcome] = demands;
  return { all: fits, fits: outcome?.fits, wanted: outcome?.wanted, error: outcome?.error };
};

const usedIn = (map: AddressMap | undefined): number | null =>
  map === undefined ? null : decodeAddressMap(map).reduce((sum, { used }) => sum + used, 0);

const unmeasured = new PlanEstate({
  ...estate.input,
  subnets: estate.input.subnets.map((subnet) => ({ ...subnet, availableSingle: null, prefixes: null })),
});

describe('addresses of other resources', () => {
  test('are wanted in each subnet', () => {
    expect(outcomeOf(addresses({}))).toEqual({
      all: { least: true, most: true },
      wanted: { least: 4, most: 16 },
      fits: { least: 4, most: 16 },
      error: null,
    });
  });

  test('are not found where a subnet has fewer', () => {
    expect(outcomeOf(addresses({ addresses: { least: 11, most: 12 } }))).toMatchObject({
      all: { least: true, most: false },
      fits: { least: 22, most: 22 },
      error: 'InsufficientFreeAddressesInSubnet',
    });
  });

  test('or are spread over all of them, and one that is full is passed over', () => {
    const spread = addresses({
      place: 'spread',
      addresses: { least: 40, most: 400 },
      subnetIds: ['small-a', 'large-a'],
    });
    expect(outcomeOf(spread)).toMatchObject({
      wanted: { least: 40, most: 400 },
      fits: { least: 40, most: 262 },
    });
  });

  test('are not known where the subnet could not be measured, and are not called too few', () => {
    const { demands, fits, subnets } = planOf({ demands: [addresses({})] }, unmeasured).answer;
    expect([demands, fits, subnets]).toEqual([[], { least: null, most: null }, []]);
  });

  test('are shown on the map of the least, and on that of the most', () => {
    const { mapsAfter } = planOf({ demands: [addresses({})] });
    expect([mapsAfter('least'), mapsAfter('most')].map((maps) => usedIn(maps.get('small-a')))).toEqual([
      2, 8,
    ]);
  });
});

describe('nodes', () => {
  test('start with their pods in their own subnet', () => {
    expect(outcomeOf(nodes({}))).toMatchObject({ fits: { least: 1, most: 2 }, error: null });
  });

  test('start with their pods in the subnet of their zone under custom networking', () => {
    const podsIn = (subnetId: string) => ({ podSubnetOfZone: new Map([['eu-west-1a', [subnetId]]]) });
    const fitsMost = (demand: NodesDemand) => outcomeOf(demand).fits?.most;
    expect(fitsMost(nodes({ subnetIds: ['small-a'], ...podsIn('large-a') }))).toBe(2);
    expect(fitsMost(nodes({ subnetIds: ['large-a'], ...podsIn('small-a') }))).toBe(0);
  });

  test('take addresses for pods where the scan knows that nodes there take them', () => {
    const inSmall = (place: Partial<NodePlace>, podSubnets: Partial<NodesDemand> = {}) =>
      outcomeOf(
        nodes({
          subnetIds: ['small-a'],
          pods: null,
          places: [
            { ...aPlace('large-a'), podSubnetIds: [] },
            { ...aPlace('small-a'), ...place },
          ],
          ...podSubnets,
        }),
      ).fits;
    // A full m5.large takes three interfaces of ten: the first one in its own subnet, where that serves pods.
    expect(inSmall({})?.most).toBe(0);
    expect(inSmall({ podSubnetIds: ['small-a', 'large-a'] })?.most).toBe(1);
    expect(inSmall({ podSubnetIds: ['large-a'], primaryServesPods: false })?.most).toBe(2);
    // What the scan does not know of a place, the question says.
    const elsewhere = { podSubnetOfZone: new Map([['eu-west-1a', ['large-a']]]) };
    expect(inSmall({ podSubnetIds: null, primaryServesPods: false }, elsewhere)?.most).toBe(2);
  });

  test('take what nodes of the type take besides the CNI, from the start', () => {
    const withExtras = (instanceType: string, takes: readonly ExtraTake[]) =>
      outcomeOf(
        nodes({
          subnetIds: ['small-a'],
          nodes: { least: 1, most: 1 },
          pods: 0,
          places: [{ ...aPlace('small-a'), extras: [{ instanceType, unknown: false, takes }] }],
        }),
      );
    const single = (subnetId: string, singles: number) => [{ subnetId, singles, prefixes: 0 }];
    expect(withExtras('m5.large', single('small-a', 1)).fits).toEqual({ least: 1, most: 1 });
    expect(withExtras('m5.large', single('small-a', 2)).fits).toEqual({ least: 0, most: 0 });
    expect(withExtras('m5.xlarge', single('small-a', 2)).fits).toEqual({ least: 1, most: 1 });
    expect(withExtras('m5.large', single('large-a', 2)).fits).toEqual({ least: 1, most: 1 });
    // A subnet that is in no scan.
    expect(withExtras('m5.large', single('elsewhere', 2)).all).toEqual({ least: null, most: null });
  });

  test('find no room in a subnet that is too small', () => {
    expect(outcomeOf(nodes({ subnetIds: ['small-a'] }))).toMatchObject({
      fits: { least: 1, most: 0 },
      error: 'InvalidParameterValue',
    });
  });

  test('are not known for a type without known limits', () => {
    const strange = nodes({ type: { least: 'm5.large', most: 'zz9.large' } });
    expect(outcomeOf(strange)).toMatchObject({
      all: { least: true, most: null },
      fits: { least: 1, most: 0 },
      error: 'what its nodes take is not known',
    });
  });

  // EKS user guide, Auto Mode networking: a /28 prefix, and single addresses where the subnet has none.
  test('of EKS Auto Mode are not known where prefixes end, and are refused where addresses do', () => {
    const settings = { ...DEFAULT_CNI_SETTINGS, prefixDelegation: true };
    const inSmall = (fallsBack: boolean, count: number) =>
      outcomeOf(
        nodes({ subnetIds: ['small-a'], settings, fallsBack, nodes: { least: count, most: count }, pods: 0 }),
      );
    expect(inSmall(false, 1)).toMatchObject({ all: { least: false }, error: 'InsufficientCidrBlocks' });
    expect(inSmall(true, 1)).toMatchObject({
      all: { least: null, most: null },
      error: 'how many start on single addresses is not known',
    });
    expect(outcomeOf(nodes({ settings, fallsBack: true }))).toMatchObject({ all: { least: true } });
    const taken = addresses({ addresses: { least: 11, most: 11 }, subnetIds: ['small-a'] });
    const full = planOf({ demands: [taken, nodes({ subnetIds: ['small-a'], settings, fallsBack: true })] });
    expect(full.answer.fits).toEqual({ least: false, most: false });
    expect(full.answer.demands[1]?.error).toBe('InsufficientFreeAddressesInSubnet');
  });

  test('are not known in a subnet that could not be measured', () => {
    const { demands, fits, unknowns } = planOf({ demands: [nodes({})] }, unmeasured).answer;
    expect([demands, fits, unknowns]).toEqual([
      [],
      { least: null, most: null },
      ['The free addresses of large-a are not known.'],
    ]);
  });

  test('start in a subnet of an unknown zone', () => {
    const subnets = estate.input.subnets.map((subnet) => ({ ...subnet, availabilityZone: null }));
    expect(outcomeOf(nodes({}), new PlanEstate({ ...estate.input, subnets }))).toMatchObject({
      fits: { least: 1, most: 2 },
    });
  });
});

describe('subnets', () => {
  const inNew = (cidr: string, of = estate) =>
    planOf(
      {
        demands: [nodes({ subnetIds: ['aws_subnet.new'] })],
        newSubnets: [{ subnetId: 'aws_subnet.new', cidr, zone: 'eu-west-1a' }],
      },
      of,
    );

  test('that the change makes hold what starts in them', () => {
    const { answer, mapsAfter } = inNew('10.0.2.0/24');
    expect(answer).toMatchObject({ fits: { least: true, most: true }, unknowns: [] });
    expect(answer.subnets[0]).toMatchObject({ subnetId: 'aws_subnet.new', freeAddresses: 251 });
    expect(usedIn(mapsAfter('least').get('aws_subnet.new'))).toBe(10);
  });

  test('that the change makes in a region without any hold it as well', () => {
    const empty = new PlanEstate({ ...estate.input, subnets: [], maps: [] });
    expect(inNew('10.0.2.0/24', empty).answer).toMatchObject({ fits: { least: true, most: true } });
  });

  test('of a range that AWS makes no subnet of hold nothing that is known', () => {
    expect(inNew('10.0.2.0/30').answer).toMatchObject({ fits: { least: null, most: null }, subnets: [] });
  });

  test('that are in no scan are named, and what needs them is left out', () => {
    const { demands, subnets, unknowns } = planOf({ demands: [nodes({ subnetIds: ['elsewhere'] })] }).answer;
    expect([demands, subnets]).toEqual([[], []]);
    expect(unknowns).toEqual(['The subnet elsewhere is in no scan: what it holds is not known.']);
  });
});
