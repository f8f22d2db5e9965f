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
const FOR_OTHERS = ['control-plane', 'load-balancer', 'rds', 'elasticache', 'nat-gateway', 'transit-gateway'];
const OWNERS = [...FOR_OTHERS, 'cluster-nodes', 'lambda', 'instance'];

const VPCS = ['vpc-01', 'vpc-02', 'vpc-03'];

/** One VPC of each family of RFC 1918. */
const NETS = ['10.0', '172.16', '192.168'];
const FAMILIES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

const OUTPOST = 'arn:aws:outposts:eu-west-1:111111111111:outpost/op-0';

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

/** Most subnets are for nodes, as in real estates: else there would hardly be a sibling. */
const arbitraryOwners: fc.Arbitrary<readonly string[] | null> = fc
  .tuple(fc.nat(2), fc.option(fc.uniqueArray(fc.constantFrom(...OWNERS), { maxLength: 2 })))
  .map(([third, others]) => (third === 0 ? others : ['cluster-nodes']));

const arbitrarySubnet = (vpc: number, index: number): fc.Arbitrary<SubnetAssessment> =>
  fc
    .record({
      length: fc.constantFrom(25, 26, 28),
      zone: fc.oneof(
        { weight: 7, arbitrary: fc.constant('eu-west-1a') },
        { weight: 3, arbitrary: fc.constantFrom('eu-west-1b', 'eu-west-1-ber-1a', null) },
      ),
      outpostArn: fc.oneof(
        { weight: 9, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constant(OUTPOST) },
      ),
      hasIpv4: fc.oneof(
        { weight: 9, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
      free: fc.option(fc.integer({ min: 0, max: 200 })),
      prefixes: fc.option(fc.integer({ min: 0, max: 6 })),
      usesPrefixes: fc.boolean(),
      owners: arbitraryOwners,
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
        cidrBlock: drawn.hasIpv4 ? `${NETS[vpc]}.0.${index * 128}/${drawn.length}` : null,
        ipv6Native: !drawn.hasIpv4,
        ipv6CidrBlocks: drawn.hasIpv4 ? [] : ['2001:db8::/64'],
        availabilityZone: drawn.zone,
        outpostArn: drawn.outpostArn,
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
  fc
    .record({
      length: fc.constantFrom(24, 23),
      // None, one of shared space, as many as the quota allows, or as many as AWS grants.
      more: fc.constantFrom(0, 0, 1, 4, 49),
    })
    .map(({ length, more }) =>
      aVpcAssessment({
        vpcId: VPCS[vpc] ?? '',
        cidrBlocks: [
          `${NETS[vpc]}.0.0/${length}`,
          ...Array.from({ length: more }, (_, index) => `100.${64 + vpc}.${index}.0/24`),
        ],
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

/** VPCs of other accounts: some of shared space is taken, nothing is known, or all of it is taken. */
const PEERS = new Map<string, readonly string[] | null>([
  ['vpc-90', ['100.64.0.0/15', '10.9.0.0/16']],
  ['vpc-91', null],
  ['vpc-92', ['100.64.0.0/10', '10.1.0.0/16']],
]);

const arbitraryConnections: fc.Arbitrary<readonly VpcConnection[] | null> = fc.option(
  fc.array(
    fc.record({
      kind: fc.constantFrom('peering' as const, 'transit-gateway' as const),
      id: fc.constantFrom('tgw-01', 'pcx-01'),
      membersKnown: fc.boolean(),
      vpcs: fc
        .uniqueArray(fc.constantFrom(...VPCS, ...PEERS.keys()), { minLength: 2, maxLength: 4 })
        .map((ids) =>
          ids.map((vpcId) => ({
            vpcId,
            accountId: null,
            cidrBlocks: PEERS.get(vpcId) ?? (vpcId === 'vpc-91' ? null : ['10.0.0.0/24']),
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
            { destination: 'pl-0a1b2c3d', target, active: true },
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
    outsideRanges: fc.option(fc.constantFrom(['10.2.0.0/15'], ['172.20.0.0/16'], ['100.64.0.0/13'])),
    vpcConnections: arbitraryConnections,
    routeTables: arbitraryRouteTables,
    leaks: fc.array(fc.constantFrom(...IDS), { maxLength: 3 }),
  })
  .map(({ controlPlane, groups, leaks, outsideRanges, ...rest }) =>
    anInput({
      ...rest,
      eksClusters: [
        anEksCluster({
          vpcId: 'vpc-01',
          subnetIds: controlPlane,
          ...(outsideRanges === null ? {} : { outsideRanges }),
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
    { numRuns: 200 },
  );

test('no remedy is offered whose precondition fails, at the first rank or after it', () => {
  run((_, offers) => {
    for (const { preconditions } of offers.flat()) {
      expect(preconditions.filter(({ holds }) => holds === false)).toEqual([]);
    }
  });
});

test('every remedy says what it costs, and when it is the right one', () => {
  run((_, offers) => {
    for (const { price, title, when } of offers.flat()) {
      expect([title, price, when]).toEqual([title, expect.any(String), expect.any(String)]);
    }
  });
});

test('where AWS refuses a new block, the quota comes before it, and it is never first', () => {
  const takesBlock = ({ commands }: Remedy): boolean =>
    commands.some((command) => command.includes('associate-vpc-cidr-block'));
  let seen = 0;
  run(({ vpcs }, offers) => {
    for (const list of offers) {
      const rank = list.findIndex(takesBlock);
      const vpcId = /vpc-\d\d/.exec(list[rank]?.commands.join(' ') ?? '')?.[0];
      const vpc = vpcs.find((each) => each.vpcId === vpcId);
      if (vpc === undefined || vpc.cidrBlocks.length < 5) continue;
      seen += 1;
      const quota = list.findIndex(({ title }) => title.startsWith('Request a higher quota of IPv4'));
      expect(quota).toBeGreaterThanOrEqual(0);
      expect(quota).toBeLessThan(rank);
    }
  });
  expect(seen).toBeGreaterThan(0);
});

test('AWS takes every new block that is offered', () => {
  let ofFamily = 0;
  run(({ eksClusters, vpcs }, offers) => {
    for (const { commands, ranges = [] } of offers.flat()) {
      const text = commands.join('\n');
      if (!text.includes('associate-vpc-cidr-block')) continue;
      const vpcId = /vpc-\d\d/.exec(text)?.[0];
      const vpc = vpcs.find((each) => each.vpcId === vpcId);
      const family = FAMILIES.find((each) => share(each, vpc?.cidrBlocks[0] ?? '0.0.0.0/32'));
      for (const range of ranges) {
        // The association restrictions of the VPC user guide, and Docker's bridge.
        const place = ['100.64.0.0/10', ...FAMILIES].find((each) => share(each, range));
        expect(['100.64.0.0/10', family]).toContain(place);
        for (const never of ['172.17.0.0/16', '172.31.0.0/16', '169.254.0.0/16', '198.18.0.0/15']) {
          expect(share(never, range)).toBe(false);
        }
        if (vpc?.cidrBlocks.some((block) => share(block, '10.0.0.0/15'))) {
          expect(share('10.0.0.0/16', range)).toBe(false);
        }
        if (place === family) ofFamily += 1;
        const services = eksClusters?.find((cluster) => cluster.vpcId === vpcId)?.outsideRanges ?? [];
        expect(services.filter((each) => share(each, range))).toEqual([]);
        expect(Number(range.split('/')[1])).toBeGreaterThanOrEqual(16);
      }
    }
  });
  expect(ofFamily).toBeGreaterThan(0);
});

test('nothing is ordered in a subnet or a VPC that another account owns', () => {
  let shared = 0;
  run(({ subnets }, offers) => {
    const foreign = subnets.flatMap(({ ownerId, subnetId }) => (ownerId === null ? [] : [subnetId]));
    for (const { commands } of offers.flat()) {
      for (const command of commands) {
        if (!/ (?:create|delete)-tags |create-subnet-cidr-reservation|associate-route-table/.test(command))
          continue;
        expect(foreign.filter((id) => command.includes(id))).toEqual([]);
      }
    }
    shared += foreign.length;
  });
  expect(shared).toBeGreaterThan(0);
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

test('no sibling is one of a control plane, a database, a gateway or a load balancer, or far away', () => {
  let siblings = 0;
  run(({ eksClusters, subnets }, offers) => {
    for (const { preconditions, title } of offers.flat()) {
      const [, subnetId] = /(?:addresses from|in) (subnet-\d\d)(?: only)?$/.exec(title) ?? [];
      if (subnetId === undefined || !/^(?:Let pods|Give pods|Start new nodes)/.test(title)) continue;
      siblings += 1;
      const sibling = subnets.find((subnet) => subnet.subnetId === subnetId);
      expect(sibling?.owners?.filter(({ kind }) => FOR_OTHERS.includes(kind))).toEqual([]);
      expect(sibling?.tags['kubernetes.io/role/elb']).toBeUndefined();
      const [, shortId] =
        /to the same places as (subnet-\d\d)\./.exec(preconditions.map(({ text }) => text).join(' ')) ?? [];
      const short = subnets.find((subnet) => subnet.subnetId === shortId);
      const placeOf = (subnet: SubnetAssessment | undefined) => [
        subnet?.vpcId,
        subnet?.availabilityZone,
        subnet?.outpostArn,
      ];
      expect(placeOf(sibling)).toEqual(placeOf(short));
      expect(sibling?.availabilityZone).not.toBeNull();
      expect(sibling?.cidrBlock).not.toBeNull();
      expect(eksClusters?.some((cluster) => cluster.subnetIds.includes(subnetId))).toBe(false);
    }
  });
  // Nothing would be shown by estates in which no sibling is ever offered.
  expect(siblings).toBeGreaterThan(0);
});
