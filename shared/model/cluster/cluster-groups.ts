import type {
  AutoScalingGroup,
  LaunchTemplate,
  LaunchTemplateVersion,
  NodeGroup,
  Tags,
} from '../aws/inventory.ts';
import { largestOf } from '../base/extremes.ts';
import { membershipOf } from '../owners/cluster-membership.ts';
import { type ClusterPlan, fullNodes, heaviestType } from './group-demand.ts';
import { mostInstances } from './group-sizes.ts';
import type { GroupSubnet, GrowingGroup } from './growing-group.ts';
import { mapByKind, type PlannedNode } from './node-assessment.ts';
import { extrasOf, NO_EXTRAS, type NodeExtras, type NodesByPlace, nodesByPlace } from './node-extras.ts';
import { poolSizes } from './node-pool-sizes.ts';
import {
  maxPodsOfTemplates,
  mostOf,
  templatesOfGroups,
  unreadTemplates,
  withTemplates,
} from './template-extras.ts';
import { isInWarmPool, mostNodes } from './warm-pools.ts';
import { isWindowsGroup, isWindowsNode } from './windows-nodes.ts';

/** The cluster autoscaler finds its groups by this tag; its value is `owned`. */
const AUTOSCALER_TAG_PREFIX = 'k8s.io/cluster-autoscaler/';

/** The cluster's managed node groups, and the Auto Scaling groups that belong to no node group but have its tags. */
export const clusterGroups = (plan: ClusterPlan): readonly GrowingGroup[] => {
  const nodeGroups = plan.eks?.nodeGroups ?? [];
  const managed = new Set(nodeGroups.flatMap(({ autoScalingGroups }) => autoScalingGroups));
  const own = plan.autoScalingGroups.filter(
    ({ name, tags }) =>
      !managed.has(name) && tags['eks:nodegroup-name'] === undefined && belongsTo(tags, plan.clusterName),
  );
  return [
    ...nodeGroups.map((group) => managedGroup(plan, group)),
    ...own.map((group) => scalingGroup(plan, group)),
  ];
};

/**
 * Nodes of no group that EKS or Auto Scaling knows, by node pool: those of Karpenter and Auto Mode. They may start where they
 * are, and where the discovery tag leads. How many more there may be is not known.
 */
export const loosePools = (plan: ClusterPlan): readonly GrowingGroup[] => {
  const nodeGroups = new Set((plan.eks?.nodeGroups ?? []).map(({ name }) => name));
  const ownGroups = plan.autoScalingGroups.filter(({ tags }) => belongsTo(tags, plan.clusterName));
  const inGroups = new Set(ownGroups.flatMap(({ instanceIds }) => instanceIds));
  const loose = plan.nodes.filter(
    ({ instanceId, kind: { node } }) =>
      node.isLive &&
      !inGroups.has(instanceId) &&
      !ownGroups.some((group) => isInWarmPool(group, instanceId, plan.instances)) &&
      !nodeGroups.has(node.membership.nodeGroup ?? ''),
  );
  return [...Map.groupBy(loose, ({ kind }) => kind.node.membership.nodePool ?? '')].map(([pool, nodes]) =>
    growingGroup(
      plan,
      {
        name: pool,
        kind: 'auto-scaling-group',
        maxSize: nodes.length,
        desired: nodes.length,
        subnetIds: [
          ...new Set([...nodes.flatMap(({ kind }) => kind.node.subnetId ?? []), ...plan.startSubnetIds]),
        ],
        instanceTypes: [],
        unreadTemplates: [],
        autoMode: nodes.some(({ kind }) => kind.autoMode),
      },
      nodes,
    ),
  );
};

/**
 * Node pools whose limits the cluster shows, in the subnets of their node class. One without a limit that gives a number of nodes
 * has no maximum, so no demand is committed.
 */
export const boundedPools = (plan: ClusterPlan): readonly GrowingGroup[] =>
  (plan.eks?.nodePools ?? []).flatMap((pool): readonly GrowingGroup[] => {
    const { autoMode, maxPods, name, podsPerCore, subnetIds } = pool;
    const nodes = plan.nodes.filter(({ kind: { node } }) => node.isLive && node.membership.nodePool === name);
    const running = nodes.map(({ kind }) => kind.node.instance.instanceType);
    const sizes = poolSizes(pool, running, plan.limits);
    if (sizes === null || subnetIds === null) return [];
    const facts = {
      name,
      kind: 'node-pool' as const,
      maxSize: largestOf(sizes.values()),
      sizes,
      desired: nodes.length,
      subnetIds,
      instanceTypes: [...sizes.keys()],
      unreadTemplates: [],
      autoMode,
      maxPods,
      podsPerCore,
    };
    return [growingGroup(plan, facts, nodes)];
  });

const belongsTo = (tags: Tags, clusterName: string): boolean =>
  (membershipOf(tags)?.clusterName ??
    (tags[`${AUTOSCALER_TAG_PREFIX}${clusterName}`] === 'owned' ? clusterName : null)) === clusterName;

const managedGroup = (plan: ClusterPlan, group: NodeGroup): GrowingGroup => {
  const { warmPool = null } = group;
  // Nodes of a warm pool are stopped most of the time, and hold their addresses.
  const nodes = plan.nodes.filter(
    ({ kind: { node } }) => (node.isLive || warmPool !== null) && node.membership.nodeGroup === group.name,
  );
  const scalingGroups = plan.autoScalingGroups.filter(({ name }) => group.autoScalingGroups.includes(name));
  const growing = growingGroup(
    plan,
    {
      ...group,
      kind: 'node-group',
      desired: group.desiredSize,
      // One that is deleted grows no more.
      maxSize: isDeleted(group) ? 0 : mostNodes(group),
      templates: templatesOfGroups(scalingGroups, plan.launchTemplates),
      unreadTemplates: unreadTemplates(scalingGroups, plan.launchTemplates),
    },
    nodes,
  );
  return { ...growing, updateSurge: isDeleted(group) ? 0 : updateSurge(plan, group) };
};

const isDeleted = ({ status }: NodeGroup): boolean => status === 'DELETING';

/** EKS updates at most so many nodes at once. Source: EKS user guide, managed node update behavior. */
const MOST_UPDATED = 100;
/** It may start so many in each zone to keep nodes in their zones. Same source. */
const STARTED_IN_EACH_ZONE = 2;

const updateSurge = (plan: ClusterPlan, group: NodeGroup): number =>
  startedFirst(
    group,
    new Set(group.subnetIds.map((subnetId) => plan.subnets.get(subnetId)?.availabilityZone ?? subnetId)).size,
  );

/** Nodes that an update starts before it ends old ones: two in each zone, or as many as are replaced at once; none for no node. */
export const startedFirst = (
  { update, desiredSize }: Pick<NodeGroup, 'update' | 'desiredSize'>,
  zones: number,
): number => {
  if (update?.strategy === 'MINIMAL' || desiredSize === 0) return 0;
  const byShare = Math.ceil((desiredSize * (update?.maxUnavailablePercentage ?? 0)) / 100);
  const replaced = Math.min(MOST_UPDATED, Math.max(update?.maxUnavailable ?? 1, byShare));
  return Math.max(zones * STARTED_IN_EACH_ZONE, replaced);
};

const scalingGroup = (plan: ClusterPlan, group: AutoScalingGroup): GrowingGroup => {
  const ids = new Set(group.instanceIds);
  const nodes = plan.nodes.filter(
    ({ instanceId, kind }) =>
      (kind.node.isLive && ids.has(instanceId)) || isInWarmPool(group, instanceId, plan.instances),
  );
  const maxSize = mostNodes(group);
  const growing = growingGroup(
    plan,
    {
      ...group,
      maxSize,
      kind: 'auto-scaling-group',
      desired: group.desiredCapacity,
      templates: templatesOfGroups([group], plan.launchTemplates),
      unreadTemplates: unreadTemplates([group], plan.launchTemplates),
    },
    nodes,
  );
  return { ...growing, ...(maxSize > group.maxSize && { warmNodes: maxSize - group.maxSize }) };
};

interface GroupFacts {
  readonly name: string;
  readonly kind: GrowingGroup['kind'];
  readonly maxSize: number;
  readonly desired: number;
  readonly subnetIds: readonly string[];
  readonly instanceTypes: readonly string[];
  /** See `AutoScalingGroup`. */
  readonly weights?: NonNullable<AutoScalingGroup['weights']> | null;
  /** Most nodes of each type, where that is not the same for all. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** What its Auto Scaling groups may launch from. */
  readonly templates?: readonly LaunchTemplate[];
  /** Those of them that could not be read. */
  readonly unreadTemplates: readonly LaunchTemplateVersion[];
  /** True for node pools of EKS Auto Mode. */
  readonly autoMode?: boolean;
  /** The kubelet's limits, where one is set and known. */
  readonly maxPods?: number | null;
  readonly podsPerCore?: number | null;
}

/** A subnet in which nodes of a group start, with what its nodes show. */
interface GroupPlace {
  readonly nodes: NodesByPlace;
  readonly hasLive: boolean;
  readonly subnetId: string;
  readonly availabilityZone: string | null;
}

const extrasIn = (
  plan: ClusterPlan,
  { templates = [], instanceTypes }: GroupFacts,
  { nodes, hasLive, subnetId, availabilityZone }: GroupPlace,
): Required<Pick<GroupSubnet, 'extras' | 'slotsTaken'>> => {
  const shown = withTemplates(extrasOf(nodes, subnetId, availabilityZone), templates, subnetId);
  const isShown = shown.takes.length > 0 || hasLive;
  const cards = largestOf([1, ...instanceTypes.map((type) => plan.limits(type)?.networkCards ?? 1)]);
  const { takes, slots } =
    plan.configuration.multiNic && !isShown
      ? mostOf([shown, otherCards(cards - 1, subnetId, plan.modeOfGroups === 'prefix')])
      : shown;
  return { extras: takes, slotsTaken: slots };
};

/**
 * With `ENABLE_MULTI_NIC` the CNI keeps an interface on each other network card, and one warm address or prefix on it.
 * Source: amazon-vpc-cni-k8s v1.23, `datastoreTargetState`.
 */
const otherCards = (cards: number, subnetId: string, prefixes: boolean): NodeExtras =>
  cards === 0
    ? NO_EXTRAS
    : {
        takes: [{ subnetId, singles: prefixes ? cards : 2 * cards, prefixes: prefixes ? cards : 0 }],
        slots: 0,
      };

/**
 * New nodes admit as many pods as the launch templates say. Where these do not, and all of its nodes show how many they admit, new ones
 * will admit as many as the one with most.
 */
const limitedGroup = (group: GroupFacts, nodes: readonly PlannedNode[]): GroupFacts => {
  const { templates = [], unreadTemplates: unread } = group;
  const maxPods = group.maxPods ?? (unread.length > 0 ? null : maxPodsOfTemplates(templates));
  if (maxPods !== null) return { ...group, maxPods };
  const shown = nodes.flatMap(({ kind }) => kind.node.maxPods ?? []);
  return shown.length === 0 || shown.length < nodes.length ? group : { ...group, maxPods: largestOf(shown) };
};

const growingGroup = (plan: ClusterPlan, group: GroupFacts, nodes: readonly PlannedNode[]): GrowingGroup => {
  const { autoMode = false } = group;
  const launched =
    group.instanceTypes.length > 0
      ? group.instanceTypes
      : nodes.map(({ kind }) => kind.node.instance.instanceType);
  const windows =
    isWindowsGroup(group.name, plan.eks) ||
    (nodes.length > 0 && nodes.every(({ kind }) => isWindowsNode(kind.node, plan.eks)));
  const placed = nodesByPlace(nodes);
  const nodesIn = Map.groupBy(nodes, ({ kind }) => kind.node.subnetId);
  const hasLive = nodes.some(({ kind }) => kind.node.isLive);
  const subnets = group.subnetIds.map((subnetId): GroupSubnet & { readonly slotsTaken: number } => {
    const place = plan.podPlaceOf(subnetId, group.name);
    const availabilityZone = plan.subnets.get(subnetId)?.availabilityZone ?? null;
    return {
      subnetId,
      availabilityZone,
      podSubnetIds: windows ? [subnetId] : place.subnetIds,
      primaryServesPods: windows || place.primaryServesPods,
      nodes: nodesIn.get(subnetId)?.length ?? 0,
      ...extrasIn(plan, group, { nodes: placed, hasLive, subnetId, availabilityZone }),
    };
  });
  // Where the primary interface of nodes serves pods in one subnet and not in another, the one that takes more counts.
  const kinds = new Set(subnets.map((subnet) => subnet.primaryServesPods));
  if (kinds.size === 0) kinds.add(true);
  const slotsTaken = largestOf([0, ...subnets.map((subnet) => subnet.slotsTaken)]);
  const running = nodes.map(({ kind }) => kind.node.instance.instanceType);
  const mostOf = (type: string): number | null =>
    group.sizes?.get(type) ?? mostInstances(group, running, type);
  const heaviest = heaviestType(
    plan,
    [...new Set(launched)].flatMap((type) =>
      [...kinds].map((primaryServesPods) => ({
        type,
        windows,
        primaryServesPods,
        slotsTaken,
        autoMode,
      })),
    ),
    (type) => (mostOf(type) ?? 0) - nodes.length,
  );
  const maximum = heaviest === null ? group.maxSize : mostOf(heaviest.type);
  // What a template adds is seen on the nodes. Before the first one runs, only the template tells.
  const [unread] = hasLive ? [] : group.unreadTemplates;
  // Without instances to count (they could not be listed), the group's own figure has to do.
  const currentNodes = plan.instances.size === 0 ? group.desired : nodes.length;
  const isKnown = unread === undefined && maximum !== null;
  const knowsNodes = heaviest !== null && currentNodes === nodes.length;
  return {
    clusterName: plan.clusterName,
    group: group.name,
    kind: group.kind,
    currentNodes,
    maximumNodes: maximum ?? group.maxSize,
    ...(group.weights !== undefined && { weighted: true }),
    instanceType: heaviest?.type ?? null,
    steps: isKnown ? (heaviest?.steps ?? null) : null,
    ...(heaviest !== null && { takesPrefixes: heaviest.takesPrefixes }),
    ...(autoMode && { fallsBack: true }),
    ...(unread !== undefined && { unreadTemplate: unread }),
    full: knowsNodes && isKnown ? fullNodes(plan, heaviest.input, limitedGroup(group, nodes), nodes) : null,
    subnets,
    standing: mapByKind(nodes, ({ kind: { node } }) => {
      const pool = node.heldForPods(false);
      return {
        availabilityZone: node.instance.availabilityZone,
        singles: node.managedInterfaces + pool.addresses,
        prefixes: pool.prefixes,
      };
    }),
  };
};
