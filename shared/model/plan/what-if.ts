import type { Target } from '../aws/inventory.ts';
import { elementAt } from '../base/element-at.ts';
import { HeadroomError } from '../base/errors.ts';
import { listOf } from '../base/text/names.ts';
import { count, verb } from '../base/text/numbers.ts';
import { settingNotices } from '../cni/setting-notices.ts';
import { cidrContains, parseCidr } from '../net/cidr.ts';
import { firstOverlap } from '../net/free-ranges.ts';
import type { AddressMap, SubnetAssessment } from '../result/assessment.ts';
import type { ClusterAssessment, NewNodeSettings } from '../result/cluster.ts';
import { changedSettings, describeChanges, type PlannedChanges, settingsAfter } from './changes.ts';
import type { FleetNode } from './fleet.ts';
import { dividedRange, emptySubnet, isInVpc, whyNotFree } from './new-subnet.ts';
import { NodeDemands } from './node-demands.ts';
import { mapChangesOf } from './node-map-changes.ts';
import { type NodePlan, nodePlan, usualType } from './node-plan.ts';
import { type Order, OrderRun, STRATEGIES } from './order.ts';
import type { PlanEstate } from './plan-estate.ts';
import { mapsAfter } from './possible-map.ts';
import { RULES, type Rule } from './rules.ts';
import { type PlanState, planState } from './state-figures.ts';
import { Timeline } from './timeline.ts';
import { unreadNeighbours } from './unread-neighbours.ts';

/** The actions of a change, in this order. The command line makes commands of it. */
export type PlanAction =
  | { readonly kind: 'associate-range'; readonly cidr: string }
  | {
      readonly kind: 'create-subnet';
      readonly cidr: string;
      readonly zone: string;
      readonly use: 'custom-networking' | 'discovery';
    }
  | { readonly kind: 'reserve'; readonly subnetId: string; readonly cidr: string }
  | { readonly kind: 'set-cni'; readonly environment: Readonly<Record<string, string>> }
  | { readonly kind: 'replace-nodes'; readonly type: string | null; readonly order: string }
  | { readonly kind: 'scale'; readonly nodes: number };

/** What `headroom plan what-if --format json` prints, commands apart. */
export interface WhatIf {
  readonly clusterName: string;
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string | null;
  readonly changes: readonly string[];
  /** Whether all nodes and pods of the change fit, in the order below; `null`: it is not known of some, and none is known to fail. */
  readonly fits: boolean | null;
  readonly before: PlanState;
  readonly after: PlanState;
  /** The first order that never runs dry, or the one that leaves fewest nodes short; and those that were tried. */
  readonly order: Order;
  readonly triedOrders: readonly Order[];
  /** What ends growth first after the change. */
  readonly breaksFirst: {
    readonly availabilityZone: string | null;
    readonly nodes: number;
    readonly error: string;
  } | null;
  /** Pods of the change that find no node, because every node runs as many as it may. */
  readonly podsWithoutNode: number;
  readonly actions: readonly PlanAction[];
  readonly notices: readonly string[];
  readonly unknowns: readonly string[];
  readonly rules: readonly Rule[];
}

/** Everything that exists after the first, free part of a change: new subnets and reservations. */
interface Ground {
  readonly subnets: readonly SubnetAssessment[];
  readonly maps: ReadonlyMap<string, AddressMap>;
  readonly podSubnetOfZone: ReadonlyMap<string, string>;
  readonly discoveredOfZone: ReadonlyMap<string, readonly string[]>;
  readonly reservations: readonly { readonly subnetId: string; readonly cidr: string }[];
  readonly actions: readonly PlanAction[];
}

/** The answer, and maps for drawing: one possible place for everything that is new. */
export interface WhatIfPlan {
  readonly answer: WhatIf;
  readonly mapsAfter: () => ReadonlyMap<string, AddressMap>;
}

/** @throws HeadroomError `plan-impossible` for a cluster or a change of which nothing can be computed */
export const whatIf = (estate: PlanEstate, cluster: ClusterAssessment, changes: PlannedChanges): WhatIf =>
  planWhatIf(estate, cluster, changes).answer;

/**
 * The same with maps.
 *
 * @throws HeadroomError `plan-impossible` for a cluster or a change of which nothing can be computed
 */
export const planWhatIf = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  changes: PlannedChanges,
): WhatIfPlan => {
  refuseUnknownModes(cluster);
  refuseImpossible(estate, cluster, changes);
  const settings = settingsOf(cluster);
  const ground = groundOf(estate, cluster, changes);
  const after = settingsAfter(settings, changes);
  const demandsBefore = new NodeDemands(estate.input.limits, settings);
  const demandsAfter = new NodeDemands(estate.input.limits, after);
  const plan = nodePlan(estate, cluster, {
    changes,
    settings,
    after,
    demandsAfter,
    podSubnetOfZone: ground.podSubnetOfZone,
    discoveredOfZone: ground.discoveredOfZone,
  });
  const own = new Set([...cluster.nodeSubnetIds, ...ground.reservations.map(({ subnetId }) => subnetId)]);
  const subnets = ground.subnets.filter(
    ({ subnetId, cidrBlock }) => cidrBlock !== null && (own.has(subnetId) || subnetId.startsWith('new ')),
  );
  const timelines = (): Timelines => ({
    worst: new Timeline('worst', subnets, ground.maps),
    best: new Timeline('best', subnets, ground.maps),
  });
  const before = planState(
    { ...timelines(), demands: demandsBefore, nodes: plan.before, empties: plan.emptiesBefore },
    subnets,
    null,
  );
  const tried = triedOrders(plan, demandsAfter, ground.reservations, subnets, timelines);
  const chosen = elementAt(
    tried.toSorted((a, b) => shortOf(a) - shortOf(b)),
    0,
  );
  const afterState = planState(
    {
      worst: chosen.worst,
      best: chosen.best,
      demands: demandsAfter,
      nodes: chosen.nodes,
      empties: plan.emptiesAfter,
    },
    subnets,
    before,
  );
  const answer: WhatIf = {
    clusterName: cluster.clusterName,
    accountId: cluster.accountId,
    region: cluster.region,
    vpcId: cluster.vpcId,
    changes: describeChanges(settings, changes),
    fits: fitsIn(chosen, plan),
    before,
    after: afterState,
    order: chosen.order,
    triedOrders: tried.map(({ order }) => order),
    breaksFirst: firstToBreak(afterState),
    podsWithoutNode: plan.podsWithoutNode,
    actions: [...ground.actions, ...nodeActions(plan, changes, settings, after, chosen.order)],
    notices: [...plan.notices, ...settingsNotices(demandsAfter, plan, after, changes)],
    unknowns: [
      ...unstarted(chosen),
      ...unknownsOf(estate, cluster, plan),
      ...neighbourUnknowns(estate, cluster, changes),
    ],
    rules: rulesOf(plan, changes),
  };
  return {
    answer,
    mapsAfter: () =>
      mapsAfter(ground.maps, mapChangesOf(estate, plan.before, chosen.nodes, ground.reservations)),
  };
};

const shortOf = ({ order }: Tried): number => order.failure?.nodes ?? 0;

const fitsIn = ({ order, unknownNodes }: Tried, { podsWithoutNode }: NodePlan): boolean | null => {
  if (order.failure !== null || podsWithoutNode > 0) return false;
  return unknownNodes > 0 ? null : true;
};

const unstarted = ({ unknownNodes }: Tried): readonly string[] =>
  unknownNodes === 0
    ? []
    : [
        `It is not known whether ${count(unknownNodes, 'node')} ${verb(unknownNodes, 'finds')} room: the free addresses of a subnet, or the subnets of pods, are not known.`,
      ];

const refuseUnknownModes = ({ clusterName, mode, autoMode }: ClusterAssessment): void => {
  const reason = autoMode
    ? 'EKS Auto Mode runs its CNI: it has no settings, and its fallback to single addresses cannot be predicted'
    : mode === 'ipv6'
      ? 'it runs in IPv6 mode, where pods take no IPv4 addresses'
      : mode === 'unknown'
        ? 'it is not known how its nodes take addresses'
        : null;
  if (reason !== null)
    throw new HeadroomError(
      'plan-impossible',
      `Nothing can be planned for ${clusterName}: ${reason}.`,
      'Look at `headroom clusters` for what is known of it.',
    );
};

/** Changes of which no answer would be one: an unknown type or zone, and fewer nodes or pods than there are. */
const refuseImpossible = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  { newSubnets, nodes, pods, type }: PlannedChanges,
): void => {
  const { clusterName } = cluster;
  const running = estate.nodesOf(cluster);
  const runs = running.reduce((sum, node) => sum + node.pods, 0);
  const zones = estate.zonesOf(cluster);
  const strange = newSubnets.map(({ zone }) => zone).filter((zone) => !zones.includes(zone));
  const problems = [
    ...(type !== null && estate.input.limits(type) === null ? [`No instance type is called ${type}.`] : []),
    ...(strange.length === 0
      ? []
      : [`${clusterName} starts no node in ${listOf(strange)}, but in ${listOf(zones)}.`]),
    ...(nodes > 0 ? whyNoneStarts(estate, cluster, type) : []),
    ...(-nodes > running.length
      ? [`${clusterName} has only ${count(running.length, 'node')} of a known type.`]
      : []),
    ...(-pods > runs
      ? [`${clusterName} runs at most ${count(runs, 'pod')} with an address of their own.`]
      : []),
  ];
  if (problems.length > 0)
    throw new HeadroomError('plan-impossible', problems.join(' '), 'Correct the change.');
};

/** Nodes that no group launches anywhere, as far as the scan shows, would count as if they took nothing. */
const whyNoneStarts = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  type: string | null,
): readonly string[] => [
  ...(type === null && usualType(estate, cluster, estate.nodesOf(cluster)) === null
    ? [`It is not known which type new nodes of ${cluster.clusterName} have: give one with --type.`]
    : []),
  ...(estate.placesOf(cluster).length === 0
    ? [`It is not known in which subnets new nodes of ${cluster.clusterName} start.`]
    : []),
];

export const settingsOf = ({
  newNodes,
  mode,
  customNetworking,
  securityGroupsForPods,
}: ClusterAssessment): NewNodeSettings =>
  newNodes?.settings ?? {
    prefixDelegation: mode === 'prefix' || mode === 'mixed',
    customNetworking,
    podEni: securityGroupsForPods,
    warmEniTarget: 1,
    warmPrefixTarget: 1,
    warmIpTarget: null,
    minimumIpTarget: null,
    maxEni: null,
  };

const groundOf = (estate: PlanEstate, cluster: ClusterAssessment, changes: PlannedChanges): Ground => {
  const zones = estate.zonesOf(cluster);
  const ranges = podRanges(cluster, changes, zones);
  const made = [
    ...ranges.map((range) => ({ ...range, use: 'custom-networking' as const })),
    ...changes.newSubnets.map((range) => ({ ...range, use: 'discovery' as const })),
  ];
  refuseTakenRanges(estate, cluster, changes);
  const target: Target = { accountId: cluster.accountId, region: cluster.region };
  const added = made.map((range) => emptySubnet(target, cluster.vpcId ?? '', range));
  const maps = new Map(estate.maps);
  for (const { map } of added) if (map !== null) maps.set(map.subnetId, map);
  const discovered = Map.groupBy(changes.newSubnets, ({ zone }) => zone);
  return {
    subnets: [...estate.input.subnets, ...added.map(({ subnet }) => subnet)],
    maps,
    podSubnetOfZone: new Map(ranges.map(({ cidr, zone }) => [zone, `new ${cidr}`])),
    discoveredOfZone: new Map(
      [...discovered].map(([zone, here]) => [zone, here.map(({ cidr }) => `new ${cidr}`)]),
    ),
    reservations: changes.reservations.map((cidr) => ({ cidr, subnetId: subnetWith(estate, cluster, cidr) })),
    actions: [
      ...associations(estate, cluster, changes).map((cidr) => ({ kind: 'associate-range' as const, cidr })),
      ...made.map(({ cidr, zone, use }) => ({ kind: 'create-subnet' as const, cidr, zone, use })),
      ...changes.reservations.map((cidr) => ({
        kind: 'reserve' as const,
        cidr,
        subnetId: subnetWith(estate, cluster, cidr),
      })),
    ],
  };
};

const podRanges = (
  cluster: ClusterAssessment,
  { customNetworking }: PlannedChanges,
  zones: readonly string[],
): readonly { readonly cidr: string; readonly zone: string }[] => {
  if (customNetworking === null) return [];
  const parts = dividedRange(customNetworking, zones);
  if (parts === null)
    throw new HeadroomError(
      'plan-impossible',
      `${customNetworking} cannot be divided into a subnet for each of the ${zones.length} zones of ${cluster.clusterName}.`,
      'Give a range that leaves subnets from /16 to /28, such as 100.64.0.0/16.',
    );
  return zones.map((zone, index) => ({ zone, cidr: elementAt(parts, index) }));
};

const newRanges = ({ customNetworking, newSubnets }: PlannedChanges): readonly string[] => [
  ...(customNetworking === null ? [] : [customNetworking]),
  ...newSubnets.map(({ cidr }) => cidr),
];

const refuseTakenRanges = (estate: PlanEstate, cluster: ClusterAssessment, changes: PlannedChanges): void => {
  const ranges = newRanges(changes);
  const reasons = ranges.flatMap((range, index) => {
    const twice = firstOverlap([range], ranges.slice(0, index));
    return [
      ...[whyNotFree(estate, cluster.vpcId, range)].filter((reason) => reason !== null),
      ...(twice === null ? [] : [`${range} overlaps ${twice[1]}, another new range.`]),
    ];
  });
  if (reasons.length > 0)
    throw new HeadroomError('plan-impossible', reasons.join(' '), 'Give a range that is free.');
};

const associations = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  changes: PlannedChanges,
): readonly string[] => newRanges(changes).filter((range) => !isInVpc(estate, cluster.vpcId, range));

/** @throws HeadroomError where no subnet of the cluster holds the range */
const subnetWith = (estate: PlanEstate, cluster: ClusterAssessment, range: string): string => {
  const found = estate.input.subnets.find(
    ({ subnetId, cidrBlock }) =>
      cluster.subnetIds.includes(subnetId) && cidrBlock !== null && contains(cidrBlock, range),
  );
  if (found !== undefined) return found.subnetId;
  throw new HeadroomError(
    'plan-impossible',
    `${range} lies in no subnet of ${cluster.clusterName}.`,
    'Give a range inside one of its subnets; `headroom plan reserve` proposes one.',
  );
};

const contains = (block: string, range: string): boolean => {
  const outer = parseCidr(block);
  const inner = parseCidr(range);
  return outer !== null && inner !== null && cidrContains(outer, inner);
};

interface Timelines {
  readonly worst: Timeline;
  readonly best: Timeline;
}

interface Tried extends Timelines {
  readonly order: Order;
  readonly nodes: readonly FleetNode[];
  /** Nodes of which it is not known whether they find room. */
  readonly unknownNodes: number;
}

/** From the quickest order on, until one never runs dry. Where nodes stay, there is only one. */
const triedOrders = (
  plan: NodePlan,
  demands: NodeDemands,
  reservations: Ground['reservations'],
  subnets: readonly SubnetAssessment[],
  timelines: () => Timelines,
): readonly Tried[] => {
  const tried: Tried[] = [];
  const strategies = plan.replaced.length === 0 ? STRATEGIES.slice(0, 1) : STRATEGIES;
  const subnetIds = subnets.map(({ subnetId }) => subnetId);
  for (const strategy of strategies) {
    const { worst, best } = timelines();
    for (const timeline of [worst, best]) reserve(timeline, reservations);
    const run = new OrderRun(worst, demands, subnetIds);
    const order = run.play(plan, strategy);
    new OrderRun(best, demands, subnetIds).play(plan, strategy);
    const name = plan.replaced.length === 0 ? 'no node is replaced' : order.name;
    tried.push({ order: { ...order, name }, nodes: run.nodes, unknownNodes: run.unknownNodes, worst, best });
    if (order.failure === null) break;
  }
  return tried;
};

const reserve = (timeline: Timeline, reservations: Ground['reservations']): void => {
  for (const { subnetId, cidr } of reservations) {
    if (timeline.reserve(subnetId, cidr)) continue;
    throw new HeadroomError(
      'plan-impossible',
      `${cidr} cannot be reserved in ${subnetId}: a part of it is reserved already, or the blocks of the subnet are not known.`,
      'Give a range without a reservation, on a boundary of its own size and of 16 addresses or more.',
    );
  }
};

const firstToBreak = ({ zones }: PlanState): WhatIf['breaksFirst'] => {
  const [first = null] = zones
    .flatMap(({ availabilityZone, moreNodes }) =>
      moreNodes === null || moreNodes.error === null
        ? []
        : [{ availabilityZone, nodes: moreNodes.nodes[0], error: moreNodes.error }],
    )
    .toSorted((a, b) => a.nodes - b.nodes);
  return first;
};

const nodeActions = (
  { added, removed, replaced }: NodePlan,
  changes: PlannedChanges,
  before: NewNodeSettings,
  after: NewNodeSettings,
  order: Order,
): readonly PlanAction[] => {
  const environment = changedSettings(before, after);
  const more = added.length - removed.length;
  return [
    ...(Object.keys(environment).length === 0 ? [] : [{ kind: 'set-cni' as const, environment }]),
    ...(replaced.length === 0
      ? []
      : [{ kind: 'replace-nodes' as const, type: changes.type, order: order.name }]),
    ...(more === 0 ? [] : [{ kind: 'scale' as const, nodes: more }]),
  ];
};

/** Types of new nodes that may take more than is known. */
const unreadTypes = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  { added, emptiesAfter }: NodePlan,
): readonly string[] => {
  const started = new Set([...added, ...emptiesAfter].map(({ type }) => type));
  const unread = estate
    .placesOf(cluster)
    .flatMap(({ extras = [] }) => extras)
    .filter(({ instanceType, unknown }) => unknown && started.has(instanceType));
  return [...new Set(unread.map(({ instanceType }) => instanceType))].sort();
};

/** What the settings after the change do that its figures do not show. */
const settingsNotices = (
  demands: NodeDemands,
  { emptiesAfter }: NodePlan,
  after: NewNodeSettings,
  changes: PlannedChanges,
): readonly string[] => {
  if (Object.keys(changes.settings).length === 0 && changes.customNetworking === null) return [];
  const limits = emptiesAfter.map(({ type }) => demands.limitsOf(type));
  const notices = limits.flatMap((each) => settingNotices(each, { ...after, maxPods: null }));
  return [...new Set(notices.map(({ message }) => message))];
};

const unknownsOf = (estate: PlanEstate, cluster: ClusterAssessment, plan: NodePlan): readonly string[] => {
  const left = estate.unknownNodes(cluster);
  const unplaced = estate.placesOf(cluster).filter(({ podSubnetIds }) => podSubnetIds === null);
  return [
    ...(cluster.newNodes?.settingsKnown === true
      ? []
      : [
          'The settings of the CNI could not be read: the rest is planned with its defaults. Give them with --set.',
        ]),
    ...(left === 0 ? [] : [`${count(left, 'node')} of unknown type or subnet ${verb(left, 'is')} left out.`]),
    ...unreadTypes(estate, cluster, plan).map(
      (type) =>
        `Launch templates of ${type} could not be read, and no node of the type runs: interfaces that they add are not counted. The role needs ec2:DescribeLaunchTemplateVersions.`,
    ),
    ...unplaced.map(
      ({ subnetId }) => `It is not known where pods of nodes in ${subnetId} take their addresses.`,
    ),
    ...(estate.input.interfaces === null && plan.replaced.length > 0
      ? [
          'A stored scan does not hold single addresses: at the least, those that come back make no block whole.',
        ]
      : []),
  ];
};

const neighbourUnknowns = (
  estate: PlanEstate,
  { clusterName, vpcId }: ClusterAssessment,
  { customNetworking, newSubnets }: PlannedChanges,
): readonly string[] => {
  if (customNetworking === null && newSubnets.length === 0) return [];
  if (vpcId === null)
    return [
      `The VPC of ${clusterName} is not known: the new range may be in use in it, or in a connected network.`,
    ];
  const unread = unreadNeighbours(estate.input.vpcConnections, vpcId);
  return unread === null ? [] : [`${unread} A connected network may use the new range.`];
};

const rulesOf = (plan: NodePlan, changes: PlannedChanges): readonly Rule[] => [
  RULES.pool,
  RULES.podsAtMost,
  RULES.maxPods,
  RULES.placement,
  ...(plan.added.length > 0 ? [RULES.spread] : []),
  ...(plan.replaced.length > 0 ? [RULES.newInterfaces] : []),
  ...(plan.kept.length > 0 && Object.keys(changes.settings).length > 0 ? [RULES.wayDown] : []),
];
