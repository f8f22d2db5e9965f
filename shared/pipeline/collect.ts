import * as z from 'zod/mini';
import type { AllocationFailureSource } from '../clusters/allocation-failure-source.ts';
import type { ClusterSource } from '../clusters/cluster-source.ts';
import type { InventoryScope, InventorySource } from '../inventory/inventory-source.ts';
import type { QuotaSource } from '../inventory/quota-source.ts';
import type { AllocationFailures } from '../model/aws/allocation-failure.ts';
import type {
  AutoScalingGroup,
  EksCluster,
  ElasticAddress,
  Instance,
  InstanceLimits,
  LaunchTemplate,
  RouteTable,
  ServiceQuota,
  Subnet,
  SubnetCidrReservation,
  Target,
  Vpc,
  VpcConnection,
  VpcEndpoint,
} from '../model/aws/inventory.ts';
import type { RequestRate } from '../model/aws/service-quotas.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { limitsOf } from '../model/cluster/instance-limits.ts';
import type { KubernetesReading } from '../model/kubernetes/observed.ts';
import type { PastScan } from '../model/result/past-scan.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';
import { attempt } from './attempt.ts';
import { readCallEvents } from './call-events.ts';
import { interfacesWithin } from './interface-listings.ts';
import { joinGateways } from './join-gateways.ts';
import type { KeptMaps } from './kept-maps.ts';
import { readAllocationFailures } from './read-allocation-failures.ts';
import { readClusters } from './read-clusters.ts';
import { readInstances, readNotRunning } from './read-instances.ts';
import { type ReadSubnets, readChangedInterfaces } from './read-interfaces.ts';
import { type KubernetesAccess, readKubernetes } from './read-kubernetes.ts';
import { readLaunchTemplates } from './read-launch-templates.ts';
import { readQuotas } from './read-quotas.ts';
import { FIRST_RESERVATION_TIME, type ReadReservationsInput, readReservations } from './read-reservations.ts';
import { planTarget, type TargetReading } from './target-reading.ts';

/**
 * Where one target's facts come from. `clusters` is `null` when there is no source for it, as in an old estate file.
 */
export interface TargetSources {
  readonly inventory: InventorySource;
  readonly clusters: ClusterSource | null;
  /** Absent: no service can be asked for addresses that it did not get, as in an estate file. */
  readonly allocationFailures?: AllocationFailureSource;
  /** Absent: AWS's default quotas count. */
  readonly quotas?: QuotaSource;
  /** Gets the request buckets of the account, by the names of EC2's actions. */
  readonly learnRates?: (rates: ReadonlyMap<string, RequestRate>) => void;
  /** How many calls of an EC2 action the budget allows within a time, in milliseconds. Absent: any number. */
  readonly callsWithin?: (action: string, milliseconds: number) => number;
  /** Whose Kubernetes APIs are read, and how. Left out: none. */
  readonly kubernetes?: KubernetesAccess | null;
}

/**
 * Everything about a target but its interfaces, which are assessed as they arrive. A part that could not be read is
 * `null` and has a problem; the rest of the scan goes on without it.
 */
export interface TargetFacts {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  /** By subnet; `null`: could not be read. */
  readonly reservations: ReadonlyMap<string, readonly SubnetCidrReservation[] | null>;
  readonly instances: ReadonlyMap<string, Instance> | null;
  readonly eksClusters: readonly EksCluster[] | null;
  /** Names of clusters that EKS listed and did not describe in full. */
  readonly refusedClusters: readonly string[];
  readonly autoScalingGroups: readonly AutoScalingGroup[] | null;
  readonly vpcConnections: readonly VpcConnection[] | null;
  readonly routeTables: readonly RouteTable[] | null;
  /** `null`: not asked for, or refused. That is no problem of the scan: roles of earlier versions may not ask. */
  readonly elasticAddresses: readonly ElasticAddress[] | null;
  /** Likewise: what launch templates add to the instances of groups. */
  readonly launchTemplates: readonly LaunchTemplate[] | null;
  /** Likewise: endpoints that hold prefixes. */
  readonly vpcEndpoints: readonly VpcEndpoint[] | null;
  /** Likewise: quotas that apply to the account. */
  readonly quotas: readonly ServiceQuota[] | null;
  /** `null`: not asked for. */
  readonly allocationFailures: AllocationFailures | null;
  /** Which subnets are read again; absent: all of them, and nothing is kept. */
  readonly reading?: TargetReading;
  /** Their interfaces, or why they could not be listed; absent: they are listed once all else is known. */
  readonly interfaces?: ReadSubnets | HeadroomError;
  /** What the Kubernetes API of each cluster said, by cluster name. Absent: none was asked. */
  readonly kubernetes?: ReadonlyMap<string, KubernetesReading>;
  /** Of the instance types in use that the shipped table lacks, by type. */
  readonly limits: ReadonlyMap<string, InstanceLimits>;
  readonly problems: readonly Problem[];
}

export interface CollectInput {
  readonly target: Target;
  readonly scope: InventoryScope;
  readonly sources: TargetSources;
  readonly cache: CacheStore | null;
  readonly now: number;
  /** The most subnets whose reservations are asked for; absent: all that are due. */
  readonly mostReservations?: number | undefined;
  /** What earlier scans kept: with it, only what changed is read. */
  readonly maps?: KeptMaps | undefined;
  /** The last scan, and from how many interfaces on a target is listed in parts; see `interfaceListings`. */
  readonly previous?: PastScan | null | undefined;
  readonly manyInterfaces?: number | undefined;
  /** How old reservations may get before they are read again, in milliseconds; absent: an hour. */
  readonly reservationLife?: number | undefined;
}

/** For the longest listing of a scan, in milliseconds: with all else, the scan is to end within ten seconds. */
const LISTING_TIME = 7_000;

/** Limits of an instance type do not change; a day bounds the damage of a wrong answer. */
const INSTANCE_TYPE_CACHE_MILLISECONDS = 24 * 3_600_000;

const LIMITS: RecordForm<InstanceLimits> = z.object({
  type: z.string(),
  maxEnis: z.number(),
  ipv4PerEni: z.number(),
  hypervisor: z.string(),
  bareMetal: z.boolean(),
  networkCards: z.number(),
  prefixDelegation: z.boolean(),
  trunk: z.boolean(),
  branchEnis: z.nullable(z.number()),
  vcpus: z.nullable(z.number()),
});

const keyOf = ({ accountId, region }: Target, what: string, id: string): string =>
  `${what}/${accountId}/${region}/${id}`;

const readLimits = async (
  { target, sources, cache, now }: CollectInput,
  types: ReadonlySet<string>,
  problems: Problem[],
): Promise<Map<string, InstanceLimits>> => {
  const limits = new Map<string, InstanceLimits>();
  const missing: string[] = [];
  for (const type of types) {
    if (limitsOf(type) !== null) continue;
    const cached = await cache?.get(keyOf(target, 'instance-type', type), now, LIMITS);
    if (cached == null) missing.push(type);
    else limits.set(type, cached);
  }
  if (missing.length === 0) return limits;
  const answered = (await attempt(problems, () => sources.inventory.instanceTypes(missing))) ?? [];
  for (const entry of answered) {
    limits.set(entry.type, entry);
    await cache?.put(
      keyOf(target, 'instance-type', entry.type),
      entry,
      now + INSTANCE_TYPE_CACHE_MILLISECONDS,
    );
  }
  return limits;
};

/** A first scan with a deadline takes less time for them, and the next ones first ask for those that nothing else can tell. */
const reservationsWithin = (
  { mostReservations, previous = null }: CollectInput,
  callsWithin: (action: string, milliseconds: number) => number,
): Pick<ReadReservationsInput, 'mostReservations' | 'withPrefixes'> => ({
  mostReservations:
    mostReservations === undefined || previous !== null
      ? mostReservations
      : Math.min(mostReservations, callsWithin('GetSubnetCidrReservations', FIRST_RESERVATION_TIME)),
  withPrefixes: new Set(
    previous?.subnets.flatMap(({ subnetId, usesPrefixes }) => (usesPrefixes === true ? [subnetId] : [])),
  ),
});

const orRefusal = async <Answer>(work: Promise<Answer>): Promise<Answer | HeadroomError> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HeadroomError) return error;
    throw error;
  }
};

/**
 * Reads all of a target but its interfaces, and these as well where only some are read.
 *
 * @throws HeadroomError when subnets could not be listed, or neither they nor VPCs are there: then nothing can be said of
 *   the target at all.
 */
export const collectFacts = async (input: CollectInput): Promise<TargetFacts> => {
  const { sources, scope } = input;
  const problems: Problem[] = [];
  const events = await readCallEvents(input.cache, input.target, input.now);
  // Subnets stand for themselves: without their VPCs there are no sums and no room to grow into, and all else is as true.
  const unlisted: HeadroomError[] = [];
  const listVpcs = async (): Promise<readonly Vpc[]> => {
    try {
      return await sources.inventory.vpcs(scope);
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      unlisted.push(error);
      return [];
    }
  };
  const [vpcs, listed] = await Promise.all([listVpcs(), sources.inventory.subnets(scope)]);
  for (const error of unlisted) {
    if (listed.length === 0) throw error;
    problems.push(problemOf(error));
  }

  const vpcIds = [...vpcs, ...listed].map(({ vpcId }) => vpcId);
  const { manyInterfaces, previous = null } = input;
  const listing = { scope, inventory: sources.inventory, vpcIds, previous, manyInterfaces };
  // Where it fails, all instances are listed: that tells what is missing.
  const listNotRunning = () => attempt([], () => readNotRunning(listing));
  const { cache, maps, now, target } = input;
  const callsWithin = sources.callsWithin ?? (() => Number.POSITIVE_INFINITY);
  const mostInterfaces = interfacesWithin(callsWithin('DescribeNetworkInterfaces', LISTING_TIME));
  const planning = { target, cache, now, subnets: listed, events, mostInterfaces, listNotRunning };
  const reading = maps === undefined ? undefined : await planTarget(planning, maps);
  const { clusters } = sources;
  const [
    found,
    instances,
    interfaces,
    vpcConnections,
    routeTables,
    elasticAddresses,
    vpcEndpoints,
    listedClusters,
    autoScalingGroups,
    allocationFailures,
  ] = await Promise.all([
    readReservations(
      { ...input, ...reservationsWithin(input, callsWithin), touched: events.reservations },
      listed,
      problems,
    ),
    attempt(problems, () => readInstances(listing, listed, reading)),
    // EC2 counts each action by itself, so two listings at once take no longer than one.
    reading === undefined ? undefined : orRefusal(readChangedInterfaces(listing, listed, reading)),
    attempt(problems, async () =>
      joinGateways(await sources.inventory.vpcConnections(scope), input.cache, input.now),
    ),
    attempt(problems, () => sources.inventory.routeTables(scope)),
    attempt([], () => sources.inventory.elasticAddresses()),
    attempt([], () => sources.inventory.vpcEndpoints(scope)),
    clusters === null ? null : readClusters(clusters, problems),
    clusters === null ? null : attempt(problems, () => clusters.autoScalingGroups()),
    readAllocationFailures({ ...input, source: sources.allocationFailures }, events.refusals, problems),
  ]);

  const eksClusters = listedClusters?.described ?? null;
  const refusedClusters = (listedClusters?.refused ?? []).map(({ name }) => name);
  const subnets = listed.filter((subnet) => found.get(subnet.subnetId) !== 'gone');
  const reservations = new Map<string, readonly SubnetCidrReservation[] | null>();
  for (const [subnetId, answer] of found) if (answer !== 'gone') reservations.set(subnetId, answer);

  const types = new Set<string>([...(instances?.values() ?? [])].map(({ instanceType }) => instanceType));
  for (const cluster of eksClusters ?? []) {
    for (const group of cluster.nodeGroups) for (const type of group.instanceTypes) types.add(type);
  }
  for (const group of autoScalingGroups ?? []) for (const type of group.instanceTypes) types.add(type);
  const limits = await readLimits(input, types, problems);
  const launchTemplates = await readLaunchTemplates(
    { ...input, inventory: sources.inventory },
    autoScalingGroups ?? [],
  );
  const quotas = await readQuotas({ ...input, source: sources.quotas, learnRates: sources.learnRates });
  const kubernetes = await readKubernetes(input, eksClusters ?? [], problems);

  return {
    vpcs,
    subnets,
    reservations,
    instances,
    eksClusters,
    refusedClusters,
    autoScalingGroups,
    vpcConnections,
    routeTables,
    elasticAddresses,
    launchTemplates,
    vpcEndpoints,
    quotas,
    allocationFailures,
    ...(reading === undefined ? {} : { reading }),
    ...(interfaces === undefined ? {} : { interfaces }),
    ...(kubernetes === null ? {} : { kubernetes }),
    limits,
    problems,
  };
};
