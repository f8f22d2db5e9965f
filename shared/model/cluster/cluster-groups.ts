import type { AutoScalingGroup, EksCluster, InstanceLimits, NodeGroup, Tags } from '../aws/inventory.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import { membershipOf } from '../owners/cluster-membership.ts';
import type { AddressingMode } from '../result/cluster.ts';
import type { ClusterContext } from './cluster-context.ts';
import type { CniConfiguration } from './cni-configuration.ts';
import type { FullNodes, GroupSubnet, GrowingGroup } from './committed-demand.ts';
import { HOST_NETWORK_PODS, podAddresses, recommendedCap } from './max-pods.ts';
import type { NodeAccumulator } from './node-accumulator.ts';
import type { PlannedNode } from './node-assessment.ts';
import {
  type DemandStep,
  EXHAUSTION_ERRORS,
  mergedSteps,
  type NodeDemandInput,
  nodeDemand,
} from './node-demand.ts';

/** What is known of a cluster when its growth is planned. */
export interface ClusterPlan extends ClusterContext {
  readonly clusterName: string;
  readonly eks: EksCluster | null;
  readonly configuration: CniConfiguration;
  readonly mode: AddressingMode;
  readonly customNetworking: boolean;
  readonly securityGroupsForPods: boolean;
  readonly nodes: readonly PlannedNode[];
  /** `null` where custom networking is on and no node shows the zone's pod subnet. */
  readonly podSubnetOf: (subnetId: string) => string | null;
}

/** The cluster autoscaler finds its groups by this tag; its value is `owned`. */
const AUTOSCALER_TAG_PREFIX = 'k8s.io/cluster-autoscaler/';

/** What one more node of a type takes in this cluster; `null` where its mode is not known. Auto Mode uses prefixes unless it is told otherwise. */
export const demandOf = (plan: ClusterPlan, limits: InstanceLimits | null): readonly DemandStep[] | null => {
  const input = demandInput(plan, limits);
  return input === null ? null : nodeDemand(input);
};

const demandInput = (plan: ClusterPlan, limits: InstanceLimits | null): NodeDemandInput | null => {
  const mode = plan.mode === 'unknown' && plan.eks?.autoMode === true ? 'prefix' : plan.mode;
  if (mode === 'unknown' || limits === null) return null;
  return {
    limits,
    mode: mode === 'mixed' ? 'prefix' : mode,
    customNetworking: plan.customNetworking,
    securityGroupsForPods: plan.securityGroupsForPods,
    configuration: plan.configuration,
  };
};

/**
 * Pods that a node of the group admits. EKS caps managed node groups at the recommended 110 or 250; other nodes in secondary
 * mode get what their interfaces hold (nodeadm, Karpenter). Source: EKS user guide, eks-networking-add-ons.
 */
const admittedPods = (input: NodeDemandInput, kind: GrowingGroup['kind']): number => {
  const { limits, customNetworking } = input;
  const mode = input.mode === 'prefix' && limits.prefixDelegation ? 'prefix' : 'secondary';
  const raw = podAddresses(limits, mode, customNetworking) + HOST_NETWORK_PODS;
  return kind === 'node-group' || mode === 'prefix' ? Math.min(raw, recommendedCap(limits)) : raw;
};

/** What nodes take until they are full of pods; in IPv6 mode pods take nothing. */
const fullNodes = (
  plan: ClusterPlan,
  input: NodeDemandInput,
  kind: GrowingGroup['kind'],
  running: readonly PlannedNode[],
): FullNodes => {
  const maxPods = admittedPods(input, kind);
  const pods = Math.max(0, maxPods - HOST_NETWORK_PODS);
  const steps = mergedSteps(nodeDemand({ ...input, pods, maxPods }));
  return {
    podsPerNode: pods,
    steps,
    running: running.map(({ node }) => ({
      subnetId: node.subnetId ?? '',
      podSubnetId: plan.podSubnetOf(node.subnetId ?? ''),
      steps: stillToTake(steps, node),
    })),
  };
};

/** What a full node holds beyond what this one holds already. */
const stillToTake = (steps: readonly DemandStep[], node: NodeAccumulator): readonly DemandStep[] => {
  const pool = node.podInterfaces(false);
  let singles = -node.managedInterfaces - pool.addresses;
  let prefixes = -pool.prefixes;
  for (const step of steps) {
    singles += step.singles;
    prefixes += step.prefixes;
  }
  return [
    {
      subnet: 'pods',
      singles: Math.max(0, singles),
      prefixes: Math.max(0, prefixes),
      addressError: EXHAUSTION_ERRORS.addresses,
    },
  ];
};

/** The cluster's managed node groups, and the Auto Scaling groups that are nobody's node group but carry its tags. */
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

const belongsTo = (tags: Tags, clusterName: string): boolean =>
  (membershipOf(tags)?.clusterName ??
    (tags[`${AUTOSCALER_TAG_PREFIX}${clusterName}`] === 'owned' ? clusterName : null)) === clusterName;

const managedGroup = (plan: ClusterPlan, group: NodeGroup): GrowingGroup => {
  const nodes = plan.nodes.filter(({ node }) => node.isLive && node.membership.nodeGroup === group.name);
  return growingGroup(plan, { ...group, kind: 'node-group', desired: group.desiredSize }, nodes);
};

const scalingGroup = (plan: ClusterPlan, group: AutoScalingGroup): GrowingGroup => {
  const ids = new Set(group.instanceIds);
  const nodes = plan.nodes.filter(({ node }) => node.isLive && ids.has(node.instance.instanceId));
  return growingGroup(plan, { ...group, kind: 'auto-scaling-group', desired: group.desiredCapacity }, nodes);
};

interface GroupFacts {
  readonly name: string;
  readonly kind: GrowingGroup['kind'];
  readonly maxSize: number;
  readonly desired: number;
  readonly subnetIds: readonly string[];
  readonly instanceTypes: readonly string[];
}

const growingGroup = (plan: ClusterPlan, group: GroupFacts, nodes: readonly PlannedNode[]): GrowingGroup => {
  const launched =
    group.instanceTypes.length > 0
      ? group.instanceTypes
      : nodes.map(({ node }) => node.instance.instanceType);
  const heaviest = heaviestType(plan, [...new Set(launched)]);
  const subnets = group.subnetIds.map(
    (subnetId): GroupSubnet => ({
      subnetId,
      availabilityZone: plan.subnets.get(subnetId)?.availabilityZone ?? null,
      podSubnetId: plan.podSubnetOf(subnetId),
      nodes: nodes.filter(({ node }) => node.subnetId === subnetId).length,
    }),
  );
  // Without instances to count (they could not be listed), the group's own figure has to do.
  const currentNodes = plan.instances.size === 0 ? group.desired : nodes.length;
  const knowsNodes = heaviest !== null && currentNodes === nodes.length;
  return {
    clusterName: plan.clusterName,
    group: group.name,
    kind: group.kind,
    currentNodes,
    maximumNodes: group.maxSize,
    instanceType: heaviest?.type ?? null,
    steps: heaviest?.steps ?? null,
    full: knowsNodes ? fullNodes(plan, heaviest.input, group.kind, nodes) : null,
    subnets,
  };
};

/** Of the types that a group may launch, the one that takes most: if its nodes fit, all do. `null` if one of them is not known. */
const heaviestType = (
  plan: ClusterPlan,
  types: readonly string[],
): {
  readonly type: string;
  readonly input: NodeDemandInput;
  readonly steps: readonly DemandStep[];
} | null => {
  const weighed = types.map((type) => {
    const input = demandInput(plan, plan.limits(type));
    if (input === null) return null;
    const steps = nodeDemand(input);
    return { type, input, steps, weight: weightOf(steps) };
  });
  const known = weighed.filter((entry) => entry !== null);
  if (known.length < weighed.length) return null;
  return known.toSorted((a, b) => b.weight - a.weight)[0] ?? null;
};

const weightOf = (steps: readonly DemandStep[]): number =>
  steps.reduce((sum, { singles, prefixes }) => sum + singles + prefixes * ADDRESSES_PER_PREFIX, 0);
