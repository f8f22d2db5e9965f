import type { EksCluster } from '../aws/inventory.ts';
import { CNI_ROLE_TAG, subnetIsTaggedFor } from '../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { AddressingMode, ClusterAssessment, CommittedDemand } from '../result/cluster.ts';
import type { Unknown } from '../result/unknown.ts';
import { ClusterCapacity } from './cluster-capacity.ts';
import type { ClusterContext } from './cluster-context.ts';
import { clusterGroups } from './cluster-groups.ts';
import { clusterUnknowns } from './cluster-unknowns.ts';
import { type CniConfiguration, cniConfigurationOf } from './cni-configuration.ts';
import { sumGauges } from './cni-gauges.ts';
import type { GrowingGroup } from './committed-demand.ts';
import type { NodeAccumulator } from './node-accumulator.ts';
import { assessNode, type PlannedNode, waysToTake } from './node-assessment.ts';

/** What the fold found of one cluster. */
export interface ClusterParts {
  readonly name: string;
  readonly nodes: readonly NodeAccumulator[];
  readonly controlPlaneSubnetIds: readonly string[];
  readonly hasBranches: boolean;
}

/** Puts one cluster together: its nodes, its subnets, its groups, and what they still hold. */
export class ClusterBuilder {
  readonly #context: ClusterContext;
  readonly #parts: ClusterParts;
  readonly #eks: EksCluster | null;
  readonly #configuration: CniConfiguration;
  /** Nodes with custom networking: they show where pods get their addresses. */
  readonly #customNodes: readonly NodeAccumulator[];
  readonly #planned: readonly PlannedNode[];
  readonly #groups: readonly GrowingGroup[];
  readonly #capacity: ClusterCapacity;

  constructor(context: ClusterContext, parts: ClusterParts) {
    this.#context = context;
    this.#parts = parts;
    this.#eks = context.eksClusters.find(({ name }) => name === parts.name) ?? null;
    this.#configuration = cniConfigurationOf(this.#eks?.vpcCni ?? null);
    this.#customNodes = parts.nodes.filter((node) => node.usesCustomNetworking(this.#configuration));
    this.#planned = parts.nodes.map((node) => this.#plan(node));
    const plan = {
      ...context,
      clusterName: parts.name,
      eks: this.#eks,
      configuration: this.#configuration,
      mode: this.#mode,
      customNetworking: this.#customNetworking,
      securityGroupsForPods: this.#securityGroupsForPods,
      nodes: this.#planned,
      podSubnetOf: (subnetId: string) => this.#podSubnetOf(subnetId),
    };
    this.#groups = clusterGroups(plan);
    this.#capacity = new ClusterCapacity(plan, this.#groups);
  }

  get name(): string {
    return this.#parts.name;
  }

  /** The groups that may grow by themselves. */
  groups(): readonly GrowingGroup[] {
    return this.#groups;
  }

  build(committed: readonly CommittedDemand[]): ClusterAssessment {
    const { target, ledgers, unknowns = [] } = this.#context;
    const nodes = this.#planned.map((planned) =>
      assessNode(planned, this.#configuration, (subnetIds) => ledgers('best', subnetIds)),
    );
    const live = nodes.filter(({ state }) => state === 'running' || state === 'pending');
    return {
      clusterName: this.#parts.name,
      accountId: target.accountId,
      region: target.region,
      vpcId: this.#vpcId,
      arn: this.#eks?.arn ?? null,
      version: this.#eks?.version ?? null,
      source: this.#eks === null ? 'tags' : 'eks',
      mode: this.#mode,
      customNetworking: this.#customNetworking,
      securityGroupsForPods: this.#securityGroupsForPods,
      autoMode: this.#eks?.autoMode ?? false,
      nodes,
      gauges: {
        ...sumGauges(live.map(({ gauges }) => gauges)),
        maxIPAddresses: this.#capacity.maxAddresses(),
      },
      subnetIds: this.#subnetIds,
      nodeSubnetIds: this.#nodeSubnetIds,
      capacity: this.#capacity.bySubnet(this.#nodeSubnetIds),
      zones: this.#capacity.byZone(this.#nodeSubnetIds),
      committed,
      unknowns: [...unknowns, ...this.#unknowns],
    };
  }

  get #vpcId(): string | null {
    return (
      this.#eks?.vpcId ??
      this.#parts.nodes.find(({ instance }) => instance.vpcId !== null)?.instance.vpcId ??
      null
    );
  }

  get #mode(): AddressingMode {
    const ipFamily = this.#eks?.ipFamily ?? null;
    const modes = new Set(this.#planned.filter(({ node }) => node.isLive).map(({ mode }) => mode));
    modes.delete('unknown');
    const [only] = modes;
    if (only !== undefined) return modes.size === 1 ? only : 'mixed';
    if (ipFamily === 'ipv6') return 'ipv6';
    if (this.#configuration.prefixDelegation === null) return 'unknown';
    return this.#configuration.prefixDelegation ? 'prefix' : 'secondary';
  }

  get #customNetworking(): boolean {
    return (
      this.#configuration.customNetworking === true ||
      this.#planned.some(({ customNetworking }) => customNetworking)
    );
  }

  get #securityGroupsForPods(): boolean {
    return (
      this.#configuration.securityGroupsForPods === true ||
      this.#parts.hasBranches ||
      this.#parts.nodes.some(({ hasTrunk }) => hasTrunk)
    );
  }

  #plan(node: NodeAccumulator): PlannedNode {
    const limits = this.#context.limits(node.instance.instanceType);
    const customNetworking = node.usesCustomNetworking(this.#configuration);
    const mode = node.mode(this.#eks?.ipFamily ?? null, this.#configuration);
    return {
      node,
      limits,
      mode,
      takes: waysToTake(mode, limits),
      customNetworking,
      newInterfaceSubnetIds: this.#newInterfaceSubnets(node, customNetworking),
    };
  }

  /** Custom networking names one subnet; subnet discovery may use any that is open to it in the zone. */
  #newInterfaceSubnets(node: NodeAccumulator, customNetworking: boolean): readonly string[] {
    if (customNetworking) {
      const known =
        node.secondarySubnetId ?? (node.subnetId === null ? null : this.#podSubnetOf(node.subnetId));
      return known === null ? [] : [known];
    }
    if (node.subnetId === null) return [];
    const own = this.#context.subnets.get(node.subnetId);
    const discovered = [...this.#context.subnets.values()].filter(
      (subnet) =>
        subnet.subnetId !== node.subnetId &&
        subnet.vpcId === own?.vpcId &&
        subnet.availabilityZone === own.availabilityZone &&
        this.#isOpenToDiscovery(subnet),
    );
    const ownIsOpen = own?.tags[CNI_ROLE_TAG] !== '0';
    return [...(ownIsOpen ? [node.subnetId] : []), ...discovered.map(({ subnetId }) => subnetId)];
  }

  #isOpenToDiscovery({ tags }: SubnetAssessment): boolean {
    const role = tags[CNI_ROLE_TAG];
    const named = Object.keys(tags).filter((key) => key.startsWith('cni.networking.k8s.aws/cluster/'));
    return (
      role !== undefined &&
      role !== '0' &&
      (named.length === 0 || named.includes(`cni.networking.k8s.aws/cluster/${this.#parts.name}`))
    );
  }

  /** Where the pods of a node in this subnet get their addresses: the subnet that its neighbours in the zone use. */
  #podSubnetOf(subnetId: string): string | null {
    const zone = this.#context.subnets.get(subnetId)?.availabilityZone ?? null;
    const neighbours = this.#customNodes.filter(
      (node) => node.subnetId === subnetId || node.instance.availabilityZone === zone,
    );
    if (neighbours.length === 0) return this.#configuration.customNetworking === true ? null : subnetId;
    return neighbours.find((node) => node.secondarySubnetId !== null)?.secondarySubnetId ?? null;
  }

  get #nodeSubnetIds(): readonly string[] {
    return unique([
      ...this.#planned.flatMap(({ node, newInterfaceSubnetIds }) => [
        ...node.usage.map(({ subnetId }) => subnetId),
        ...newInterfaceSubnetIds,
      ]),
      // Where their pods' interfaces go, some node has one already.
      ...this.#groups.flatMap(({ subnets }) => subnets.map(({ subnetId }) => subnetId)),
    ]);
  }

  get #subnetIds(): readonly string[] {
    const tagged = [...this.#context.subnets.values()].filter(
      ({ tags, vpcId }) => vpcId === this.#vpcId && subnetIsTaggedFor(tags, this.#parts.name),
    );
    return unique([
      ...this.#nodeSubnetIds,
      ...(this.#eks?.subnetIds ?? []),
      ...(this.#eks?.fargateProfiles.flatMap(({ subnetIds }) => subnetIds) ?? []),
      ...this.#parts.controlPlaneSubnetIds,
      ...tagged.map(({ subnetId }) => subnetId),
    ]);
  }

  get #unknowns(): readonly Unknown[] {
    const known = this.#context.ledgers('worst', this.#nodeSubnetIds);
    return clusterUnknowns({
      types: unique(
        this.#planned.flatMap(({ limits, node }) => (limits === null ? [node.instance.instanceType] : [])),
      ),
      subnetIds: this.#nodeSubnetIds.filter((subnetId) => !known.has(subnetId)),
      groups: this.#groups,
      mode: this.#mode,
      nodePools: this.#nodePools,
    });
  }

  /** Live nodes of each node pool, by the pool's name. */
  get #nodePools(): ReadonlyMap<string, number> {
    const pools = new Map<string, number>();
    for (const { node } of this.#planned) {
      const { nodePool } = node.membership;
      if (nodePool !== null && node.isLive) pools.set(nodePool, (pools.get(nodePool) ?? 0) + 1);
    }
    return pools;
  }
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
