import { describe, expect, test } from 'vitest';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { dividedRange, isInVpc, whyNotFree } from '../../../../shared/model/plan/new-subnet.ts';
import { PlanEstate, type PlanInput } from '../../../../shared/model/plan/plan-estate.ts';
import { unreadNeighbours } from '../../../../shared/model/plan/unread-neighbours.ts';
import { anEksCluster } from '../../../fixtures/cluster-records.ts';
import { LabFleet } from '../../../fixtures/lab-fleet.ts';

const { input } = new LabFleet(
  [{ subnetId: 'subnet-0a', cidr: '10.0.0.0/25', zone: 'eu-west-1a' }],
  DEFAULT_CNI_SETTINGS,
  1,
).scanned().estate;
const vpcId = input.subnets[0]?.vpcId ?? '';
const estateWith = (changes: Partial<PlanInput>) => new PlanEstate({ ...input, ...changes });

const vpc = (id: string, cidrBlocks: readonly string[] | null) => ({
  vpcId: id,
  accountId: '111111111111',
  region: 'eu-west-1',
  cidrBlocks,
});

describe('a new range', () => {
  const estate = estateWith({
    vpcConnections: [
      { kind: 'peering', id: 'pcx-01', vpcs: [vpc(vpcId, ['10.0.0.0/16']), vpc('vpc-09', ['10.9.0.0/16'])] },
      { kind: 'transit-gateway', id: 'tgw-01', vpcs: [vpc(vpcId, ['10.0.0.0/16']), vpc('vpc-08', null)] },
      { kind: 'peering', id: 'pcx-02', vpcs: [vpc('vpc-06', []), vpc('vpc-07', ['10.7.0.0/16'])] },
    ],
  });

  test('that is in use in the VPC names the subnet', () => {
    expect(whyNotFree(estate, vpcId, '10.0.0.64/26')).toBe(
      '10.0.0.64/26 overlaps 10.0.0.0/25, the range of subnet-0a.',
    );
  });

  test('that a connected VPC has names the VPC and the connection', () => {
    expect(whyNotFree(estate, vpcId, '10.9.8.0/24')).toBe(
      '10.9.8.0/24 overlaps 10.9.0.0/16 of vpc-09, which is connected by peering pcx-01.',
    );
  });

  test('that only an unconnected VPC has is free, and so is any where connections were not read', () => {
    expect(whyNotFree(estate, vpcId, '10.7.8.0/24')).toBeNull();
    expect(whyNotFree(estateWith({ vpcConnections: null }), vpcId, '10.9.8.0/24')).toBeNull();
  });

  test('that AWS does not add to the VPC is refused, and so is one that lies partly in a block', () => {
    const of = (cidrBlocks: readonly string[]) =>
      estateWith({ vpcs: input.vpcs.map((each) => ({ ...each, cidrBlocks })) });
    expect(whyNotFree(of(['10.0.0.0/16']), vpcId, '192.168.0.0/20')).toBe(
      'AWS refuses 192.168.0.0/20 as another block of a VPC whose first one is 10.0.0.0/16.',
    );
    expect(whyNotFree(of(['10.0.0.0/20', '10.5.0.0/24']), vpcId, '10.5.0.0/20')).toBe(
      '10.5.0.0/20 overlaps 10.5.0.0/24, a block of the VPC, and does not lie in it.',
    );
    expect(whyNotFree(of(['10.0.0.0/20', '10.5.0.0/20']), vpcId, '10.5.0.0/24')).toBeNull();
  });

  test('that services of a cluster in the VPC have is not free', () => {
    const [cluster] = input.clusters;
    if (cluster === undefined) throw new Error('there is a cluster');
    const services = (ipv4: string | null, of: string | null = vpcId) =>
      estateWith({
        clusters: [{ ...cluster, vpcId: of, serviceRange: { ipv4, ipv6: null, addresses: null } }],
      });
    expect(whyNotFree(services('10.100.0.0/16'), vpcId, '10.100.4.0/24')).toBe(
      `10.100.4.0/24 overlaps 10.100.0.0/16, where the services of ${cluster.clusterName} have their addresses.`,
    );
    expect(whyNotFree(services('10.100.0.0/16', 'vpc-09'), vpcId, '10.100.4.0/24')).toBeNull();
    expect(whyNotFree(services(null), vpcId, '10.100.4.0/24')).toBeNull();
    expect(
      whyNotFree(estateWith({ clusters: [{ ...cluster, serviceRange: null }] }), vpcId, '10.100.4.0/24'),
    ).toBeNull();
  });

  test('that hybrid nodes of a cluster in the VPC have is not free', () => {
    const hybrid = (outsideRanges: readonly string[] | undefined, of = vpcId) =>
      estateWith({
        eksClusters: [
          anEksCluster({
            name: 'edge',
            vpcId: of,
            ...(outsideRanges !== undefined && { outsideRanges }),
          }),
        ],
      });
    const of = (plan: PlanEstate) => whyNotFree(plan, vpcId, '10.200.4.0/24');
    expect(of(hybrid(['172.20.0.0/16', '10.200.0.0/16']))).toBe(
      '10.200.4.0/24 overlaps 10.200.0.0/16, where hybrid nodes of edge, or their pods, have their addresses.',
    );
    expect(of(hybrid(['10.201.0.0/16']))).toBeNull();
    expect(of(hybrid(['10.200.0.0/16'], 'vpc-09'))).toBeNull();
    expect(of(hybrid(undefined))).toBeNull();
    expect(of(estateWith({ eksClusters: null }))).toBeNull();
  });

  test('is in the VPC only if a block of the VPC holds all of it', () => {
    const [block = ''] = input.vpcs[0]?.cidrBlocks ?? [];
    expect(isInVpc(estate, vpcId, block)).toBe(true);
    expect(isInVpc(estate, vpcId, '192.168.0.0/24')).toBe(false);
    expect(isInVpc(estate, vpcId, 'x')).toBe(false);
    expect(isInVpc(estate, 'vpc-elsewhere', block)).toBe(false);
  });
});

test.each<[string, number, readonly string[] | null]>([
  ['100.64.0.0/16', 1, ['100.64.0.0/16']],
  ['100.64.0.0/16', 2, ['100.64.0.0/17', '100.64.128.0/17']],
  ['100.64.0.0/24', 3, ['100.64.0.0/26', '100.64.0.64/26', '100.64.0.128/26']],
  ['100.64.0.0/28', 2, null],
  ['100.64.0.0/12', 2, null],
  ['100.64.0.0/16', 0, null],
  ['x', 2, null],
])('%s for %i zones is %j', (range, zones, parts) => {
  expect(
    dividedRange(
      range,
      Array.from({ length: zones }, (_, index) => `zone ${index}`),
    ),
  ).toEqual(parts);
});

describe('what is not known of connected networks', () => {
  const of = (
    kind: 'peering' | 'transit-gateway',
    cidrBlocks: readonly string[] | null,
    membersKnown?: boolean,
  ) => [
    {
      kind,
      id: 'x-01',
      vpcs: [vpc(vpcId, ['10.0.0.0/16']), vpc('vpc-09', cidrBlocks)],
      ...(membersKnown === undefined ? {} : { membersKnown }),
    },
  ];

  test.each([
    ['all of it, where connections were not read', null, `The connections of ${vpcId} could not be read.`],
    ['nothing of a peering whose ranges are known', of('peering', ['10.9.0.0/16']), null],
    [
      'the ranges of a VPC that may not be described',
      of('peering', null),
      'The ranges of vpc-09 of account 111111111111 are unknown.',
    ],
    [
      'other members of a transit gateway',
      of('transit-gateway', ['10.9.0.0/16']),
      'Other accounts may have VPCs on x-01 that no scan has seen.',
    ],
    [
      'nothing of a transit gateway whose members are known',
      of('transit-gateway', ['10.9.0.0/16'], true),
      null,
    ],
  ])('is %s', (_, connections, reason) => {
    expect(unreadNeighbours(connections, vpcId)).toBe(reason);
  });

  test('says nothing of connections between others', () => {
    expect(unreadNeighbours(of('peering', null), 'vpc-elsewhere')).toBeNull();
  });
});
