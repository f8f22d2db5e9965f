import type { EksCluster, InstanceLimits } from '../aws/inventory.ts';
import { elementAt } from '../base/element-at.ts';
import { valueAt } from '../base/value-at.ts';
import { hasIpTargets, mostInterfaces } from '../cni/cni-settings.ts';
import { AUTO_MODE_NODE_POOL_TAG, subnetIsTaggedFor } from '../owners/cluster-membership.ts';
import type {
  AddressingMode,
  ClusterAssessment,
  ClusterCni,
  CommittedDemand,
  NewNodes,
  ZoneFailover,
} from '../result/cluster.ts';
import type { Unknown } from '../result/unknown.ts';
import { AddressingModes, growthMode } from './addressing-modes.ts';
import type { AlikeNode } from './alike-nodes.ts';
import { ClusterCapacity } from './cluster-capacity.ts';
import { clusterCniOf } from './cluster-cni.ts';
import type { ClusterContext } from './cluster-context.ts';
import { boundedPools, clusterGroups, loosePools } from './cluster-groups.ts';
import { clusterUnknowns } from './cluster-unknowns.ts';
import { type CniConfiguration, clusterCniConfiguration, keepsTrunkSlot } from './cni-configuration.ts';
import { sumGauges, UNKNOWN_GAUGES } from './cni-gauges.ts';
import type { GroupSubnet, GrowingGroup } from './growing-group.ts';
import type { NodeAccumulator } from './node-accumulator.ts';
import {
  assessNode,
  mapByKind,
  type PlannedKind,
  type PlannedNode,
  plannedKind,
  waysToTake,
} from './node-assessment.ts';
import { PodSubnets } from './pod-subnets.ts';
import { serviceRangeOf } from './service-range.ts';
import { isWindowsNode, windowsConfiguration, windowsLimits } from './windows-nodes.ts';

/** What was found of one cluster. */
export interface ClusterParts {
  readonly name: string;
  readonly nodes: readonly AlikeNode[];
  readonly controlPlaneSubnetIds: readonly string[];
  readonly hasBranches: boolean;
  /** Instances that hold interfaces of its CNI and are not the account's own: nodes of SageMaker HyperPod. */
  readonly foreignNodes: number;
}

const REFUSED: Unknown = {
  field: 'version',
  reason: 'EKS did not describe this cluster in full. The errors of the target give the reason.',
};

/** Puts one cluster together: its nodes, its subnets, its groups, and what they still hold. */
export class ClusterBuilder {
  readonly #context: ClusterContext;
  readonly #parts: Omit<ClusterParts, 'nodes'>;
  readonly #eks: EksCluster | null;
  readonly #configuration: CniConfiguration;
  readonly #cni: ClusterCni;
  readonly #podSubnets: PodSubnets;
  readonly #nodes: readonly PlannedNode[];
  readonly #kinds: readonly PlannedKind[];
  readonly #modes: AddressingModes;
  readonly #groups: readonly GrowingGroup[];
  readonly #loosePools: readonly GrowingGroup[];
  readonly #boundedPools: readonly GrowingGroup[];
  readonly #capacity: ClusterCapacity;
  #nodeSubnetIds: readonly string[] | null = null;

  constructor(context: ClusterContext, { nodes, ...parts }: ClusterParts) {
    this.#context = context;
    this.#parts = parts;
    this.#eks = context.eksClusters.find(({ name }) => name === parts.name) ?? null;
    this.#configuration = clusterCniConfiguration(this.#eks);
    const distinct = [...new Set(nodes.map(({ node }) => node))];
    this.#cni = clusterCniOf(
      this.#eks,
      nodes.map(({ node }) => node),
      distinct.some((node) => node.isLive && isAutoModeNode(node)),
    );
    this.#podSubnets = new PodSubnets({
      clusterName: parts.name,
      configuration: this.#configuration,
      subnets: context.subnets,
      subnetsOfVpc: context.subnetsOfVpc,
      nodes: distinct,
    });
    const kinds = new Map(distinct.map((node) => [node, this.#kindOf(node)]));
    this.#kinds = [...kinds.values()];
    this.#nodes = nodes.map(({ instanceId, node }) => ({ instanceId, kind: valueAt(kinds, node) }));
    this.#modes = new AddressingModes(this.#eks, this.#configuration, this.#kinds);
    const plan = {
      ...context,
      clusterName: parts.name,
      eks: this.#eks,
      configuration: this.#configuration,
      cni: this.#cni,
      mode: this.#modes.ofNewNodes,
      modeOfGroups: this.#modes.ofGroups,
      modeOfPools: this.#modes.ofPools,
      securityGroupsForPods: this.#configuration.securityGroupsForPods ?? this.#securityGroupsForPods,
      nodes: this.#nodes,
      kinds: this.#kinds,
      podPlaceOf: (subnetId: string, group: string | null) => this.#podSubnets.of(subnetId, group),
      startSubnetIds: this.#startSubnetIds,
    };
    this.#groups = clusterGroups(plan);
    this.#loosePools = loosePools(plan);
    this.#boundedPools = boundedPools(plan);
    this.#capacity = new ClusterCapacity(plan, this.#groups);
  }

  get name(): string {
    return this.#parts.name;
  }

  /** The groups that may grow by themselves. */
  groups(): readonly GrowingGroup[] {
    return this.#groups;
  }

  /** Nodes of no such group, by node pool. */
  loosePools(): readonly GrowingGroup[] {
    return this.#loosePools;
  }

  /** Node pools whose limits the cluster shows. Their nodes are among `loosePools` as well. */
  boundedPools(): readonly GrowingGroup[] {
    return this.#boundedPools;
  }

  build(committed: readonly CommittedDemand[], zoneFailover: readonly ZoneFailover[]): ClusterAssessment {
    const { target, ledgers, refusedClusters, unknowns = [] } = this.#context;
    const isRefused = refusedClusters?.has(this.#parts.name) === true;
    const alike = mapByKind(this.#nodes, (first) =>
      assessNode(
        first,
        first.kind.windows ? windowsConfiguration(this.#configuration) : this.#configuration,
        (subnetIds) => ledgers('best', subnetIds),
      ),
    );
    const nodes = alike.map((assessed, index) => ({
      ...assessed,
      instanceId: elementAt(this.#nodes, index).instanceId,
    }));
    const live = nodes.filter(({ state }) => state === 'running' || state === 'pending');
    return {
      clusterName: this.#parts.name,
      accountId: target.accountId,
      region: target.region,
      vpcId: this.#vpcId,
      arn: this.#eks?.arn ?? null,
      version: this.#eks?.version ?? null,
      source: this.#eks === null && !isRefused ? 'tags' : 'eks',
      mode: this.#modes.shown,
      customNetworking: this.#customNetworking,
      securityGroupsForPods: this.#securityGroupsForPods,
      autoMode: this.#eks?.autoMode ?? false,
      cni: this.#cni,
      serviceRange: serviceRangeOf(this.#eks),
      nodes,
      gauges: this.#context.instancesListed
        ? {
            ...sumGauges(live.map(({ gauges }) => gauges)),
            maxIPAddresses: this.#capacity.maxAddresses(),
          }
        : UNKNOWN_GAUGES,
      subnetIds: this.#subnetIds,
      nodeSubnetIds: this.nodeSubnetIds,
      takesPrefixesFrom: this.#takesPrefixesFrom,
      capacity: this.#capacity.bySubnet(this.#growthSubnetIds),
      zones: this.#capacity.byZone(this.#growthSubnetIds),
      committed,
      zoneFailover,
      newNodes: this.#newNodes,
      unknowns: [...unknowns, ...(isRefused ? [REFUSED] : []), ...this.#unknowns],
    };
  }

  get #newNodes(): NewNodes {
    const configuration = this.#configuration;
    const { warmEniTarget, warmPrefixTarget, warmIpTarget, minimumIpTarget, maxEni } = configuration;
    const mode = this.#modes.ofNewNodes;
    return {
      settingsKnown: configuration.known,
      settings: {
        prefixDelegation: mode === 'prefix' || mode === 'mixed',
        customNetworking: this.#customNetworking,
        podEni: configuration.securityGroupsForPods ?? this.#securityGroupsForPods,
        warmEniTarget,
        warmPrefixTarget,
        warmIpTarget,
        minimumIpTarget,
        maxEni,
      },
      ...(configuration.subnetDiscovery === false && { subnetDiscovery: false as const }),
      ...(this.#kinds.some((planned) => planned.windows) && {
        windows: {
          prefixDelegation: configuration.windowsPrefixDelegation === true,
          ...configuration.windowsTargets,
        },
      }),
      places: this.#capacity.hostSubnetIds.map((subnetId) => {
        const { subnetIds, primaryServesPods } = this.#podSubnets.of(subnetId, null);
        const availabilityZone = this.#context.subnets.get(subnetId)?.availabilityZone ?? null;
        const extras = this.#capacity.extrasAt(subnetId);
        return {
          subnetId,
          availabilityZone,
          podSubnetIds: subnetIds,
          primaryServesPods,
          ...(extras.length > 0 && { extras }),
        };
      }),
    };
  }

  get #vpcId(): string | null {
    return (
      this.#eks?.vpcId ??
      this.#kinds.find(({ node }) => node.instance.vpcId !== null)?.node.instance.vpcId ??
      null
    );
  }

  /** Where Karpenter may start nodes: the subnets that carry the discovery tag with the cluster's name, if it runs nodes here. */
  get #startSubnetIds(): readonly string[] {
    if (!this.#kinds.some(({ autoMode, node }) => node.membership.nodePool !== null && !autoMode)) return [];
    return this.#context
      .subnetsOfVpc(this.#vpcId)
      .filter(({ tags }) => tags['karpenter.sh/discovery'] === this.#parts.name)
      .map(({ subnetId }) => subnetId);
  }

  get #customNetworking(): boolean {
    return (
      this.#configuration.customNetworking === true ||
      this.#kinds.some(({ customNetworking }) => customNetworking)
    );
  }

  get #securityGroupsForPods(): boolean {
    return (
      this.#configuration.securityGroupsForPods === true ||
      this.#parts.hasBranches ||
      this.#kinds.some(({ node }) => node.hasTrunk)
    );
  }

  #kindOf(node: NodeAccumulator): PlannedKind {
    const windows = isWindowsNode(node, this.#eks);
    const limits = this.#limitsOf(node.instance.instanceType, windows);
    const customNetworking = node.usesCustomNetworking(this.#configuration);
    const mode = node.mode(this.#eks?.ipFamily ?? null, this.#configuration);
    return plannedKind({
      node,
      limits,
      mode,
      windows,
      takes:
        this.#cni === 'cilium-eni' || this.#cni === 'overlay'
          ? null
          : waysToTake(growthMode(this.#configuration, mode, windows), limits),
      customNetworking,
      ipTargets: hasIpTargets(windows ? windowsConfiguration(this.#configuration) : this.#configuration),
      autoMode: isAutoModeNode(node),
      keepsTrunkSlot:
        this.#configuration.securityGroupsForPods === true &&
        !node.hasTrunk &&
        !windows &&
        (limits === null || keepsTrunkSlot(this.#configuration, limits)),
      provisions: windows || this.#configuration.provisions,
      newInterfaceSubnetIds: this.#newInterfaceSubnets(node, customNetworking),
    });
  }

  #limitsOf(type: string, windows: boolean): InstanceLimits | null {
    const limits = this.#context.limits(type);
    if (limits === null) return null;
    if (windows) return windowsLimits(limits);
    return { ...limits, maxEnis: mostInterfaces(limits, this.#configuration) };
  }

  /** Custom networking names one subnet; subnet discovery may use any that is open to it in the zone. */
  #newInterfaceSubnets(node: NodeAccumulator, customNetworking: boolean): readonly string[] {
    if (customNetworking && node.secondarySubnetId !== null) return [node.secondarySubnetId];
    if (node.subnetId === null) return [];
    const { nodeGroup, nodePool } = node.membership;
    return this.#podSubnets.of(node.subnetId, nodeGroup ?? nodePool).subnetIds ?? [];
  }

  /** The subnets that its nodes and pods take addresses from. Five figures rest on them, so they are gathered once. */
  get nodeSubnetIds(): readonly string[] {
    this.#nodeSubnetIds ??= this.#gatherNodeSubnetIds();
    return this.#nodeSubnetIds;
  }

  #gatherNodeSubnetIds(): readonly string[] {
    return unique([
      ...this.#kinds.flatMap(({ node, newInterfaceSubnetIds }) => [
        ...node.usage.map(({ subnetId }) => subnetId),
        ...newInterfaceSubnetIds,
      ]),
      ...this.#startSubnetIds,
      ...this.#groups.flatMap(({ subnets }) =>
        subnets.flatMap(({ subnetId, podSubnetIds }) => [subnetId, ...(podSubnetIds ?? [])]),
      ),
    ]);
  }

  /** Those, and where Fargate pods start. */
  get #growthSubnetIds(): readonly string[] {
    return unique([...this.nodeSubnetIds, ...this.#fargateSubnetIds]);
  }

  get #fargateSubnetIds(): readonly string[] {
    return this.#eks?.fargateProfiles.flatMap(({ subnetIds }) => subnetIds) ?? [];
  }

  /** Cilium falls back to single addresses where no prefix is free, as EKS Auto Mode does (github.com/cilium/cilium/pull/20822). */
  get #takesPrefixesFrom(): readonly string[] {
    if (this.#cni === 'cilium-eni') return [];
    const fromNodes = this.#kinds
      .filter(({ autoMode, node, takes }) => takes === 'prefix' && node.isLive && !autoMode)
      .flatMap(({ newInterfaceSubnetIds }) => newInterfaceSubnetIds);
    const takesPrefixes = (mode: AddressingMode): boolean => mode === 'prefix' || mode === 'mixed';
    const newOnes = takesPrefixes(this.#modes.ofNewNodes);
    // The types of a group decide: Xen types and Windows nodes take single addresses beside Linux nodes that take prefixes.
    const fromGroups = this.#groups
      .filter((group) => group.takesPrefixes ?? takesPrefixes(this.#modes.ofGroups))
      .flatMap(({ subnets }) => subnets.flatMap(podSubnetsOf));
    const fromStarts = newOnes
      ? this.#startSubnetIds.flatMap((subnetId) => this.#podSubnets.of(subnetId, null).subnetIds ?? [])
      : [];
    return unique([...fromNodes, ...fromGroups, ...fromStarts]);
  }

  get #subnetIds(): readonly string[] {
    const tagged = this.#context
      .subnetsOfVpc(this.#vpcId)
      .filter(({ tags }) => subnetIsTaggedFor(tags, this.#parts.name));
    return unique([
      ...this.nodeSubnetIds,
      ...(this.#eks?.subnetIds ?? []),
      ...this.#fargateSubnetIds,
      ...this.#parts.controlPlaneSubnetIds,
      ...tagged.map(({ subnetId }) => subnetId),
    ]);
  }

  get #unknowns(): readonly Unknown[] {
    const known = this.#context.ledgers('worst', this.#growthSubnetIds);
    return clusterUnknowns({
      types: unique(
        this.#kinds.flatMap(({ limits, node }) => (limits === null ? [node.instance.instanceType] : [])),
      ),
      unmeasured: this.#growthSubnetIds
        .filter((subnetId) => !known.has(subnetId))
        .map((subnetId) => ({
          subnetId,
          awsAvailable: this.#context.subnets.get(subnetId)?.awsAvailable ?? null,
        })),
      groups: this.#groups,
      mode: this.#modes.shown,
      cni: this.#cni,
      nodePools: this.#nodePools,
      autoModeNodes: this.#kinds.some(({ autoMode, node }) => autoMode && node.isLive),
      settingsByDefault:
        !this.#configuration.known &&
        this.#cni === 'vpc-cni' &&
        (this.#modes.shown === 'secondary' ||
          this.#modes.shown === 'prefix' ||
          this.#modes.shown === 'mixed') &&
        this.#kinds.some(({ autoMode, node }) => !autoMode && node.isLive),
      discoveryByDefault: this.#podSubnets.restsOnDefault,
      foreignNodes: this.#parts.foreignNodes,
      onlyFargate: this.#nodes.length === 0 && this.#fargateSubnetIds.length > 0,
    });
  }

  /** Live nodes of each node pool whose limits are not known, by the pool's name. */
  get #nodePools(): ReadonlyMap<string, number> {
    const pools = new Map<string, number>();
    for (const { kind } of this.#nodes) {
      const { node } = kind;
      const { nodePool } = node.membership;
      const isBounded = this.#boundedPools.some(({ group }) => group === nodePool);
      if (nodePool !== null && node.isLive && !isBounded) pools.set(nodePool, (pools.get(nodePool) ?? 0) + 1);
    }
    return pools;
  }
}

const isAutoModeNode = ({ instance }: NodeAccumulator): boolean =>
  instance.tags[AUTO_MODE_NODE_POOL_TAG] !== undefined;

const podSubnetsOf = ({ podSubnetIds }: GroupSubnet): readonly string[] => podSubnetIds ?? [];

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
