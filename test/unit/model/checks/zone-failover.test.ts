import { describe, expect, test } from 'vitest';
import type { ZoneFailover } from '../../../../shared/model/result/cluster.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import {
  aCluster,
  aDemand,
  aNodeAssessment,
  findingsOf,
  statesOf,
} from '../../../fixtures/findings-input.ts';

const aLoss = (changes: Partial<ZoneFailover> = {}): ZoneFailover => ({
  lostZones: ['eu-west-1a'],
  lostNodes: 4,
  fits: 4,
  fitsAtBest: 4,
  shortfall: 0,
  error: null,
  limitedBy: null,
  atMaximum: null,
  reason: null,
  ...changes,
});

const subnets = ['a', 'b', 'c'].map((zone, index) =>
  aSubnet({ subnetId: `subnet-0${zone}`, availabilityZone: `eu-west-1${zone}`, available: 50 - 10 * index }),
);

const estateOf = (...zoneFailover: readonly ZoneFailover[]) => ({
  subnets,
  clusters: [aCluster({ nodeSubnetIds: subnets.map(({ subnetId }) => subnetId), zoneFailover })],
});

const found = (...losses: readonly ZoneFailover[]) => findingsOf('zone-failover', estateOf(...losses));

const short = { fits: 1, fitsAtBest: 2, shortfall: 3, error: 'InsufficientFreeAddressesInSubnet' };

describe('the loss of a zone', () => {
  test('is a warning where its nodes do not all fit elsewhere, about the subnets that remain, the tightest first', () => {
    expect(found(aLoss({ ...short, limitedBy: 'addresses' }))).toMatchObject([
      {
        severity: 'warning',
        title: 'shop: without eu-west-1a, 1 of 4 nodes fits in the other zones',
        explanation:
          'The next one fails with InsufficientFreeAddressesInSubnet. The figures count the nodes of all clusters of the account, which start at the same time.',
        subject: { subnetIds: ['subnet-0c', 'subnet-0b'] },
        evidence: [
          { name: 'nodes lost with eu-west-1a', value: 4 },
          { name: 'of them fit without eu-west-1a', value: 1 },
        ],
      },
    ]);
  });

  test('is about the subnets that the groups of the lost nodes may start in, where there are such', () => {
    const about = (nodeGroup: string, availabilityZone: string) => {
      const [cluster = aCluster()] = estateOf(aLoss({ ...short, limitedBy: 'addresses' })).clusters;
      const clusters = [
        {
          ...cluster,
          nodes: [aNodeAssessment({ nodeGroup, availabilityZone })],
          committed: [aDemand({ group: 'workers', subnetIds: ['subnet-0a', 'subnet-0b'] })],
        },
      ];
      return findingsOf('zone-failover', { subnets, clusters })[0]?.subject.subnetIds;
    };
    expect(about('workers', 'eu-west-1a')).toEqual(['subnet-0b']);
    expect(about('others', 'eu-west-1a')).toEqual(['subnet-0c', 'subnet-0b']);
    expect(about('workers', 'eu-west-1b')).toEqual(['subnet-0c', 'subnet-0b']);
  });

  test('is about the subnets of the groups that lack room, and not of others that lose nodes', () => {
    const [cluster = aCluster()] = estateOf(
      aLoss({
        ...short,
        limitedBy: 'addresses',
        short: [{ group: 'workers', nodes: 3, zones: ['eu-west-1b'] }],
      }),
    ).clusters;
    const clusters = [
      {
        ...cluster,
        nodes: [aNodeAssessment({ nodeGroup: 'others', availabilityZone: 'eu-west-1a' })],
        committed: [
          aDemand({ group: 'workers', subnetIds: ['subnet-0a', 'subnet-0b'] }),
          aDemand({ group: 'others', subnetIds: ['subnet-0a', 'subnet-0c'] }),
        ],
      },
    ];
    expect(findingsOf('zone-failover', { subnets, clusters })[0]?.subject.subnetIds).toEqual(['subnet-0b']);
  });

  test('offers a subnet for all nodes that the zone lacks room for', () => {
    const rangeFor = (nodes: number, perNode: { addresses: number; prefixes: number } | null) => {
      const loss = aLoss({
        ...short,
        limitedBy: 'addresses',
        short: [
          { group: 'workers', nodes, zones: ['eu-west-1b'] },
          { group: 'spread', nodes: 3, zones: ['eu-west-1b', 'eu-west-1c'] },
          { group: 'elsewhere', nodes: 500, zones: ['eu-west-1c'] },
          { group: 'a pool', nodes: 500, zones: ['eu-west-1b'] },
        ],
      });
      const clusters = [
        aCluster({
          nodeSubnetIds: ['subnet-0b'],
          zoneFailover: [loss],
          committed: [
            aDemand({ group: 'workers', subnetIds: ['subnet-0b'], perNode }),
            aDemand({ group: 'spread', subnetIds: ['subnet-0b'], perNode }),
            aDemand({ group: 'elsewhere', subnetIds: ['subnet-0b'], perNode }),
          ],
        }),
      ];
      const small = subnets.map((subnet) => ({ ...subnet, cidrBlock: '10.0.0.0/28' }));
      const [finding] = findingsOf('zone-failover', { subnets: small, clusters });
      return finding?.remedies
        .find(({ title }) => title.startsWith('Add the subnet'))
        ?.ranges?.[0]?.split('/')[1];
    };
    const perNode = { addresses: 10, prefixes: 0 };
    // (4 + 2) x 10 = 60 addresses, and 5 of AWS: more than a /26. 3 + 2 nodes find room in one.
    expect([rangeFor(4, perNode), rangeFor(3, perNode)]).toEqual(['25', '26']);
    expect(rangeFor(4, null)).toBe('28');
  });

  test('names no subnet where the groups that lack room start in the lost zone alone', () => {
    const zonal = { group: 'zonal', nodes: 3, zones: [] };
    const [finding] = found(aLoss({ ...short, error: null, short: [zonal] }));
    expect(finding?.subject.subnetIds).toEqual([]);
    expect(finding?.remedies.map(({ title, commands }) => [title, commands])).toEqual([
      ['Let nodes of zonal start in another zone', []],
    ]);
    expect(finding?.explanation).toBe(
      'Without eu-west-1a, 3 nodes of zonal start nowhere: no subnet of another zone is known for them. The figures count the nodes of all clusters of the account, which start at the same time.',
    );
    const beside = { group: 'workers', nodes: 1, zones: ['eu-west-1b'] };
    const [both] = found(aLoss({ ...short, short: [{ ...zonal, group: '' }, beside] }));
    expect(both?.subject.subnetIds).toEqual(['subnet-0c', 'subnet-0b']);
    expect(both?.remedies[0]?.title).toBe('Let nodes of no group start in another zone');
    expect(both?.remedies.length).toBeGreaterThan(1);
  });

  test('of its only node there is said of one node', () => {
    const one = { ...short, lostNodes: 1, fits: 0, shortfall: 1 };
    expect(found(aLoss(one))[0]?.title).toBe(
      'shop: without eu-west-1a, its node there does not fit in the other zones',
    );
  });

  test('is information where only two zones, or groups at their maximum, are too much', () => {
    const two = aLoss({ ...short, lostZones: ['eu-west-1a', 'eu-west-1b'] });
    expect(found(aLoss(), two)).toMatchObject([
      {
        severity: 'info',
        title: 'shop: without eu-west-1a and eu-west-1b, 1 of 4 nodes fits in the other zones',
      },
    ]);
    const otherPair = aLoss({ ...short, fits: 2, lostZones: ['eu-west-1a', 'eu-west-1c'] });
    // The pair of the title is one of them.
    expect(found(aLoss(), two, otherPair)[0]?.explanation).toContain(
      '2 pairs of zones leave too little room',
    );
    const atMaximum = (nodes: number, shortfall: number) =>
      aLoss({ atMaximum: { nodes, fits: nodes - shortfall, shortfall } });
    expect(found(atMaximum(9, 3), { ...atMaximum(9, 8), lostZones: ['eu-west-1b'] })).toMatchObject([
      { title: 'shop: without eu-west-1b, its groups cannot grow to their maximum: 1 of 9 nodes fits' },
    ]);
    expect(found(atMaximum(9, 3))).toMatchObject([
      {
        severity: 'info',
        title: 'shop: without eu-west-1a, its groups cannot grow to their maximum: 6 of 9 nodes fit',
      },
    ]);
  });

  test('of the zone that leaves most nodes out leads', () => {
    const other = aLoss({ lostZones: ['eu-west-1b'], fits: 0, shortfall: 4 });
    const [finding] = found(
      aLoss(short),
      other,
      aLoss({ lostZones: ['eu-west-1a', 'eu-west-1b'], fits: 0, shortfall: 8 }),
    );
    expect(finding?.title).toBe('shop: without eu-west-1b, 0 of 4 nodes fit in the other zones');
    expect(finding?.explanation).toBe(
      'Without eu-west-1a, 1 of 4 nodes fits in the other zones. If two zones fail together, 1 pair of zones leaves too little room. The figures count the nodes of all clusters of the account, which start at the same time.',
    );
    const pairs = [
      ['eu-west-1a', 'eu-west-1b'],
      ['eu-west-1b', 'eu-west-1c'],
    ].map((lostZones) => aLoss({ ...short, lostZones }));
    expect(found(other, ...pairs)[0]?.explanation).toContain('2 pairs of zones leave too little room');
  });

  test('asks for prefixes where those are short, and for nothing where no other zone is known', () => {
    const free = (count: number) => ({
      assigned: 0,
      free: count,
      freeInReservation: 0,
      freeUnreserved: count,
    });
    const estate = {
      subnets: subnets.map((subnet, index) => ({ ...subnet, prefixes: free(index + 1) })),
      clusters: [
        aCluster({
          takesPrefixesFrom: subnets.map(({ subnetId }) => subnetId),
          zoneFailover: [aLoss({ ...short, limitedBy: 'prefixes' })],
        }),
      ],
    };
    const [finding] = findingsOf('zone-failover', estate);
    // Subnet c has fewest addresses, and subnet b has fewest prefixes.
    expect(finding?.subject.subnetIds).toEqual(['subnet-0b', 'subnet-0c']);
    expect(finding?.remedies.length).toBeGreaterThan(0);
    const nowhere = { ...estateOf(aLoss(short)), subnets: [] };
    expect(findingsOf('zone-failover', nowhere)[0]?.remedies).toEqual([]);
  });

  test('is no finding where all fit, unknown where that is not known, and nothing to a cluster in one zone', () => {
    const states = (...losses: readonly ZoneFailover[]) => statesOf('zone-failover', estateOf(...losses));
    const unknown = aLoss({ fits: null, fitsAtBest: null, shortfall: null });
    expect(states(aLoss())).toEqual(['healthy']);
    expect(states(aLoss(), unknown)).toEqual(['unknown']);
    expect(states({ ...unknown, reason: 'Not known.' })).toEqual(['unknown']);
    expect(states(aLoss(short), unknown)).toEqual(['found']);
    expect(states()).toEqual([]);
    expect(statesOf('zone-failover', { clusters: [aCluster()] })).toEqual([]);
  });
});
