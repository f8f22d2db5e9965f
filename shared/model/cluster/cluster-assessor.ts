import { heldAddresses } from '../aws/held-addresses.ts';
import type {
  AutoScalingGroup,
  EksCluster,
  Instance,
  InstanceLimits,
  LaunchTemplate,
  NetworkInterface,
  Tags,
  Target,
} from '../aws/inventory.ts';
import { valueAt } from '../base/value-at.ts';
import {
  type ClusterMembership,
  clusterNameOf,
  membershipOf,
  TRUNK_TAG,
} from '../owners/cluster-membership.ts';
import { isMadeByCni } from '../owners/owners.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { ClusterAssessment, CommittedDemand } from '../result/cluster.ts';
import type { SubnetGrowth } from '../result/subnet-growth.ts';
import type { Unknown } from '../result/unknown.ts';
import { alikeNodes } from './alike-nodes.ts';
import { ClusterBuilder } from './cluster-builder.ts';
import type { ClusterContext } from './cluster-context.ts';
import { committedDemand } from './committed-demand.ts';
import { kubeletLimits } from './kubelet-limits.ts';
import { NodeAccumulator } from './node-accumulator.ts';
import { NO_CLUSTER, outsideGroups } from './outside-groups.ts';
import { growthBySubnet } from './subnet-growth.ts';
import { freeSupplyOf, ledgersAtMost, type Placement, SupplyLedger } from './supply-ledger.ts';
import { zoneFailover } from './zone-failover.ts';

export interface ClusterAssessorInput {
  readonly target: Target;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly instancesListed: boolean;
  readonly eksClusters: readonly EksCluster[];
  /** Names of clusters that EKS listed and did not describe in full. Absent: none. */
  readonly refusedClusters?: ReadonlySet<string>;
  readonly autoScalingGroups: readonly AutoScalingGroup[];
  readonly launchTemplates?: readonly LaunchTemplate[];
  readonly limits: (type: string) => InstanceLimits | null;
  /** What could not be asked for, and so may be missing from every cluster: a denied EKS call, for example. */
  readonly unknowns?: readonly Unknown[];
}

/** What the interfaces of a target say of its clusters, and of what may still start in its subnets. */
export interface AssessedClusters {
  readonly clusters: readonly ClusterAssessment[];
  /** By subnet; none where nothing may grow. */
  readonly growth: ReadonlyMap<string, SubnetGrowth>;
  /** Of Auto Scaling groups of no cluster, in subnets that no cluster's nodes or pods use. */
  readonly outsideDemand: readonly CommittedDemand[];
}

/** Instances in these states have given their addresses back, or are about to. */
const GONE = new Set(['shutting-down', 'terminated']);

/** Branch interfaces of a trunk, until it is known which node the trunk belongs to. */
interface Branches {
  readonly subnetId: string;
  interfaces: number;
  addresses: number;
}

/**
 * Adds up interfaces, as they arrive, to what is known of clusters and their nodes. It keeps counts per node, and per
 * trunk while branch interfaces come before their trunk: memory grows with nodes, not with interfaces.
 */
export class ClusterAssessor {
  readonly #input: ClusterAssessorInput;
  readonly #nodes = new Map<string, NodeAccumulator>();
  readonly #nodeOfTrunk = new Map<string, NodeAccumulator>();
  readonly #branchesOfTrunk = new Map<string, Map<string, Branches>>();
  readonly #controlPlaneSubnets = new Map<string, Set<string>>();
  readonly #clustersOfBranches = new Set<string>();
  readonly #foreignNodes = new Map<string, Set<string>>();

  constructor(input: ClusterAssessorInput) {
    this.#input = input;
    const maxPodsOf = kubeletLimits(input);
    // Instances of a group share their tags.
    const memberships = new Map<Tags, ClusterMembership>();
    for (const instance of input.instances.values()) {
      if (GONE.has(instance.state)) continue;
      const { instanceId, tags } = instance;
      const membership = memberships.get(tags) ?? membershipOf(tags);
      if (membership === null) continue;
      memberships.set(tags, membership);
      const maxPods = maxPodsOf(instanceId, membership);
      this.#nodes.set(instanceId, new NodeAccumulator(instance, membership, maxPods));
    }
  }

  /** Takes an interface of the target, any interface: those of no cluster are passed over. */
  add(networkInterface: NetworkInterface): void {
    const { attachment, description, interfaceType, networkInterfaceId, status, subnetId, tags } =
      networkInterface;
    const trunkId = tags[TRUNK_TAG];
    if (interfaceType === 'branch' || trunkId !== undefined) {
      if (status !== 'available') this.#addBranch(trunkId ?? null, networkInterface);
      return;
    }
    const node = this.#nodes.get(attachment?.instanceId ?? '');
    if (node !== undefined) {
      node.add(networkInterface);
      if (interfaceType === 'trunk') this.#nodeOfTrunk.set(networkInterfaceId, node);
      return;
    }
    this.#addForeign(networkInterface);
    const controlPlane = /^Amazon EKS (.+)$/.exec(description)?.[1];
    if (controlPlane !== undefined) {
      const subnets = this.#controlPlaneSubnets.get(controlPlane) ?? new Set();
      this.#controlPlaneSubnets.set(controlPlane, subnets.add(subnetId));
    }
  }

  /** An interface of the CNI on an instance of another account, which EC2 does not list: it belongs to an account of AWS. */
  #addForeign(networkInterface: NetworkInterface): void {
    const { instanceId = null, instanceOwnerId = null } = networkInterface.attachment ?? {};
    const { instances, target } = this.#input;
    if (instanceId === null || instances.has(instanceId)) return;
    // Where no instance was listed, only the attachment tells whether this one is another account's.
    const isElsewhere = instanceOwnerId !== null && instanceOwnerId !== target.accountId;
    if (instances.size === 0 && !isElsewhere) return;
    const clusterName = isMadeByCni(networkInterface) ? clusterNameOf(networkInterface.tags) : null;
    if (clusterName === null) return;
    const nodes = this.#foreignNodes.get(clusterName) ?? new Set();
    this.#foreignNodes.set(clusterName, nodes.add(instanceId));
  }

  #addBranch(trunkId: string | null, networkInterface: NetworkInterface): void {
    const clusterName = clusterNameOf(networkInterface.tags);
    if (clusterName !== null) this.#clustersOfBranches.add(clusterName);
    if (trunkId === null) return;
    const bySubnet = this.#branchesOfTrunk.get(trunkId) ?? new Map<string, Branches>();
    const { subnetId } = networkInterface;
    const branches = bySubnet.get(subnetId) ?? { subnetId, interfaces: 0, addresses: 0 };
    branches.interfaces += 1;
    branches.addresses += heldAddresses(networkInterface).addresses;
    this.#branchesOfTrunk.set(trunkId, bySubnet.set(subnetId, branches));
  }

  /** Concludes, with what was found of the subnets' supplies. It cannot be used again. */
  finish(subnets: readonly SubnetAssessment[]): AssessedClusters {
    for (const [trunkId, bySubnet] of this.#branchesOfTrunk) {
      for (const branches of bySubnet.values()) this.#nodeOfTrunk.get(trunkId)?.addBranches(branches);
    }
    const bySubnetId = new Map(subnets.map((subnet) => [subnet.subnetId, subnet]));
    const ledgers: ClusterContext['ledgers'] = (placement, subnetIds) =>
      ledgersOf(bySubnetId, placement, subnetIds);
    const byVpc = Map.groupBy(subnets, ({ vpcId }) => vpcId);
    const context: ClusterContext = {
      ...this.#input,
      subnets: bySubnetId,
      subnetsOfVpc: (vpcId) => byVpc.get(vpcId ?? '') ?? [],
      ledgers,
    };
    const allIds = [...bySubnetId.keys()];
    const nodesOf = Map.groupBy(alikeNodes(this.#nodes), ({ node }) => node.membership.clusterName);
    const builders = this.#clusterNames().map(
      (name) =>
        new ClusterBuilder(context, {
          name,
          nodes: nodesOf.get(name) ?? [],
          controlPlaneSubnetIds: [...(this.#controlPlaneSubnets.get(name) ?? [])],
          hasBranches: this.#clustersOfBranches.has(name),
          foreignNodes: this.#foreignNodes.get(name)?.size ?? 0,
        }),
    );
    const groups = [
      ...builders.flatMap((builder) => [...builder.groups(), ...builder.boundedPools()]),
      ...outsideGroups(this.#input.autoScalingGroups, this.#input, builders, bySubnetId),
    ];
    const committed = committedDemand(
      groups,
      (placement, ids = allIds) => ledgers(placement, ids),
      (placement, ids = allIds) => ledgersAtMost(ledgers(placement, ids), bySubnetId, ids, placement),
    );
    const demandOf = (name: string) => committed.filter(({ clusterName }) => clusterName === name);
    const failover = zoneFailover(builders, (placement) => ledgers(placement, allIds));
    // The builders have them. Who still has this would keep them for as long.
    this.#nodes.clear();
    nodesOf.clear();
    this.#nodeOfTrunk.clear();
    // Each goes when its cluster is assessed, with what was counted of its nodes.
    const clusters: ClusterAssessment[] = [];
    for (let builder = builders.shift(); builder !== undefined; builder = builders.shift())
      clusters.push(builder.build(demandOf(builder.name), valueAt(failover, builder.name)));
    return {
      clusters,
      growth: growthBySubnet(groups),
      outsideDemand: demandOf(NO_CLUSTER),
    };
  }

  #clusterNames(): readonly string[] {
    const { eksClusters, refusedClusters = [] } = this.#input;
    const names = new Set([...eksClusters.map(({ name }) => name), ...refusedClusters]);
    for (const { membership } of this.#nodes.values()) names.add(membership.clusterName);
    return [...names].sort();
  }
}

/** Fresh ledgers of these subnets, as far as their supplies are known. */
const ledgersOf = (
  subnets: ReadonlyMap<string, SubnetAssessment>,
  placement: Placement,
  subnetIds: readonly string[],
): ReadonlyMap<string, SupplyLedger> => {
  const ledgers = new Map<string, SupplyLedger>();
  for (const subnetId of subnetIds) {
    const subnet = subnets.get(subnetId);
    const supply = subnet === undefined ? null : freeSupplyOf(subnet);
    if (supply !== null) ledgers.set(subnetId, new SupplyLedger(supply, placement));
  }
  return ledgers;
};
