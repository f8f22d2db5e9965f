import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { emptySubnet, whyNotFree } from '../../../../shared/model/plan/new-subnet.ts';
import { NodeDemands } from '../../../../shared/model/plan/node-demands.ts';
import { usualType } from '../../../../shared/model/plan/node-plan.ts';
import { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import { planReservations } from '../../../../shared/model/plan/reserve.ts';
import { roomForNodes } from '../../../../shared/model/plan/room.ts';
import { reservationsFor } from '../../../../shared/model/plan/subnet-size.ts';
import { Timeline } from '../../../../shared/model/plan/timeline.ts';
import { unreadNeighbours } from '../../../../shared/model/plan/unread-neighbours.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import { zoneRoom } from '../../../../shared/model/plan/zone-room.ts';
import type { ClusterAssessment, NodeAssessment } from '../../../../shared/model/result/cluster.ts';
import { aTarget } from '../../../fixtures/inventory-records.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

const { cluster: shop, estate } = shopFleet({ pods: 3 }).scanned();
const places = shop.newNodes?.places ?? [];

const withPlaces = (changed: typeof places): ClusterAssessment => ({
  ...shop,
  ...(shop.newNodes !== undefined && { newNodes: { ...shop.newNodes, places: changed } }),
});

const withNodes = (change: (node: NodeAssessment, index: number) => Partial<NodeAssessment>) => ({
  ...shop,
  nodes: shop.nodes.map((node, index) => ({ ...node, ...change(node, index) })),
});

const ask = (cluster: ClusterAssessment, changes: Partial<PlannedChanges>, of = estate) =>
  whatIf(of, cluster, { ...NO_CHANGES, ...changes });

describe('new custom networking', () => {
  const customNetworking = '100.64.0.0/16';

  test('leaves the pods of a place of an unknown zone where they are', () => {
    const unknown = places.map((place, index) =>
      index === 0 ? { ...place, availabilityZone: null } : place,
    );
    const { actions, fits } = ask(withPlaces(unknown), { customNetworking });
    expect(fits).toBe(true);
    expect(actions.flatMap((action) => (action.kind === 'create-subnet' ? [action.zone] : []))).toEqual([
      'eu-west-1b',
      'eu-west-1c',
    ]);
  });

  test('also holds for a node in a subnet where no new node starts', () => {
    const { after, fits } = ask(withPlaces(places.slice(1)), {
      newSubnets: [{ cidr: '10.0.9.0/24', zone: 'eu-west-1b' }],
      type: 'm5.xlarge',
    });
    expect([fits, after.nodes]).toEqual([true, 6]);
  });
});

test('pods of a new subnet that AWS could not make are not known to fit', () => {
  expect(ask(shop, { nodes: 3, newSubnets: [{ cidr: '10.0.9.0/30', zone: 'eu-west-1a' }] }).fits).toBeNull();
});

test('the zone that is not known comes first', () => {
  const subnets = estate.input.subnets.map((subnet, index) =>
    index === 1 ? { ...subnet, availabilityZone: null } : subnet,
  );
  const { before } = ask(shop, {}, new PlanEstate({ ...estate.input, subnets }));
  expect(before.zones.map(({ availabilityZone }) => availabilityZone)).toEqual([
    null,
    'eu-west-1a',
    'eu-west-1c',
  ]);
});

describe('nodes that go', () => {
  const names = (cluster: ClusterAssessment): readonly (number | undefined)[] =>
    ask(cluster, { nodes: -2 }).after.subnets.map(({ used }) => used?.[1]);

  test('are the same in whatever order the nodes are listed', () => {
    const reversed = { ...shop, nodes: shop.nodes.toReversed() };
    expect(names(reversed)).toEqual(names(shop));
  });
});

describe('the usual type', () => {
  const typeOf = (cluster: ClusterAssessment) => usualType(estate, cluster, estate.nodesOf(cluster));

  test('is that of most nodes, and of two that are as many the first by name', () => {
    expect(typeOf(withNodes((_, index) => ({ instanceType: index < 2 ? 'c5.large' : 'm5.large' })))).toBe(
      'm5.large',
    );
    expect(typeOf(withNodes((_, index) => ({ instanceType: index < 3 ? 'm5.large' : 'c5.large' })))).toBe(
      'c5.large',
    );
  });

  test('is what a group launches where no node runs, of a type that is known', () => {
    const committed = [null, 'zz9.large', 'm5.large'].flatMap((instanceType) =>
      shop.committed.map((demand) => ({ ...demand, instanceType })),
    );
    expect(typeOf({ ...shop, nodes: [], committed })).toBe('m5.large');
  });
});

describe('a node of a plan', () => {
  test('belongs to its node pool where it has no node group', () => {
    const cluster = withNodes(() => ({ nodeGroup: null, nodePool: 'general' }));
    expect(estate.nodesOf(cluster).map(({ group }) => group)).toEqual(Array(6).fill('general'));
  });

  test('may use all that it holds for pods where its warm pool is not known', () => {
    const [node] = estate.nodesOf(withNodes(() => ({ warmAtLeast: null })));
    expect(node?.pods).toBe(shop.nodes[0]?.gauges.totalIPAddresses);
  });

  test('holds prefixes of which it is known whether they are reserved, where addresses are', () => {
    const prefix = shopFleet({ settings: { prefixDelegation: true }, nodes: 3, pods: 3 }).scanned();
    const { input } = prefix.estate;
    const held = (changes: Partial<typeof input>) =>
      new PlanEstate({ ...input, ...changes })
        .nodesOf(prefix.cluster)
        .flatMap(({ holdings }) => holdings.map(({ reservedPrefixes }) => reservedPrefixes));
    const reserve = (cidr: string, type: 'prefix' | 'explicit') => ({
      reservations: new Map([['subnet-0a', [{ reservationId: 'scr-1', subnetId: 'subnet-0a', cidr, type }]]]),
    });
    expect(held(reserve('10.0.0.0/24', 'prefix'))).toEqual([2, 0, 0]);
    expect(held(reserve('10.0.0.0/24', 'explicit'))).toEqual([0, 0, 0]);
    expect(held({ interfaces: null })).toEqual([null, null, null]);
  });
});

describe('prefixes that nodes give back', () => {
  const prefix = shopFleet({ settings: { prefixDelegation: true, warmPrefixTarget: 2 }, pods: 3 }).scanned();
  const freeAfter = (cluster: ClusterAssessment, settings: PlannedChanges['settings']) => {
    const { after, before } = whatIf(prefix.estate, cluster, { ...NO_CHANGES, settings });
    return [before, after].map(({ subnets }) => subnets[0]?.freePrefixes);
  };

  test('are none at the least, and all over the new target at the most', () => {
    const [before, after] = freeAfter(prefix.cluster, { warmPrefixTarget: 1 });
    expect(after?.[0]).toBe(before?.[0]);
    expect(after?.[1]).toBe((before?.[1] ?? 0) + 2);
  });

  test('are none at the least where the cluster has left prefix mode, although IP targets are exact', () => {
    const { newNodes } = prefix.cluster;
    if (newNodes === undefined) throw new Error('no places');
    const settings = { ...newNodes.settings, prefixDelegation: false };
    const left = { ...prefix.cluster, newNodes: { ...newNodes, settings } };
    const [before, after] = freeAfter(left, { warmIpTarget: 1, minimumIpTarget: 1 });
    expect(after?.[0]).toBeLessThanOrEqual(before?.[0] ?? 0);
  });
});

describe('the demands of nodes', () => {
  test('are not asked for a type without known limits', () => {
    const demands = new NodeDemands(limitsOf, { ...DEFAULT_CNI_SETTINGS, customNetworking: false });
    expect(demands.knows('zz9.large')).toBe(false);
    expect(() => demands.podsAtMost('zz9.large', true)).toThrow(
      new RangeError('The limits of the instance type zz9.large are not known.'),
    );
  });

  test('end at MINIMUM_IP_TARGET alone, in whole prefixes', () => {
    const most = (prefixDelegation: boolean): number =>
      new NodeDemands(limitsOf, {
        ...DEFAULT_CNI_SETTINGS,
        customNetworking: false,
        prefixDelegation,
        minimumIpTarget: 20,
      }).podsAtMost('m5.large', true);
    expect([most(false), most(true)]).toEqual([20, 32]);
  });
});

describe('room', () => {
  const timeline = new Timeline('worst', estate.input.subnets, estate.maps);

  test('is not ended by nodes that take nothing', () => {
    const start = { steps: [], subnetId: 'subnet-0a', podSubnetIds: ['subnet-0a'] };
    expect(roomForNodes(timeline, [start])).toEqual({ fits: 2 ** 16, error: null });
  });

  test('is not known where an interface of the launch template is in an unknown subnet', () => {
    const extras = [{ subnetId: 'elsewhere', singles: 1, prefixes: 0 }];
    const start = { steps: [], subnetId: 'subnet-0a', podSubnetIds: [], extras };
    expect(timeline.start(start)).toBeNull();
  });

  const ZONE = 'eu-west-1a';

  test('in a zone is not known for a cluster of no known type', () => {
    expect(zoneRoom(estate, { ...shop, nodes: [], committed: [] }, ZONE, {})).toBeNull();
  });

  test('in a zone is not known where the subnets of pods are not', () => {
    const unknown = places.map((place) => ({ ...place, podSubnetIds: null }));
    expect(zoneRoom(estate, withPlaces(unknown), ZONE, {})).toBeNull();
  });

  test('in a zone is the same with a subnet that is open to its pods already', () => {
    const opened = emptySubnet(aTarget, 'vpc-01', { cidr: '10.0.9.0/25', zone: ZONE });
    const open = places.map((place) => ({
      ...place,
      podSubnetIds: [...(place.podSubnetIds ?? []), opened.subnet.subnetId],
    }));
    const opens = { opens: { ...opened, use: 'discovery' as const } };
    const seen = new PlanEstate({ ...estate.input, subnets: [...estate.input.subnets, opened.subnet] });
    const room = zoneRoom(seen, withPlaces(open), ZONE, opens);
    expect(room?.after).toEqual(room?.before);
    expect(room?.before[0]).toBeGreaterThan(0);
  });

  test.each([
    ['can be laid', '10.0.0.0/24', false],
    ['cannot be laid', '10.0.9.0/24', true],
  ])('in a zone with a reservation that %s', (_, cidr, isUnknown) => {
    const reserves = { subnetId: 'subnet-0a', cidr };
    expect(zoneRoom(estate, shop, ZONE, { reserves }) === null).toBe(isUnknown);
  });
});

describe('ranges', () => {
  test('overlap no subnet without IPv4 addresses', () => {
    const subnets = estate.input.subnets.map((subnet) => ({ ...subnet, cidrBlock: null }));
    expect(whyNotFree(new PlanEstate({ ...estate.input, subnets }), 'vpc-01', '10.0.0.0/24')).toBeNull();
  });

  test('to reserve are none in what is no range', () => {
    expect(reservationsFor('nonsense', 4)).toEqual([]);
  });

  test('to reserve are found in a stored scan, without what is in the way', () => {
    const stored = new PlanEstate({ ...estate.input, interfaces: null });
    const [map] = estate.input.maps;
    const found = map === undefined ? [] : planReservations(stored, map);
    expect(found.map(({ inTheWay }) => inTheWay)).toEqual(found.map(() => null));
    expect(found.length).toBeGreaterThan(0);
  });

  test('of networks that are connected to any VPC are not known where connections are not', () => {
    expect(unreadNeighbours(null, null)).toBe('The connections of the VPCs could not be read.');
  });
});
