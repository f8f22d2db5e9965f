import type { EksCluster } from '../aws/inventory.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressingMode, ClusterCni } from '../result/cluster.ts';
import type { ClusterContext } from './cluster-context.ts';
import { type CniConfiguration, keepsTrunkSlot, UNKNOWN_CNI_CONFIGURATION } from './cni-configuration.ts';
import type { FullNodes, GrowingGroup } from './growing-group.ts';
import { HOST_NETWORK_PODS, podAddresses, recommendedCap, vcpusOf } from './max-pods.ts';
import type { NodeAccumulator } from './node-accumulator.ts';
import { mapByKind, type PlannedKind, type PlannedNode } from './node-assessment.ts';
import {
  type DemandStep,
  demandWithPods,
  EXHAUSTION_ERRORS,
  mergedSteps,
  type NodeDemandInput,
  nodeDemand,
} from './node-demand.ts';
import { usualBranches } from './node-extras.ts';
import type { PodPlace } from './pod-subnets.ts';
import { windowsConfiguration, windowsLimits } from './windows-nodes.ts';

/** What is known of a cluster when its growth is planned. */
export interface ClusterPlan extends ClusterContext {
  readonly clusterName: string;
  readonly eks: EksCluster | null;
  readonly configuration: CniConfiguration;
  readonly cni: ClusterCni;
  /** How new nodes take their addresses. */
  readonly mode: AddressingMode;
  /** The same for nodes that EKS Auto Mode does not start. */
  readonly modeOfGroups: AddressingMode;
  /** The same for those of EKS Auto Mode, which have a CNI of their own. */
  readonly modeOfPools: AddressingMode;
  readonly securityGroupsForPods: boolean;
  readonly nodes: readonly PlannedNode[];
  /** Of those nodes, each once. */
  readonly kinds: readonly PlannedKind[];
  readonly podPlaceOf: (subnetId: string, group: string | null) => PodPlace;
  /** Subnets in which nodes may start although none is there, and no group names them. */
  readonly startSubnetIds: readonly string[];
}

/** What kind of node starts. */
export interface NodeKind {
  readonly type: string;
  readonly windows: boolean;
  readonly primaryServesPods: boolean;
  /** Interface slots of the default network card that the CNI does not get. */
  readonly slotsTaken?: number;
  /** EKS Auto Mode starts it. */
  readonly autoMode?: boolean;
}

/** What one more node takes in this cluster; `null` where its type or its mode is not known. */
export const demandOf = (plan: ClusterPlan, kind: NodeKind): readonly DemandStep[] | null => {
  const input = demandInput(plan, kind);
  return input === null ? null : nodeDemand(input);
};

const demandInput = (
  plan: ClusterPlan,
  { type, windows, primaryServesPods, slotsTaken = 0, autoMode = false }: NodeKind,
): NodeDemandInput | null => {
  const known = plan.limits(type);
  const limits = known === null ? null : { ...known, maxEnis: Math.max(1, known.maxEnis - slotsTaken) };
  const mode = autoMode ? plan.modeOfPools : plan.modeOfGroups;
  // Nodes of an overlay take one address, and so do nodes whose pods have IPv6 addresses.
  if (plan.cni === 'overlay' && limits !== null) {
    const { configuration } = plan;
    return { limits, mode: 'ipv6', customNetworking: false, securityGroupsForPods: false, configuration };
  }
  if (plan.cni === 'cilium-eni' || mode === 'unknown' || limits === null) return null;
  if (windows && mode !== 'ipv6') {
    const configuration = windowsConfiguration(plan.configuration);
    return {
      limits: windowsLimits(limits),
      mode: configuration.prefixDelegation === true ? 'prefix' : 'secondary',
      customNetworking: false,
      securityGroupsForPods: false,
      configuration,
    };
  }
  const newMode = mode === 'mixed' ? 'prefix' : mode;
  // The settings of the add-on do not reach the CNI of EKS Auto Mode.
  if (autoMode) {
    return {
      limits,
      mode: newMode,
      customNetworking: !primaryServesPods,
      securityGroupsForPods: false,
      configuration: UNKNOWN_CNI_CONFIGURATION,
    };
  }
  const { configuration } = plan;
  return {
    limits,
    // A CNI that provisions nothing leaves a node with its primary address.
    mode: configuration.provisions ? newMode : 'ipv6',
    customNetworking: !primaryServesPods,
    securityGroupsForPods: plan.securityGroupsForPods && keepsTrunkSlot(configuration, limits),
    configuration,
  };
};

interface FilledGroup extends Pick<GrowingGroup, 'kind'> {
  readonly name: string;
  /** The kubelet's limits, where one is set and known. */
  readonly maxPods?: number | null;
  readonly podsPerCore?: number | null;
}

/**
 * Pods that a node of the group admits. EKS caps managed node groups at the recommended 110 or 250; other nodes in secondary
 * mode get what their interfaces hold (nodeadm, Karpenter). Source: EKS user guide, eks-networking-add-ons.
 */
const admittedPods = (input: NodeDemandInput, group: FilledGroup): number => {
  const { podsPerCore = null } = group;
  const vcpus = vcpusOf(input.limits);
  const most = mostPods(input, group);
  return podsPerCore === null || podsPerCore === 0 || vcpus === null
    ? most
    : Math.min(most, podsPerCore * vcpus);
};

const mostPods = (input: NodeDemandInput, { kind, maxPods = null }: FilledGroup): number => {
  if (maxPods !== null) return maxPods;
  const { limits, customNetworking } = input;
  const mode = input.mode === 'prefix' && limits.prefixDelegation ? 'prefix' : 'secondary';
  const raw = podAddresses(limits, mode, customNetworking) + HOST_NETWORK_PODS;
  return kind === 'node-group' || mode === 'prefix' ? Math.min(raw, recommendedCap(limits)) : raw;
};

/** What nodes take until they are full of pods; in IPv6 mode pods take nothing. */
export const fullNodes = (
  plan: ClusterPlan,
  input: NodeDemandInput,
  group: FilledGroup,
  running: readonly PlannedNode[],
): FullNodes => {
  const maxPods = admittedPods(input, group);
  const full = demandWithPods({ ...input, pods: Math.max(0, maxPods - HOST_NETWORK_PODS), maxPods });
  const ofPods = mergedSteps(full.steps);
  const steps = [...ofPods, ...branchStep(input.securityGroupsForPods ? usualBranches(running) : 0)];
  return {
    podsPerNode: full.pods,
    steps,
    running: mapByKind(running, ({ kind: { node } }) => ({
      subnetId: node.subnetId ?? '',
      podSubnetIds: plan.podPlaceOf(node.subnetId ?? '', group.name).subnetIds,
      steps: stillToTake(ofPods, node),
    })),
  };
};

/** Pods with a security group of their own take an address each in the node's subnet (amazon-vpc-resource-controller-k8s). */
const branchStep = (branches: number): readonly DemandStep[] =>
  branches === 0
    ? []
    : [{ subnet: 'node', singles: branches, prefixes: 0, addressError: EXHAUSTION_ERRORS.addresses }];

/** What a full node holds beyond what this one holds already. */
const stillToTake = (steps: readonly DemandStep[], node: NodeAccumulator): readonly DemandStep[] => {
  const pool = node.heldForPods(false);
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

/**
 * Of the types that a group may launch, the one whose nodes together take most: if they fit, all do. Where none more may come, the
 * one that takes most. `null` if one of them is not known.
 *
 * @param more so many nodes of a type may come
 */
export const heaviestType = (
  plan: ClusterPlan,
  kinds: readonly NodeKind[],
  more: (type: string) => number,
): {
  readonly type: string;
  readonly input: NodeDemandInput;
  readonly steps: readonly DemandStep[];
  /** Whether one of them takes prefixes: the one that takes most may take none, as a Xen type among Nitro ones. */
  readonly takesPrefixes: boolean;
} | null => {
  const weighed = kinds.map((kind) => {
    const input = demandInput(plan, kind);
    if (input === null) return null;
    const steps = nodeDemand(input);
    const number = Math.max(0, more(kind.type));
    const weight = weightOf(steps);
    return { type: kind.type, input, steps, number, weight, total: number * weight };
  });
  const known = weighed.filter((entry) => entry !== null);
  if (known.length < weighed.length) return null;
  const [heaviest] = known.toSorted(
    (a, b) => b.total - a.total || b.number - a.number || b.weight - a.weight,
  );
  if (heaviest === undefined) return null;
  const takesPrefixes = known.some(({ input }) => input.mode === 'prefix' && input.limits.prefixDelegation);
  return { ...heaviest, takesPrefixes };
};

const weightOf = (steps: readonly DemandStep[]): number =>
  steps.reduce((sum, { singles, prefixes }) => sum + singles + prefixes * ADDRESSES_PER_PREFIX, 0);
