import type {
  AutoScalingGroup,
  EksCluster,
  EksClusters,
  ElasticAddress,
  Instance,
  InstanceLimits,
  LaunchTemplate,
  NetworkInterface,
  RefusedCluster,
  RouteTable,
  ServiceQuota,
  Subnet,
  SubnetCidrReservation,
  Target,
  Vpc,
  VpcConnection,
  VpcEndpoint,
} from '../model/aws/inventory.ts';
import { HeadroomError, type Problem } from '../model/base/errors.ts';
import {
  type InterfaceScope,
  type InventoryScope,
  type InventorySource,
  SubnetGoneError,
} from './inventory-source.ts';
import type { QuotaSource } from './quota-source.ts';

/** All that was read of some targets at one time: a snapshot that can be kept, sent, and scanned again. */
export interface Estate {
  readonly schema: 'headroom/estate@1';
  /** ISO 8601. Scans of the estate take this for the present. */
  readonly collectedAt: string;
  /** Whether names, numbers and addresses stand for others; see `redactEstate`. */
  readonly redacted: boolean;
  readonly targets: readonly TargetEstate[];
}

/** What could not be read is not empty: it says why, and says so again whenever the estate is scanned. */
export type Recorded<Record> = readonly Record[] | Problem;

export interface TargetEstate {
  readonly target: Target;
  readonly vpcs: Recorded<Vpc>;
  readonly subnets: Recorded<Subnet>;
  readonly interfaces: Recorded<NetworkInterface>;
  /** By subnet. A subnet that is not there was gone when it was asked for. */
  readonly reservations: Readonly<Record<string, Recorded<SubnetCidrReservation>>>;
  readonly instances: Recorded<Instance>;
  readonly instanceTypes: Recorded<InstanceLimits>;
  readonly vpcConnections: Recorded<VpcConnection>;
  /** Absent in files of earlier versions, which did not read them. */
  readonly routeTables?: Recorded<RouteTable>;
  /** Likewise. */
  readonly elasticAddresses?: Recorded<ElasticAddress>;
  /** Likewise: those that its Auto Scaling groups name. */
  readonly launchTemplates?: Recorded<LaunchTemplate>;
  /** Likewise: those that hold prefixes. */
  readonly vpcEndpoints?: Recorded<VpcEndpoint>;
  /** Likewise: those that apply to the account. */
  readonly serviceQuotas?: Recorded<ServiceQuota>;
  readonly eksClusters: Recorded<EksCluster>;
  /** Clusters that EKS listed and did not describe in full. Absent: none, or an earlier version collected. */
  readonly refusedClusters?: readonly RefusedCluster[];
  readonly autoScalingGroups: Recorded<AutoScalingGroup>;
}

/** The estate as the sources that scans read: answers what AWS answered then, and fails where AWS failed then. */
export const createEstateSources = (
  estate: TargetEstate,
): {
  readonly inventory: InventorySource;
  readonly clusters: {
    eksClusters(): Promise<EksClusters>;
    autoScalingGroups(): Promise<readonly AutoScalingGroup[]>;
  };
  readonly quotas: QuotaSource;
} => ({
  inventory: {
    vpcs: async (scope) => recorded(estate.vpcs).filter(within(scope)),
    subnets: async (scope) => recorded(estate.subnets).filter(within(scope)),
    eachInterface: async (scope, receive) =>
      recorded(estate.interfaces).filter(ofSubnets(scope)).forEach(receive),
    reservations: async (subnetId) => {
      const reservations = Object.hasOwn(estate.reservations, subnetId)
        ? estate.reservations[subnetId]
        : undefined;
      if (reservations === undefined) throw new SubnetGoneError(subnetId);
      return recorded(reservations);
    },
    eachInstance: async (scope, receive) =>
      recorded(estate.instances)
        .filter(ofSubnets(scope))
        .filter(({ state }) => scope.states === undefined || scope.states.includes(state))
        .forEach(receive),
    instanceTypes: async (types) => recorded(estate.instanceTypes).filter(({ type }) => types.includes(type)),
    vpcConnections: async ({ vpcIds }) =>
      recorded(estate.vpcConnections).filter(
        ({ vpcs }) => vpcIds === undefined || vpcs.some(({ vpcId }) => vpcIds.includes(vpcId)),
      ),
    routeTables: async (scope) =>
      estate.routeTables === undefined ? null : recorded(estate.routeTables).filter(within(scope)),
    elasticAddresses: async () =>
      estate.elasticAddresses === undefined ? null : recorded(estate.elasticAddresses),
    launchTemplates: async (versions) =>
      estate.launchTemplates === undefined
        ? null
        : recorded(estate.launchTemplates).filter(({ launchTemplateId, version }) =>
            versions.some(
              (wanted) => wanted.launchTemplateId === launchTemplateId && wanted.version === version,
            ),
          ),
    vpcEndpoints: async (scope) =>
      estate.vpcEndpoints === undefined ? null : recorded(estate.vpcEndpoints).filter(within(scope)),
  },
  clusters: {
    eksClusters: async () => ({
      described: recorded(estate.eksClusters),
      refused: estate.refusedClusters ?? [],
    }),
    autoScalingGroups: async () => recorded(estate.autoScalingGroups),
  },
  quotas: {
    quotas: async () => (estate.serviceQuotas === undefined ? null : recorded(estate.serviceQuotas)),
  },
});

const recorded = <Record>(records: Recorded<Record>): readonly Record[] => {
  if (isProblem(records)) throw new HeadroomError(records.code, records.message, records.action);
  return records;
};

export const isProblem = <Record>(records: Recorded<Record>): records is Problem => !Array.isArray(records);

const ofSubnets =
  (scope: InterfaceScope) =>
  (each: { readonly vpcId: string | null; readonly subnetId: string | null }): boolean =>
    scope.subnetIds === undefined
      ? within(scope)(each)
      : each.subnetId !== null && scope.subnetIds.includes(each.subnetId);

const within =
  ({ vpcIds }: InventoryScope) =>
  ({ vpcId }: { readonly vpcId: string | null }): boolean =>
    vpcIds === undefined || (vpcId !== null && vpcIds.includes(vpcId));
