import type { AllocationFailures } from '../aws/allocation-failure.ts';
import type {
  EksCluster,
  ElasticAddress,
  Instance,
  InstanceLimits,
  RouteTable,
  ServiceQuota,
  VpcConnection,
} from '../aws/inventory.ts';
import type { KubernetesReading } from '../kubernetes/observed.ts';
import { PlanEstate } from '../plan/plan-estate.ts';
import type { AddressMap, SubnetAssessment, TargetAssessment, VpcAssessment } from '../result/assessment.ts';
import type { ClusterAssessment, CommittedDemand } from '../result/cluster.ts';
import type { Subject } from '../result/finding.ts';
import { targetName } from '../result/identity.ts';
import type { Obstacle } from '../subnet/obstacles.ts';
import type { IsUnread, Unread } from './listings.ts';
import { type BlockOffer, RangePlan } from './remedies/range-plan.ts';

/** What AWS was asked beside the interfaces, as far as checks need it. `null`: could not be read. */
export interface EstateFacts {
  readonly eksClusters: readonly EksCluster[] | null;
  readonly instances: ReadonlyMap<string, Instance> | null;
  /** Of Auto Scaling groups whose subnets no cluster uses. Absent: not known. */
  readonly outsideDemand?: readonly CommittedDemand[];
  readonly vpcConnections: readonly VpcConnection[] | null;
  /** Absent or `null`: not read. */
  readonly routeTables?: readonly RouteTable[] | null;
  /** `null` or absent: not known. */
  readonly elasticAddresses?: readonly ElasticAddress[] | null;
  /** Quotas of the account; `null` or absent: not read, and AWS's defaults count. */
  readonly quotas?: readonly ServiceQuota[] | null;
  /** Absent or `null`: no service was asked. */
  readonly allocationFailures?: AllocationFailures | null;
  /** By cluster name: what its Kubernetes API said. Absent: no cluster's API was asked. */
  readonly kubernetes?: ReadonlyMap<string, KubernetesReading>;
  /** By subnet: single addresses of interfaces that are no node's, some of them. They stay when nodes are drained. */
  readonly obstacles?: ReadonlyMap<string, readonly Obstacle[]>;
  /** New blocks that remedies of any target offered lately, this one's own among them. */
  readonly blockOffers?: readonly BlockOffer[];
  readonly limits: (type: string) => InstanceLimits | null;
  /** What could not be read, so that what rests on it is in doubt. Absent: everything was read. */
  readonly unread?: Unread;
}

/** What one scan of a target found: what the checks look at. */
export interface EstateInput extends EstateFacts, Omit<TargetAssessment, 'findings'> {}

/** The estate of an assessment of which nothing else is known, such as a stored one. */
export const estateOf = (assessment: TargetAssessment): EstateInput => ({
  ...assessment,
  eksClusters: null,
  instances: null,
  vpcConnections: null,
  limits: () => null,
});

/** The same, with what every check looks up. */
export class Estate {
  readonly input: EstateInput;
  readonly subnets: ReadonlyMap<string, SubnetAssessment>;
  readonly vpcs: ReadonlyMap<string, VpcAssessment>;
  readonly maps: ReadonlyMap<string, AddressMap>;
  readonly eksClusters: ReadonlyMap<string, EksCluster>;
  /** The ranges that this run's remedies give out. */
  readonly ranges: RangePlan;
  readonly #clustersOfSubnet = new Map<string, string[]>();
  readonly #subnetsOfVpc: ReadonlyMap<string, readonly SubnetAssessment[]>;
  readonly #subnetSubjects = new Map<string, Subject>();
  #clustersNamingSubnet: ReadonlyMap<string, ReadonlySet<ClusterAssessment>> | null = null;
  #clustersInSubnet: ReadonlyMap<string, ReadonlySet<ClusterAssessment>> | null = null;
  #plan: PlanEstate | null = null;
  readonly #refused: ReadonlySet<string>;
  #refusedClusters: readonly ClusterAssessment[] | null = null;

  constructor(input: EstateInput) {
    this.input = input;
    this.ranges = new RangePlan(input.blockOffers);
    this.subnets = new Map(input.subnets.map((subnet) => [subnet.subnetId, subnet]));
    this.vpcs = new Map(input.vpcs.map((vpc) => [vpc.vpcId, vpc]));
    this.maps = new Map(input.maps.map((map) => [map.subnetId, map]));
    this.eksClusters = new Map((input.eksClusters ?? []).map((cluster) => [cluster.name, cluster]));
    this.#refused = input.unread?.clusters ?? new Set();
    this.#subnetsOfVpc = Map.groupBy(input.subnets, ({ vpcId }) => vpcId);
    for (const { clusterName, subnetIds } of input.clusters) {
      for (const subnetId of new Set(subnetIds)) {
        this.#clustersOfSubnet.set(subnetId, [...(this.#clustersOfSubnet.get(subnetId) ?? []), clusterName]);
      }
    }
  }

  /** The same as plans see it: what remedies promise comes from the planner. */
  get plan(): PlanEstate {
    const { subnets, vpcs, clusters, maps, limits, vpcConnections } = this.input;
    this.#plan ??= new PlanEstate({
      subnets,
      vpcs,
      clusters,
      maps,
      limits,
      vpcConnections,
      interfaces: null,
      reservations: new Map(),
    });
    return this.#plan;
  }

  /** Whether EC2 says that it runs Windows: the VPC CNI and its settings are for Linux. */
  isWindows({ instanceId }: { readonly instanceId: string }): boolean {
    return this.input.instances?.get(instanceId)?.platform?.toLowerCase() === 'windows';
  }

  readonly isUnread: IsUnread = (listing, subject) => {
    const { unread } = this.input;
    if (unread === undefined) return false;
    if (listing === 'clusters' && this.#mayConcernRefused(subject)) return true;
    if (listing !== 'reservations') return unread.listings.has(listing);
    const subnetIds = subject.type === 'subnet' ? [subject.id] : subject.subnetIds;
    return subnetIds.some((subnetId) => unread.reservationsOf.has(subnetId));
  };

  /** Clusters that EKS listed and did not describe in full. */
  get refusedClusters(): readonly ClusterAssessment[] {
    this.#refusedClusters ??= this.input.clusters.filter(({ clusterName }) => this.#refused.has(clusterName));
    return this.#refusedClusters;
  }

  /** A cluster is in one VPC. Of one without nodes it is not known in which. */
  #mayConcernRefused({ clusterName, type, vpcId }: Subject): boolean {
    if (this.#refused.size === 0) return false;
    if (type === 'cluster' || type === 'node-group')
      return clusterName !== null && this.#refused.has(clusterName);
    const known = this.refusedClusters.filter((cluster) => cluster.vpcId !== null);
    return (
      known.length < this.#refused.size || vpcId === null || known.some((cluster) => cluster.vpcId === vpcId)
    );
  }

  clustersOf(subnetId: string): readonly string[] {
    return this.#clustersOfSubnet.get(subnetId) ?? [];
  }

  /**
   * Clusters that have nodes or pods in the subnet, or groups that start nodes there. Looked up once for all: 5,000 subnets
   * times the nodes of 250 clusters took minutes.
   */
  clustersIn(subnetId: string): ReadonlySet<ClusterAssessment> {
    this.#clustersInSubnet ??= clustersBySubnet(this.input.clusters, this.eksClusters);
    return this.#clustersInSubnet.get(subnetId) ?? NO_CLUSTERS;
  }

  /** Clusters among whose subnets it is, or that take prefixes from it. */
  clustersNaming(subnetId: string): ReadonlySet<ClusterAssessment> {
    this.#clustersNamingSubnet ??= bySubnet(this.input.clusters, ({ subnetIds, takesPrefixesFrom }) => [
      ...subnetIds,
      ...takesPrefixesFrom,
    ]);
    return this.#clustersNamingSubnet.get(subnetId) ?? NO_CLUSTERS;
  }

  subnetsIn(subnetIds: readonly string[]): readonly SubnetAssessment[] {
    return subnetIds.flatMap((subnetId) => this.subnets.get(subnetId) ?? []);
  }

  /**
   * Other subnets of the same VPC and zone that have IPv4 addresses. A subnet on an Outpost has the zone of its Region, but
   * not its hosts. Without a zone nothing is known to be beside it.
   */
  siblingsOf(subnet: SubnetAssessment): readonly SubnetAssessment[] {
    return this.subnetsOfVpc(subnet.vpcId).filter(
      (other) =>
        other.subnetId !== subnet.subnetId &&
        other.availabilityZone !== null &&
        other.availabilityZone === subnet.availabilityZone &&
        other.outpostArn === subnet.outpostArn &&
        other.cidrBlock !== null,
    );
  }

  subnetsOfVpc(vpcId: string): readonly SubnetAssessment[] {
    return this.#subnetsOfVpc.get(vpcId) ?? [];
  }

  /** The IPv4 ranges that a VPC's subnets take. */
  rangesTaken(vpcId: string): readonly string[] {
    return this.subnetsOfVpc(vpcId)
      .map(({ cidrBlock }) => cidrBlock)
      .filter((range) => range !== null);
  }

  /** VPCs that are this account's own: of a shared one a participant sees only shared subnets, and its owner is notified. */
  get ownVpcs(): readonly VpcAssessment[] {
    return this.input.vpcs.filter(({ vpcId }) => {
      const subnets = this.subnetsOfVpc(vpcId);
      return subnets.length === 0 || subnets.some(({ ownerId }) => ownerId === null);
    });
  }

  /** The same object whenever it is asked for: every check of a subnet speaks of the same subject. */
  subnetSubject(subnet: SubnetAssessment): Subject {
    const subject = this.#subnetSubjects.get(subnet.subnetId) ?? this.#makeSubnetSubject(subnet);
    this.#subnetSubjects.set(subnet.subnetId, subject);
    return subject;
  }

  #vpcNameOf(vpcId: string | null): Pick<Subject, 'vpcName'> {
    const name = vpcId === null ? null : (this.vpcs.get(vpcId)?.name ?? null);
    return name === null ? {} : { vpcName: name };
  }

  #makeSubnetSubject(subnet: SubnetAssessment): Subject {
    const clusterNames = this.clustersOf(subnet.subnetId);
    const [first = null, ...others] = clusterNames;
    return {
      type: 'subnet',
      id: subnet.subnetId,
      name: subnet.name,
      accountId: subnet.accountId,
      region: subnet.region,
      vpcId: subnet.vpcId,
      ...this.#vpcNameOf(subnet.vpcId),
      clusterName: others.length === 0 ? first : null,
      subnetIds: [subnet.subnetId],
      cidrBlocks: subnet.cidrBlock === null ? [] : [subnet.cidrBlock],
      clusterNames,
    };
  }

  clusterSubject(cluster: ClusterAssessment, subnetIds: readonly string[] = cluster.nodeSubnetIds): Subject {
    return {
      type: 'cluster',
      id: cluster.clusterName,
      name: cluster.clusterName,
      accountId: cluster.accountId,
      region: cluster.region,
      vpcId: cluster.vpcId,
      ...this.#vpcNameOf(cluster.vpcId),
      clusterName: cluster.clusterName,
      subnetIds,
    };
  }

  /** A cluster as the EKS API knows it, with the control plane's own subnets. */
  eksSubject(eks: EksCluster): Subject {
    const { accountId, region } = this.input.target;
    return {
      type: 'cluster',
      id: eks.name,
      name: eks.name,
      accountId,
      region,
      vpcId: eks.vpcId,
      ...this.#vpcNameOf(eks.vpcId),
      clusterName: eks.name,
      subnetIds: eks.subnetIds,
    };
  }

  /** The account and Region as a whole. */
  get targetSubject(): Subject {
    const { accountId, region } = this.input.target;
    return {
      type: 'target',
      id: targetName({ accountId, region }),
      name: null,
      accountId,
      region,
      vpcId: null,
      clusterName: null,
      subnetIds: [],
    };
  }

  /** @param subnetIds the subnets by which selectors and filters find it */
  vpcSubject(
    vpc: VpcAssessment,
    subnetIds: readonly string[] = this.subnetsOfVpc(vpc.vpcId).map(({ subnetId }) => subnetId),
  ): Subject {
    return {
      type: 'vpc',
      id: vpc.vpcId,
      name: vpc.name,
      accountId: vpc.accountId,
      region: vpc.region,
      vpcId: vpc.vpcId,
      clusterName: null,
      subnetIds,
      cidrBlocks: vpc.cidrBlocks,
    };
  }
}

const NO_CLUSTERS: ReadonlySet<ClusterAssessment> = new Set();

const clustersBySubnet = (
  clusters: readonly ClusterAssessment[],
  eksClusters: ReadonlyMap<string, EksCluster>,
): ReadonlyMap<string, ReadonlySet<ClusterAssessment>> =>
  bySubnet(clusters, ({ clusterName, committed, nodes, nodeSubnetIds }) => {
    const groups = [...(eksClusters.get(clusterName)?.nodeGroups ?? []), ...committed];
    return [
      ...nodeSubnetIds,
      ...nodes.flatMap(({ subnetId, usage }) => [
        ...(subnetId === null ? [] : [subnetId]),
        ...usage.map((held) => held.subnetId),
      ]),
      ...groups.flatMap(({ subnetIds }) => subnetIds),
    ];
  });

const bySubnet = (
  clusters: readonly ClusterAssessment[],
  subnetIdsOf: (cluster: ClusterAssessment) => Iterable<string>,
): ReadonlyMap<string, ReadonlySet<ClusterAssessment>> => {
  const found = new Map<string, ReadonlySet<ClusterAssessment>>();
  for (const cluster of clusters) {
    // Most subnets have one cluster, and a set takes 200 bytes: those subnets share one.
    const alone: ReadonlySet<ClusterAssessment> = new Set([cluster]);
    for (const subnetId of new Set(subnetIdsOf(cluster))) {
      const known = found.get(subnetId);
      found.set(subnetId, known === undefined ? alone : new Set([...known, cluster]));
    }
  }
  return found;
};
