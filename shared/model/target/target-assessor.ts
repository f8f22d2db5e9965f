import type { AllocationFailures } from '../aws/allocation-failure.ts';
import type {
  AutoScalingGroup,
  EksCluster,
  ElasticAddress,
  Instance,
  InstanceLimits,
  LaunchTemplate,
  NetworkInterface,
  RouteTable,
  ServiceQuota,
  Subnet,
  SubnetCidrReservation,
  Target,
  Vpc,
  VpcConnection,
  VpcEndpoint,
} from '../aws/inventory.ts';
import { valueAt } from '../base/value-at.ts';
import type { EstateInput } from '../checks/estate.ts';
import type { Listing, Unread } from '../checks/listings.ts';
import { ClusterAssessor } from '../cluster/cluster-assessor.ts';
import { limitsOf } from '../cluster/instance-limits.ts';
import { withCommittedDemand } from '../forecast/committed.ts';
import { forecastsOf } from '../forecast/subnet-forecasts.ts';
import { cniInCluster } from '../kubernetes/cni-in-cluster.ts';
import { kubernetesFigures } from '../kubernetes/kubernetes-figures.ts';
import { kubernetesUnknowns } from '../kubernetes/kubernetes-unknowns.ts';
import { maxPodsInCluster } from '../kubernetes/node-limits.ts';
import { nodePoolsInCluster } from '../kubernetes/node-pools.ts';
import type { KubernetesReading } from '../kubernetes/observed.ts';
import { PodJoin } from '../kubernetes/pod-join.ts';
import { workloadUsage } from '../kubernetes/pod-owner-usage.ts';
import { warmAdvice } from '../kubernetes/warm-advice.ts';
import { LeakTracker, leaksIn } from '../owners/leaks.ts';
import { withChanges } from '../owners/owner-changes.ts';
import { ownerOf } from '../owners/owners.ts';
import type { SubnetAssessment, TargetAssessment, TargetStatus } from '../result/assessment.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import type { SubnetHistory } from '../result/forecast.ts';
import type { OwnerChanges } from '../result/owner-changes.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';
import type { PastScan, PastSubnet } from '../result/past-scan.ts';
import type { WarmAdvice } from '../result/pod-rhythm.ts';
import type { ClusterPods } from '../result/pods.ts';
import type { Unknown } from '../result/unknown.ts';
import { SubnetAssessor } from '../subnet/subnet-assessor.ts';
import { summarizeVpc } from '../subnet/vpc-summary.ts';
import { withPrefixUse } from './prefix-use.ts';

/** Everything known of a target before its interfaces are read. `null`: could not be read. */
export interface TargetAssessorInput {
  readonly target: Target;
  readonly facts: {
    readonly vpcs: readonly Vpc[];
    readonly subnets: readonly Subnet[];
    readonly reservations: ReadonlyMap<string, readonly SubnetCidrReservation[] | null>;
    readonly instances: ReadonlyMap<string, Instance> | null;
    readonly eksClusters: readonly EksCluster[] | null;
    /** Names of clusters that EKS listed and did not describe in full. Absent: none. */
    readonly refusedClusters?: readonly string[];
    readonly autoScalingGroups: readonly AutoScalingGroup[] | null;
    readonly vpcConnections: readonly VpcConnection[] | null;
    readonly routeTables?: readonly RouteTable[] | null;
    readonly elasticAddresses?: readonly ElasticAddress[] | null;
    readonly launchTemplates?: readonly LaunchTemplate[] | null;
    readonly vpcEndpoints?: readonly VpcEndpoint[] | null;
    readonly quotas?: readonly ServiceQuota[] | null;
    readonly allocationFailures?: AllocationFailures | null;
    readonly limits: ReadonlyMap<string, InstanceLimits>;
    /** By cluster name. Absent: no cluster's Kubernetes API was asked. */
    readonly kubernetes?: ReadonlyMap<string, KubernetesReading>;
  };
  /** False: the listing of interfaces failed, and nothing that depends on it is known. */
  readonly interfacesListed: boolean;
  /** The last assessment of the target: what it saw first, stays seen. `null` where there is none. */
  readonly previous: PastScan | null;
  /** When the scan is made, in epoch milliseconds. */
  readonly now: number;
}

/** What is known beside the interfaces when all of them are in. */
export interface TargetAssessorFinish {
  readonly target: TargetStatus;
  readonly histories: ReadonlyMap<string, SubnetHistory>;
  /** When each subnet's interfaces were read, in epoch milliseconds; absent: all of them in this scan. */
  readonly readAt?: ReadonlyMap<string, number> | undefined;
}

/** A target as it was measured, before the checks of a policy. */
export interface AssessedTarget {
  /** Without findings: they depend on the policy. */
  readonly assessment: TargetAssessment;
  /** The same with what AWS was asked besides: what the checks look at. */
  readonly estate: EstateInput;
}

/**
 * Accumulates a target's interfaces, as they arrive, into an assessment of its subnets, clusters and VPCs. What is kept
 * grows with subnets and nodes, never with interfaces.
 */
export class TargetAssessor {
  readonly #input: TargetAssessorInput;
  readonly #subnets = new Map<string, SubnetAssessor>();
  readonly #clusters: ClusterAssessor;
  readonly #leaks: LeakTracker;
  readonly #instances: ReadonlyMap<string, Instance>;
  readonly #eksClusters: readonly EksCluster[] | null;
  /** By cluster name; `null`: its pods or nodes could not be read. */
  readonly #pods: ReadonlyMap<string, PodJoin | null>;

  constructor(input: TargetAssessorInput) {
    this.#input = input;
    const { target, facts, interfacesListed, previous, now } = input;
    this.#instances = facts.instances ?? new Map();
    for (const subnet of facts.subnets) {
      this.#subnets.set(
        subnet.subnetId,
        new SubnetAssessor({
          subnet,
          target,
          reservations: facts.reservations.get(subnet.subnetId) ?? null,
          interfacesVisible: interfacesListed,
        }),
      );
    }
    const readings = facts.kubernetes ?? new Map<string, KubernetesReading>();
    this.#pods = new Map([...readings].map(([name, reading]) => [name, PodJoin.of(reading)]));
    this.#eksClusters =
      facts.eksClusters?.map((eks) => {
        const reading = readings.get(eks.name);
        return {
          ...eks,
          ...cniInCluster(reading),
          ...nodePoolsInCluster(reading),
          ...maxPodsInCluster(reading),
        };
      }) ?? null;
    this.#clusters = new ClusterAssessor({
      target,
      instances: this.#instances,
      instancesListed: facts.instances !== null,
      eksClusters: this.#eksClusters ?? [],
      refusedClusters: new Set(facts.refusedClusters),
      autoScalingGroups: facts.autoScalingGroups ?? [],
      launchTemplates: facts.launchTemplates ?? [],
      limits: limitsAmong(facts.limits),
      unknowns: unreadParts(input),
    });
    this.#leaks = new LeakTracker({
      target,
      previous: previous?.leakedInterfaces ?? null,
      instances: facts.instances,
      now,
    });
  }

  /** Takes one interface. One in a subnet that was created after subnets were listed waits for the next scan. */
  add(networkInterface: NetworkInterface): void {
    const { accountId } = this.#input.target;
    const owner = ownerOf(networkInterface, { accountId, instances: this.#instances });
    this.#subnets.get(networkInterface.subnetId)?.add(networkInterface, owner);
    this.#clusters.add(networkInterface);
    this.#leaks.add(networkInterface);
    for (const pods of this.#pods.values()) pods?.add(networkInterface);
  }

  /** Prefixes of endpoints that no interface shows. */
  #addEndpoints(): void {
    for (const { vpcEndpointId, vpcId, prefixes } of this.#input.facts.vpcEndpoints ?? []) {
      for (const { subnetId, cidr } of prefixes) {
        const subnet = this.#subnets.get(subnetId);
        if (subnet === undefined || subnet.holdsPrefix(cidr)) continue;
        const held = endpointPrefix(vpcEndpointId, vpcId, subnetId, cidr);
        subnet.add(held, { kind: 'endpoint', name: vpcEndpointId });
      }
    }
  }

  /** Concludes. It cannot be used again: what it has added up is given back on the way, where memory is scarce. */
  finish({ target, histories, readAt }: TargetAssessorFinish): AssessedTarget {
    const { facts, interfacesListed, now, previous } = this.#input;
    if (interfacesListed) this.#addEndpoints();
    const sightings = interfacesListed ? this.#leaks.finish() : (previous?.leakedInterfaces ?? []);
    const seen = [...this.#subnets.values()].map((subnet) => subnet.finish());
    this.#subnets.clear();
    const assessedClusters = interfacesListed
      ? this.#clusters.finish(seen.map(({ assessment }) => assessment))
      : null;
    const clusters = (assessedClusters?.clusters ?? []).map((cluster) => this.#withPods(cluster));
    const outsideDemand = assessedClusters?.outsideDemand ?? [];
    const finished = withPrefixUse(seen, clusters);
    const forecasts = forecastsOf(
      finished.map(({ assessment }) => assessment),
      histories,
      now,
    );
    const leaked = Map.groupBy(sightings, ({ subnetId }) => subnetId);
    const before = new Map(previous?.subnets.map((subnet) => [subnet.subnetId, subnet]));
    const at = Date.parse(previous?.scannedAt ?? '');
    const workloads = {
      before: workloadUsage(previous?.clusters ?? []),
      now: workloadUsage(clusters),
    };
    const demand = [...clusters.flatMap(({ committed }) => committed), ...outsideDemand];
    const outcomes = finished.map((outcome) => {
      const { owners, ownerId, subnetId } = outcome.assessment;
      // Of a subnet that another account shares, only the interfaces of this account are seen.
      const leakedInterfaces =
        interfacesListed && ownerId === null
          ? leaksIn(subnetId, leaked.get(subnetId) ?? []).interfaces
          : null;
      const forecast = withCommittedDemand(valueAt(forecasts, subnetId), subnetId, demand);
      const past = before.get(subnetId);
      const ownerChanges = withChanges(
        past?.ownerChanges ?? [],
        past === undefined || Number.isNaN(at) ? null : { at, owners: past.owners },
        { at: now, owners },
      );
      const workloadChanges = workloadChangesOf(subnetId, past, at, workloads, now);
      const mayGrow = assessedClusters?.growth.get(subnetId);
      return {
        ...outcome,
        assessment: {
          ...outcome.assessment,
          ...(ownerChanges.length === 0 ? {} : { ownerChanges }),
          ...(workloadChanges.length === 0 ? {} : { workloadChanges }),
          ...(mayGrow === undefined ? {} : { mayGrow }),
          leakedInterfaces,
          ...readBefore(readAt?.get(outcome.assessment.subnetId), now),
          forecast,
        },
      };
    });
    const subnets: readonly SubnetAssessment[] = outcomes.map(({ assessment }) => assessment);
    const byVpc = Map.groupBy(outcomes, ({ assessment }) => assessment.vpcId);
    const vpcs = facts.vpcs.map((vpc) => summarizeVpc(vpc, target, byVpc.get(vpc.vpcId) ?? []));
    const maps = outcomes.flatMap(({ map }) => (map === null ? [] : [map]));
    const assessment: TargetAssessment = {
      target,
      scannedAt: new Date(now).toISOString(),
      vpcs,
      subnets,
      clusters,
      leakedInterfaces: sightings,
      findings: [],
      maps,
    };
    const estate: EstateInput = {
      ...assessment,
      eksClusters: this.#eksClusters,
      outsideDemand,
      ...(facts.kubernetes === undefined ? {} : { kubernetes: facts.kubernetes }),
      instances: facts.instances,
      vpcConnections: facts.vpcConnections,
      routeTables: facts.routeTables ?? null,
      elasticAddresses: facts.elasticAddresses ?? null,
      quotas: facts.quotas ?? null,
      allocationFailures: facts.allocationFailures ?? null,
      obstacles: new Map(outcomes.map(({ assessment: { subnetId }, obstacles }) => [subnetId, obstacles])),
      limits: limitsAmong(facts.limits),
      unread: unreadOf(this.#input),
    };
    return { assessment, estate };
  }

  /** Only where the CNI's settings are known, and decide: EKS Auto Mode and other CNIs have none. */
  #warmAdvice({ cni, newNodes }: ClusterAssessment, { nodes, rhythm }: ClusterPods): WarmAdvice | null {
    if (newNodes?.settingsKnown !== true || rhythm === undefined || cni !== 'vpc-cni') return null;
    return warmAdvice({
      rhythm,
      settings: { ...newNodes.settings, maxPods: null },
      limits: limitsAmong(this.#input.facts.limits),
      nodes: nodes.length,
    });
  }

  #withPods(cluster: ClusterAssessment): ClusterAssessment {
    const { clusterName } = cluster;
    const { facts, previous } = this.#input;
    const reading = facts.kubernetes?.get(clusterName);
    if (reading === undefined) return cluster;
    const before = previous?.clusters.find((other) => other.clusterName === clusterName);
    const pods = this.#pods.get(clusterName)?.finish(before?.pods ?? null) ?? null;
    return {
      ...cluster,
      unknowns: [...cluster.unknowns, ...kubernetesUnknowns(reading)],
      pods: pods === null ? null : { ...pods, warmAdvice: this.#warmAdvice(cluster, pods) },
      kubernetes: kubernetesFigures(reading, cluster, before?.kubernetes ?? null),
    };
  }
}

const unreadOf = ({ facts, interfacesListed }: TargetAssessorInput): Unread => ({
  listings: new Set<Listing>([
    ...(interfacesListed ? [] : ['interfaces' as const]),
    ...(facts.instances === null ? ['instances' as const] : []),
    ...(facts.eksClusters === null ? ['clusters' as const] : []),
    ...(facts.autoScalingGroups === null ? ['groups' as const] : []),
  ]),
  clusters: new Set(facts.refusedClusters),
  reservationsOf: new Set(
    [...facts.reservations].flatMap(([subnetId, reservations]) => (reservations === null ? [subnetId] : [])),
  ),
});

/** Made out here: a function made in `finish` would keep all that is known there, the histories too, while the checks run. */
const limitsAmong =
  (known: ReadonlyMap<string, InstanceLimits>) =>
  (type: string): InstanceLimits | null =>
    limitsOf(type, known);

/** As EC2 would list it if it were an interface. */
const endpointPrefix = (
  vpcEndpointId: string,
  vpcId: string,
  subnetId: string,
  cidr: string,
): NetworkInterface => ({
  networkInterfaceId: vpcEndpointId,
  subnetId,
  vpcId,
  ownerId: null,
  interfaceType: 'vpc_endpoint',
  status: 'in-use',
  description: `VPC Endpoint Interface ${vpcEndpointId}`,
  requesterId: null,
  requesterManaged: true,
  operatorPrincipal: null,
  attachment: null,
  privateAddresses: [],
  ipv4Prefixes: [cidr],
  ipv6AddressCount: 0,
  ipv6Prefixes: [],
  tags: {},
});

const readBefore = (readAt: number | undefined, now: number): Pick<SubnetAssessment, 'interfacesReadAt'> =>
  readAt === undefined || readAt >= now ? {} : { interfacesReadAt: new Date(readAt).toISOString() };

/** Only where both scans knew the pods: a first reading is no change. @param at of the last scan; `NaN`: there was none */
const workloadChangesOf = (
  subnetId: string,
  past: PastSubnet | undefined,
  at: number,
  usage: Readonly<Record<'before' | 'now', (subnetId: string) => readonly OwnerUsage[] | null>>,
  now: number,
): readonly OwnerChanges[] => {
  const kept = past?.workloadChanges ?? [];
  const [owners, before] = [usage.now(subnetId), usage.before(subnetId)];
  if (Number.isNaN(at) || (kept.length === 0 && (owners === null || before === null))) return [];
  return withChanges(kept, { at, owners: before }, { at: now, owners });
};

/** What could not be asked for, and so may be missing from every cluster. */
const unreadParts = ({ facts }: TargetAssessorInput): readonly Unknown[] => [
  ...(facts.instances === null ? [{ field: 'nodes', reason: 'Instances could not be listed.' }] : []),
  ...(facts.eksClusters === null
    ? [{ field: 'version', reason: 'The EKS clusters could not be listed.' }]
    : []),
  ...(facts.autoScalingGroups === null
    ? [{ field: 'committed', reason: 'Auto Scaling groups could not be listed.' }]
    : []),
];
