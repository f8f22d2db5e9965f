import type {
  EksCluster,
  InstanceLimits,
  NetworkInterface,
  ServiceQuota,
  SubnetCidrReservation,
  VpcConnection,
} from '../aws/inventory.ts';
import { elementAt } from '../base/element-at.ts';
import { count, verb } from '../base/text/numbers.ts';
import { HOST_NETWORK_PODS } from '../cluster/max-pods.ts';
import type { ExtraTake } from '../cluster/node-extras.ts';
import { type Cidr, cidrContains, parseCidr } from '../net/cidr.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressMap, SubnetAssessment, VpcAssessment } from '../result/assessment.ts';
import type { ClusterAssessment, NodeAssessment, NodePlace } from '../result/cluster.ts';
import { extrasAt } from './fleet.ts';
import { blocksOf, rangesAmong } from './held-addresses.ts';
import type { Holding } from './timeline.ts';
import { windowsType } from './windows-type.ts';

/** What one scan of a target found, as far as plans need it. */
export interface PlanInput {
  readonly subnets: readonly SubnetAssessment[];
  readonly vpcs: readonly VpcAssessment[];
  readonly clusters: readonly ClusterAssessment[];
  readonly maps: readonly AddressMap[];
  readonly limits: (type: string) => InstanceLimits | null;
  /** Every interface with its addresses; `null` where only counts are known, as in stored scans. */
  readonly interfaces: readonly NetworkInterface[] | null;
  /** Peering and transit gateways; `null`: not read. */
  readonly vpcConnections: readonly VpcConnection[] | null;
  /** What EKS says of its clusters; `null` or left out: not read. */
  readonly eksClusters?: readonly EksCluster[] | null;
  /** What Service Quotas lists; `null` or left out: not read. */
  readonly quotas?: readonly ServiceQuota[] | null;
  /** By subnet; a subnet that is missing has none that could be read. */
  readonly reservations: ReadonlyMap<string, readonly SubnetCidrReservation[]>;
}

/** A node that runs, as a plan sees it. */
export interface PlannedNode {
  readonly instanceId: string;
  readonly type: string;
  readonly group: string | null;
  readonly zone: string | null;
  readonly subnetId: string;
  readonly podSubnetIds: readonly string[];
  readonly primaryServesPods: boolean;
  /** Pods with an address of the node's own, at the most: EC2 tells what a node holds, not what it uses. */
  readonly pods: number;
  /** Pods that its kubelet admits; left out: not known. */
  readonly maxPods?: number;
  readonly interfaces: number;
  readonly holdings: readonly Holding[];
  /** What it takes besides what the CNI takes, as far as its type shows it. */
  readonly extras?: readonly ExtraTake[];
}

/** The estate with what plans look up. */
export class PlanEstate {
  readonly input: PlanInput;
  readonly subnets: ReadonlyMap<string, SubnetAssessment>;
  readonly maps: ReadonlyMap<string, AddressMap>;
  readonly #interfacesOfNode: ReadonlyMap<string, readonly NetworkInterface[]>;

  constructor(input: PlanInput) {
    this.input = input;
    this.subnets = new Map(input.subnets.map((subnet) => [subnet.subnetId, subnet]));
    this.maps = new Map(input.maps.map((map) => [map.subnetId, map]));
    this.#interfacesOfNode = Map.groupBy(
      input.interfaces ?? [],
      ({ attachment }) => attachment?.instanceId ?? '',
    );
  }

  zoneOf(subnetId: string): string | null {
    return this.subnets.get(subnetId)?.availabilityZone ?? null;
  }

  /** The subnet's IPv4 range; `null` for one that the scan does not know, or that has none. */
  rangeOf(subnetId: string): Cidr | null {
    return parseCidr(this.subnets.get(subnetId)?.cidrBlock ?? '');
  }

  /** The interfaces that go when an instance goes. */
  interfacesOf(instanceId: string): readonly NetworkInterface[] {
    return this.#interfacesOfNode.get(instanceId) ?? [];
  }

  /**
   * The cluster's nodes that run. A node of which the type, what the type can hold, its subnet or its addresses are not known
   * is left out, and counted by `unknownNodes`.
   */
  nodesOf(cluster: ClusterAssessment): readonly PlannedNode[] {
    return cluster.nodes.flatMap((node) => this.#planned(cluster, node) ?? []);
  }

  unknownNodes(cluster: ClusterAssessment): number {
    return cluster.nodes.filter((node) => isLive(node) && this.#planned(cluster, node) === null).length;
  }

  /** False where the instances could not be listed: a cluster without nodes then has some that are not known. */
  knowsNodesOf(cluster: ClusterAssessment): boolean {
    return unlisted(cluster).length === 0;
  }

  /** Why nodes of the cluster are missing from a plan. */
  nodeUnknowns(cluster: ClusterAssessment): readonly string[] {
    const left = this.unknownNodes(cluster);
    return [
      ...unlisted(cluster).map(({ reason }) => reason),
      ...(left === 0
        ? []
        : [`${count(left, 'node')} of unknown type or subnet ${verb(left, 'is')} left out.`]),
    ];
  }

  #planned(cluster: ClusterAssessment, node: NodeAssessment): PlannedNode | null {
    const { instanceId, instanceType, subnetId } = node;
    const { totalIPAddresses } = node.gauges;
    if (!isLive(node) || instanceType === null || subnetId === null || totalIPAddresses === null) return null;
    if (this.input.limits(instanceType) === null) return null;
    const place = cluster.newNodes?.places.find((each) => each.subnetId === subnetId);
    const windows = node.windows === true;
    return {
      instanceId,
      type: windows ? windowsType(instanceType) : instanceType,
      group: node.nodeGroup ?? node.nodePool,
      zone: node.availabilityZone,
      subnetId,
      podSubnetIds: windows ? [subnetId] : (place?.podSubnetIds ?? podSubnetsShown(node, subnetId)),
      primaryServesPods: windows || (place?.primaryServesPods ?? !node.customNetworking),
      ...extrasAt(place, instanceType),
      pods: Math.max(0, Math.min(totalIPAddresses - (node.warmAtLeast ?? 0), podsAdmitted(node))),
      ...(node.maxPods !== undefined && { maxPods: node.maxPods }),
      interfaces: node.interfaces,
      holdings: this.#holdings(node),
    };
  }

  #holdings({ instanceId, usage }: NodeAssessment): readonly Holding[] {
    const bySubnet = Map.groupBy(this.interfacesOf(instanceId), ({ subnetId }) => subnetId);
    return usage.map(({ subnetId, addresses, prefixes }) => {
      const counts = { subnetId, addresses: addresses - prefixes * ADDRESSES_PER_PREFIX, prefixes };
      const interfaces = bySubnet.get(subnetId);
      const range = this.rangeOf(subnetId);
      if (interfaces === undefined || range === null)
        return { ...counts, reservedPrefixes: prefixes === 0 ? 0 : null, blocks: null };
      return {
        ...counts,
        reservedPrefixes: this.#reservedAmong(subnetId, interfaces),
        blocks: blocksOf(interfaces, range),
      };
    });
  }

  #reservedAmong(subnetId: string, interfaces: readonly NetworkInterface[]): number {
    const reservations = this.input.reservations.get(subnetId) ?? [];
    const reserved = rangesAmong(
      reservations.filter(({ type }) => type === 'prefix').map(({ cidr }) => cidr),
    );
    const prefixes = rangesAmong(interfaces.flatMap(({ ipv4Prefixes }) => ipv4Prefixes));
    return prefixes.filter((prefix) => reserved.some((range) => cidrContains(range, prefix))).length;
  }

  /** The zones in which nodes of the cluster start, by name. */
  zonesOf(cluster: ClusterAssessment): readonly string[] {
    const zones = this.placesOf(cluster).flatMap(({ availabilityZone }) => availabilityZone ?? []);
    return [...new Set(zones)].sort();
  }

  /** The places where nodes of the cluster start; those of the nodes that run where the scan does not say. */
  placesOf(cluster: ClusterAssessment): readonly NodePlace[] {
    if (cluster.newNodes !== undefined) return cluster.newNodes.places;
    const nodes = Map.groupBy(this.nodesOf(cluster), ({ subnetId }) => subnetId);
    return [...nodes].map(([subnetId, here]) => {
      const { podSubnetIds, primaryServesPods } = elementAt(here, 0);
      return { subnetId, availabilityZone: this.zoneOf(subnetId), podSubnetIds, primaryServesPods };
    });
  }
}

const unlisted = ({ unknowns }: ClusterAssessment): ClusterAssessment['unknowns'] =>
  unknowns.filter(({ field }) => field === 'nodes');

/** Pods on the host's network take the other places. */
const podsAdmitted = ({ maxPods = Number.POSITIVE_INFINITY }: NodeAssessment): number =>
  maxPods - HOST_NETWORK_PODS;

const isLive = ({ state }: NodeAssessment): boolean => state === 'running' || state === 'pending';

/** Where the node's other interfaces are. */
const podSubnetsShown = ({ usage, customNetworking }: NodeAssessment, own: string): readonly string[] => {
  const others = usage.map(({ subnetId }) => subnetId).filter((subnetId) => subnetId !== own);
  return customNetworking && others.length > 0 ? others : [own, ...others];
};
