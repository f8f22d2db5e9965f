import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RouteTable, VpcConnection } from '../../../shared/model/aws/inventory.ts';
import type { EstateInput } from '../../../shared/model/checks/estate.ts';
import {
  remediesForAddresses,
  remediesForPrefixes,
} from '../../../shared/model/checks/remedies/subnet-remedies.ts';
import type { SubnetAssessment, VpcAssessment } from '../../../shared/model/result/assessment.ts';
import type { AddressingMode, ClusterAssessment } from '../../../shared/model/result/cluster.ts';
import type { Remedy } from '../../../shared/model/result/finding.ts';
import { aSubnet } from '../../fixtures/assessments.ts';
import { aNodeGroup, anEksCluster } from '../../fixtures/cluster-records.ts';
import {
  aCluster,
  aDemand,
  aLeak,
  allFindingsOf,
  aNodeAssessment,
  anEstate,
  anInput,
  aRouteTable,
  aVpcAssessment,
} from '../../fixtures/findings-input.ts';

/** Whose subnets nodes must never be sent to. */
const FOR_OTHERS = ['control-plane', 'load-balancer', 'rds', 'elasticache'];
const OWNERS = [...FOR_OTHERS, 'cluster-nodes', 'lambda', 'instance'];

const VPCS = ['vpc-01', 'vpc-02', 'vpc-03'];

const numberOf = (cidr: string): { first: number; last: number } => {
  const [text = '', length = ''] = cidr.split('/');
  const first = text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { first, last: first + 2 ** (32 - Number(length)) - 1 };
};

/** The naive oracle: two ranges share an address. */
const share = (a: string, b: string): boolean => {
  const [left, right] = [numberOf(a), numberOf(b)];
  return left.first <= right.last && right.first <= left.last;
};

const arbitrarySubnet = (vpc: number, index: number): fc.Arbitrary<SubnetAssessment> =>
  fc
    .record({
      length: fc.constantFrom(25, 26, 28),
      zone: fc.constantFrom('eu-west-1a', 'eu-west-1a', 'eu-west-1b', null),
      free: fc.option(fc.integer({ min: 0, max: 200 })),
      prefixes: fc.option(fc.integer({ min: 0, max: 6 })),
      usesPrefixes: fc.boolean(),
      owners: fc.option(fc.uniqueArray(fc.constantFrom(...OWNERS), { maxLength: 2 })),
      shared: fc.integer({ min: 0, max: 9 }).map((each) => each === 0),
      tags: fc.subarray([
        'karpenter.sh/discovery',
        'kubernetes.io/role/cni',
        'kubernetes.io/role/elb',
        'team',
      ]),
    })
    .map((drawn) =>
      aSubnet({
        subnetId: `subnet-${vpc}${index}`,
        name: null,
        vpcId: VPCS[vpc] ?? '',
        cidrBlock: `10.${vpc}.0.${index * 128}/${drawn.length}`,
        availabilityZone: drawn.zone,
        ownerId: drawn.shared ? '222222222222' : null,
        available: drawn.free,
        availableSingle: drawn.free,
        awsAvailable: drawn.free,
        prefixes:
          drawn.prefixes === null
            ? null
            : { assigned: 0, free: drawn.prefixes, freeInReservation: 0, freeUnreserved: drawn.prefixes },
        fragmentationIndex: drawn.prefixes === null ? null : 0.9,
        usesPrefixes: drawn.usesPrefixes,
        owners: drawn.owners?.map((kind) => ({ kind, name: null, interfaces: 1, addresses: 1 })) ?? null,
        tags: Object.fromEntries(
          drawn.tags.map((key) => [key, key === 'karpenter.sh/discovery' ? 'shop' : '1']),
        ),
      }),
    );

const SUBNETS = [0, 1, 2].flatMap((vpc) => [0, 1].map((index) => ({ vpc, index })));
const IDS = SUBNETS.map(({ vpc, index }) => `subnet-${vpc}${index}`);

const arbitraryVpc = (vpc: number): fc.Arbitrary<VpcAssessment> =>
  fc.constantFrom(['/24'], ['/23'], ['/24', '+']).map((shape) =>
    aVpcAssessment({
      vpcId: VPCS[vpc] ?? '',
      cidrBlocks: [`10.${vpc}.0.0${shape[0]}`, ...(shape.length > 1 ? [`100.${64 + vpc}.0.0/16`] : [])],
    }),
  );

const someIds = fc.uniqueArray(fc.constantFrom(...IDS), { maxLength: 4 });

const arbitraryCluster = (clusterName: string): fc.Arbitrary<ClusterAssessment> =>
  fc
    .record({
      mode: fc.constantFrom<AddressingMode>('secondary', 'prefix', 'mixed', 'ipv6', 'unknown'),
      customNetworking: fc.boolean(),
      autoMode: fc.boolean(),
      nodes: fc.array(
        fc.record({
          home: fc.constantFrom(...IDS),
          pods: fc.constantFrom(...IDS),
          prefixes: fc.nat(2),
          warm: fc.nat(9),
        }),
        { maxLength: 6 },
      ),
      group: someIds,
      kind: fc.constantFrom('node-group' as const, 'auto-scaling-group' as const),
      short: fc.nat(40),
    })
    .map(({ nodes, group, kind, short, ...rest }) =>
      aCluster({
        clusterName,
        ...rest,
        nodes: nodes.map(({ home, pods, prefixes, warm }, index) =>
          aNodeAssessment({
            instanceId: `i-${clusterName}${index}`,
            subnetId: home,
            prefixes,
            warmAtLeast: warm,
            usage: [home, ...(pods === home ? [] : [pods])].map((subnetId) => ({
              subnetId,
              interfaces: 1,
              addresses: 5 + prefixes * 16,
              prefixes,
            })),
          }),
        ),
        nodeSubnetIds: [...new Set([...nodes.flatMap(({ home, pods }) => [home, pods]), ...group])],
        committed: [
          aDemand({
            clusterName,
            kind,
            subnetIds: group,
            currentNodes: nodes.length,
            shortfall: short,
            fits: 0,
            error: 'InsufficientFreeAddressesInSubnet',
          }),
        ],
      }),
    );

const arbitraryConnections: fc.Arbitrary<readonly VpcConnection[] | null> = fc.option(
  fc.array(
    fc.record({
      kind: fc.constantFrom('peering' as const, 'transit-gateway' as const),
      id: fc.constantFrom('tgw-01', 'pcx-01'),
      membersKnown: fc.boolean(),
      vpcs: fc
        .uniqueArray(fc.constantFrom(...VPCS, 'vpc-90', 'vpc-91'), { minLength: 2, maxLength: 3 })
        .map((ids) =>
          ids.map((vpcId) => ({
            vpcId,
            accountId: null,
            cidrBlocks:
              vpcId === 'vpc-90'
                ? ['100.64.0.0/15', '10.9.0.0/16']
                : vpcId === 'vpc-91'
                  ? null
                  : ['10.0.0.0/24'],
          })),
        ),
    }),
    { maxLength: 2 },
  ),
);

const arbitraryRouteTables: fc.Arbitrary<readonly RouteTable[] | null> = fc.option(
  fc
    .array(
      fc.record({
        vpcId: fc.constantFrom(...VPCS),
        main: fc.boolean(),
        subnetIds: someIds,
        target: fc.constantFrom('nat-1', 'nat-2', 'igw-1', 'tgw-1'),
      }),
      { maxLength: 5 },
    )
    .map((tables) =>
      tables.map(({ target, ...table }, index) =>
        aRouteTable({
          ...table,
          routeTableId: `rtb-${index}`,
          routes: [
            { destination: '0.0.0.0/0', target, active: true },
            { destination: '100.66.0.0/16', target, active: true },
          ],
        }),
      ),
    ),
);

const arbitraryInput: fc.Arbitrary<EstateInput> = fc
  .record({
    vpcs: fc.tuple(arbitraryVpc(0), arbitraryVpc(1), arbitraryVpc(2)),
    subnets: fc.tuple(...SUBNETS.map(({ vpc, index }) => arbitrarySubnet(vpc, index))),
    clusters: fc.tuple(arbitraryCluster('shop'), arbitraryCluster('data')),
    controlPlane: someIds,
    groups: someIds,
    vpcConnections: arbitraryConnections,
    routeTables: arbitraryRouteTables,
    leaks: fc.array(fc.constantFrom(...IDS), { maxLength: 3 }),
  })
  .map(({ controlPlane, groups, leaks, ...rest }) =>
    anInput({
      ...rest,
      eksClusters: [
        anEksCluster({
          vpcId: 'vpc-01',
          subnetIds: controlPlane,
          nodeGroups: [aNodeGroup({ subnetIds: groups })],
        }),
      ],
      leakedInterfaces: leaks.map((subnetId, index) =>
        aLeak({ subnetId, networkInterfaceId: `eni-${index}` }),
      ),
    }),
  );

/** The findings' remedies, and those of every subnet for both supplies, each list as one run would offer it. */
const offersOf = (input: EstateInput): readonly (readonly (readonly Remedy[])[])[] => {
  const estate = anEstate(input);
  return [
    allFindingsOf(input).map(({ remedies }) => remedies),
    input.subnets.flatMap((subnet) => [
      remediesForPrefixes(estate, subnet),
      remediesForAddresses(estate, subnet),
      remediesForAddresses(estate, subnet, { addresses: 300, prefixes: 0 }),
    ]),
  ];
};

const run = (check: (input: EstateInput, remedies: readonly (readonly Remedy[])[]) => void): void =>
  fc.assert(
    fc.property(arbitraryInput, (input) => {
      for (const offers of offersOf(input)) check(input, offers);
    }),
    { numRuns: 300 },
  );

test('no remedy is offered whose precondition fails, at the first rank or after it', () => {
  run((_, offers) => {
    for (const { preconditions } of offers.flat()) {
      expect(preconditions.filter(({ holds }) => holds === false)).toEqual([]);
    }
  });
});

test('no two remedies of a run give out overlapping ranges of one VPC, and no two VPCs the same block', () => {
  run((_, offers) => {
    const distinct = new Map(offers.flat().map((remedy) => [remedy.commands.join('\n'), remedy]));
    const given = [...distinct].flatMap(([commands, { ranges = [] }]) =>
      ranges.map((range) => ({
        range,
        // A block of the shared address space may meet that of any VPC: they may be connected some day.
        place:
          range.startsWith('100.') && commands.includes('associate-vpc-cidr-block')
            ? 'anywhere'
            : (/vpc-\d\d/.exec(commands)?.[0] ?? ''),
      })),
    );
    for (const [index, { place, range }] of given.entries()) {
      const others = given.slice(index + 1).filter((other) => other.place === place);
      expect(others.filter((other) => share(range, other.range))).toEqual([]);
    }
  });
});

test('a new range is free: of subnets, of the VPC and of every connected VPC whose ranges are known', () => {
  run(({ subnets, vpcConnections, vpcs }, offers) => {
    for (const { commands, ranges = [] } of offers.flat()) {
      const text = commands.join('\n');
      const vpcId = /vpc-\d\d/.exec(text)?.[0];
      const isBlock = text.includes('associate-vpc-cidr-block');
      const taken = isBlock
        ? [
            ...(vpcs.find((vpc) => vpc.vpcId === vpcId)?.cidrBlocks ?? []),
            ...(vpcConnections ?? [])
              .filter((connection) => connection.vpcs.some((each) => each.vpcId === vpcId))
              .flatMap((connection) => connection.vpcs.flatMap(({ cidrBlocks }) => cidrBlocks ?? [])),
          ]
        : subnets.flatMap((subnet) => (subnet.vpcId === vpcId ? (subnet.cidrBlock ?? []) : []));
      for (const range of ranges) expect(taken.filter((each) => share(each, range))).toEqual([]);
    }
  });
});

test('no sibling is one of a control plane, a database or a load balancer', () => {
  let siblings = 0;
  run(({ eksClusters, subnets }, offers) => {
    for (const { title } of offers.flat()) {
      const [, subnetId] = /(?:addresses from|in) (subnet-\d\d)(?: only)?$/.exec(title) ?? [];
      if (subnetId === undefined || !/^(?:Let pods|Give pods|Start new nodes)/.test(title)) continue;
      siblings += 1;
      const sibling = subnets.find((subnet) => subnet.subnetId === subnetId);
      expect(sibling?.owners?.filter(({ kind }) => FOR_OTHERS.includes(kind))).toEqual([]);
      expect(sibling?.tags['kubernetes.io/role/elb']).toBeUndefined();
      expect(eksClusters?.some((cluster) => cluster.subnetIds.includes(subnetId))).toBe(false);
    }
  });
  // Nothing would be shown by estates in which no sibling is ever offered.
  expect(siblings).toBeGreaterThan(0);
});
