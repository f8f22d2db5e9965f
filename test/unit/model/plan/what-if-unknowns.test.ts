import { describe, expect, test } from 'vitest';
import { HeadroomError } from '../../../../shared/model/base/errors.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { settingsOf, settingsUnknowns } from '../../../../shared/model/plan/cluster-settings.ts';
import { PlanEstate, type PlanInput } from '../../../../shared/model/plan/plan-estate.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import type { ClusterAssessment, NewNodes } from '../../../../shared/model/result/cluster.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

/** Six nodes in three zones. */
const { cluster: shop, estate } = shopFleet({ pods: 3 }).scanned();

const newNodes = (changes: Partial<NewNodes>): NewNodes => ({
  places: [],
  settings: settingsOf(shop),
  settingsKnown: true,
  ...shop.newNodes,
  ...changes,
});

interface Case {
  readonly changes?: Partial<PlannedChanges>;
  readonly cluster?: Partial<ClusterAssessment>;
  readonly input?: Partial<PlanInput>;
  /** By subnet. */
  readonly subnets?: Readonly<Record<string, Partial<SubnetAssessment>>>;
}

const answerOf = ({ changes, cluster, input, subnets = {} }: Case) =>
  whatIf(
    new PlanEstate({
      ...estate.input,
      subnets: estate.input.subnets.map((subnet) => ({ ...subnet, ...subnets[subnet.subnetId] })),
      ...input,
    }),
    { ...shop, ...cluster },
    { ...NO_CHANGES, ...changes },
  );

const messageOf = (question: Case): string => {
  try {
    return answerOf(question).changes.join();
  } catch (error) {
    return error instanceof HeadroomError && error.code === 'plan-impossible' ? error.message : String(error);
  }
};

const UNMEASURED = { available: null, availableSingle: null, used: null, prefixes: null };

describe('whether a change fits is not known', () => {
  test('where a new node starts in a subnet that could not be measured', () => {
    const { after, fits, unknowns } = answerOf({
      changes: { nodes: 3 },
      subnets: { 'subnet-0a': UNMEASURED },
    });
    expect(fits).toBeNull();
    expect(unknowns).toContain(
      'It is not known whether 1 node finds room: the free addresses of a subnet, or the subnets of pods, are not known.',
    );
    expect(after.zones[0]).toMatchObject({
      availabilityZone: 'eu-west-1a',
      used: null,
      freeAddresses: null,
      moreNodes: null,
      morePods: null,
    });
  });

  test('where a node that runs more pods is in such a subnet', () => {
    const { fits, unknowns } = answerOf({ changes: { pods: 3 }, subnets: { 'subnet-0a': UNMEASURED } });
    expect(fits).toBeNull();
    expect(unknowns.join()).toContain('It is not known whether 2 nodes find room');
  });

  test('where it is not known where pods of a new node take their addresses', () => {
    const places = newNodes({}).places.map((place) =>
      place.subnetId === 'subnet-0b' ? { ...place, podSubnetIds: null } : place,
    );
    const { after, fits, unknowns } = answerOf({
      changes: { nodes: 3 },
      cluster: { newNodes: newNodes({ places }) },
    });
    expect(fits).toBeNull();
    expect(unknowns).toContain('It is not known where pods of nodes in subnet-0b take their addresses.');
    expect(after.zones[1]?.moreNodes).toBeNull();
  });

  test('but what surely does not fit is said', () => {
    const question = { subnets: { 'subnet-0a': UNMEASURED } };
    expect(answerOf({ ...question, changes: { pods: 2000 } }).fits).toBe(false);
  });

  test('and where a node that finds no room in its own zone may find some in one that could not be measured', () => {
    const { fits, order } = answerOf({ changes: { nodes: 90 }, subnets: { 'subnet-0a': UNMEASURED } });
    expect([fits, order.failure]).toEqual([null, null]);
  });

  test('and nothing is said to break first where no subnet is measured', () => {
    const subnets = { 'subnet-0a': UNMEASURED, 'subnet-0b': UNMEASURED, 'subnet-0c': UNMEASURED };
    const { breaksFirst, fits, order } = answerOf({ changes: { nodes: 1 }, subnets });
    expect([breaksFirst, fits, order.steps[0]?.tightest]).toEqual([null, null, null]);
  });
});

describe('nodes of which too little is known are left out, and counted', () => {
  const LEFT_OUT = '1 node of unknown type or subnet is left out.';

  test.each([
    ['a type', { instanceType: null }],
    ['a type with known limits', { instanceType: 'zz9.large' }],
    ['a subnet', { subnetId: null }],
    ['the number of their addresses', { gauges: { ...shop.gauges, totalIPAddresses: null } }],
  ])('without %s', (_, changes) => {
    const nodes = shop.nodes.map((node, index) => (index === 0 ? { ...node, ...changes } : node));
    const { before, unknowns } = answerOf({ cluster: { nodes } });
    expect(before.nodes).toBe(5);
    expect(unknowns).toContain(LEFT_OUT);
  });

  test('one that has ended is not missed', () => {
    const nodes = shop.nodes.map((node, index) => (index === 0 ? { ...node, state: 'terminated' } : node));
    const { before, unknowns } = answerOf({ cluster: { nodes } });
    expect([before.nodes, unknowns]).toEqual([5, []]);
  });
});

describe('a change of which no answer would be one is refused', () => {
  test.each<[string, Case, string]>([
    ['in EKS Auto Mode', { cluster: { autoMode: true } }, 'EKS Auto Mode runs its CNI'],
    ['in IPv6 mode', { cluster: { mode: 'ipv6' } }, 'it runs in IPv6 mode'],
    ['of Cilium', { cluster: { cni: 'cilium-eni' } }, 'Cilium gives its pods addresses of the VPC'],
    ['of an overlay', { cluster: { cni: 'overlay' } }, 'they take none of the VPC'],
    ['in an unknown mode', { cluster: { mode: 'unknown' } }, 'it is not known how its nodes take addresses'],
    [
      'of new nodes of an unknown type',
      { changes: { nodes: 2 }, cluster: { nodes: [], committed: [] } },
      'It is not known which type new nodes of shop have: give one with --type.',
    ],
    [
      'of new nodes of a type without known limits',
      { changes: { nodes: 2 }, cluster: { nodes: [] }, input: { limits: () => null } },
      'It is not known which type new nodes of shop have: give one with --type.',
    ],
    [
      'of new nodes that start nowhere',
      { changes: { nodes: 2 }, cluster: { newNodes: newNodes({ places: [] }) } },
      'It is not known in which subnets new nodes of shop start.',
    ],
    [
      'to a range that is too small',
      { changes: { customNetworking: '100.64.0.0/28' } },
      '100.64.0.0/28 cannot be divided into a subnet for each of the 3 zones of shop.',
    ],
    [
      'that reserves where blocks are not known',
      { changes: { reservations: ['10.0.0.64/28'] }, input: { maps: [] } },
      '10.0.0.64/28 cannot be reserved in subnet-0a',
    ],
  ])('%s', (_, question, message) => {
    expect(messageOf(question)).toContain(message);
  });

  test('but new nodes of a given type start in an empty cluster', () => {
    const { after, fits } = answerOf({
      changes: { nodes: 2, type: 'm5.large' },
      cluster: { nodes: [], committed: [] },
    });
    expect([fits, after.nodes]).toEqual([true, 2]);
  });

  test('and pods without any node find none', () => {
    const { fits, podsWithoutNode } = answerOf({
      changes: { pods: 3 },
      cluster: { nodes: [], committed: [] },
    });
    expect([fits, podsWithoutNode]).toEqual([false, 3]);
  });
});

describe('an answer names what it does not rest on', () => {
  test.each<[string, Case, string]>([
    ['the settings', { cluster: { newNodes: newNodes({ settingsKnown: false }) } }, 'settings of the CNI'],
    [
      'single addresses, in a stored scan',
      { changes: { type: 'm5.xlarge' }, input: { interfaces: null } },
      'A stored scan does not hold single addresses',
    ],
    [
      'connected networks',
      {
        changes: { newSubnets: [{ cidr: '10.0.9.0/24', zone: 'eu-west-1a' }] },
        input: { vpcConnections: null },
      },
      'The connections of vpc-01 could not be read. A connected network may use the new range.',
    ],
    [
      'the VPC',
      {
        changes: { newSubnets: [{ cidr: '10.0.9.0/24', zone: 'eu-west-1a' }] },
        cluster: { vpcId: null },
      },
      'The VPC of shop is not known: the new range may be in use in it, or in a connected network.',
    ],
  ])('%s', (_, question, unknown) => {
    expect(answerOf(question).unknowns.join(' ')).toContain(unknown);
  });
});

test('settings of EKS Auto Mode are not unread ones: it has a CNI of its own', () => {
  const auto = (settingsKnown: boolean) =>
    settingsUnknowns({ ...shop, autoMode: true, newNodes: newNodes({ settingsKnown }) }).join();
  expect(auto(true)).toBe('');
  expect(auto(false)).toContain('EKS Auto Mode has a CNI of its own');
});

describe('a scan of an earlier version, which does not say where new nodes start', () => {
  const { newNodes: _, ...older } = shop;

  test('is planned with the places of its nodes and the defaults of the CNI', () => {
    const scan = new PlanEstate(estate.input);
    const { after, fits, unknowns } = whatIf(scan, older, { ...NO_CHANGES, nodes: 3 });
    expect([fits, after.nodes, after.zones.map(({ moreNodes }) => moreNodes !== null)]).toEqual([
      true,
      9,
      [true, true, true],
    ]);
    expect(unknowns.join(' ')).toContain('settings of the CNI could not be read');
  });

  test.each([
    ['secondary', false],
    ['prefix', true],
    ['mixed', true],
  ] as const)('in %s mode: its prefixes follow from the mode', (mode, prefixDelegation) => {
    expect(settingsOf({ ...older, mode })).toMatchObject({ prefixDelegation });
  });

  test('has no zone for a node in a subnet that it does not hold', () => {
    const scan = new PlanEstate({ ...estate.input, subnets: [] });
    expect(scan.placesOf(older).map(({ availabilityZone }) => availabilityZone)).toEqual([null, null, null]);
    expect(scan.zonesOf(older)).toEqual([]);
  });

  test('shows the pod subnets of a node with custom networking', () => {
    const usage = [
      { subnetId: 'subnet-0a', interfaces: 1, addresses: 1, prefixes: 0 },
      { subnetId: 'pods-a', interfaces: 2, addresses: 20, prefixes: 0 },
    ];
    const nodes = shop.nodes.map((node) => ({
      ...node,
      customNetworking: true,
      usage,
      subnetId: 'subnet-0a',
    }));
    expect(new PlanEstate(estate.input).placesOf({ ...older, nodes })).toEqual([
      {
        subnetId: 'subnet-0a',
        availabilityZone: 'eu-west-1a',
        podSubnetIds: ['pods-a'],
        primaryServesPods: false,
      },
    ]);
  });
});

describe('days until a subnet is empty', () => {
  const forecast = (dailyLow: number, lossPerDay: number) => ({
    forecast: { addresses: { basis: { dailyLow, lossPerDay } } },
  });
  const daysAfter = (nodes: number, changes: object) => {
    const subnets = { 'subnet-0a': changes };
    const { before, after } = answerOf({ changes: { nodes }, subnets });
    return [before.subnets[0]?.runwayDays, after.subnets[0]?.runwayDays];
  };

  test('are what is left at the low of the day over the loss of a day', () => {
    expect(daysAfter(0, forecast(101, 4))).toEqual([25.2, 25.2]);
  });

  test('are fewer by what new nodes take: ten addresses', () => {
    expect(daysAfter(3, forecast(100, 5))).toEqual([20, 18]);
  });

  test.each([
    ['nothing is lost', forecast(100, 0)],
    ['the subnet could not be measured', { ...forecast(100, 5), ...UNMEASURED }],
  ])('are not known where %s', (_, changes) => {
    expect(daysAfter(0, changes)).toEqual([null, null]);
  });
});
