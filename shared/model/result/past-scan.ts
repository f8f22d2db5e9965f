import type { SubnetAssessment, TargetAssessment } from './assessment.ts';
import type { ClusterAssessment } from './cluster.ts';

/** What the next scan of a target needs of the last one: not its maps, its findings, or its nodes. */
export interface PastScan {
  /** ISO 8601. */
  readonly scannedAt: string;
  readonly vpcs: readonly Pick<TargetAssessment['vpcs'][number], 'vpcId'>[];
  readonly subnets: readonly PastSubnet[];
  readonly clusters: readonly PastCluster[];
  readonly leakedInterfaces: TargetAssessment['leakedInterfaces'];
}

export type PastSubnet = Pick<
  SubnetAssessment,
  'subnetId' | 'vpcId' | 'usable' | 'usesPrefixes' | 'owners' | 'ownerChanges' | 'workloadChanges'
>;

export type PastCluster = Pick<ClusterAssessment, 'clusterName' | 'pods' | 'kubernetes'>;

/** The lists of an assessment that the next scan needs, and what it needs of their records. */
const PAST_LISTS: {
  readonly [Name in keyof Omit<PastScan, 'scannedAt'>]: (
    record: TargetAssessment[Name][number],
  ) => PastScan[Name][number];
} = {
  vpcs: ({ vpcId }) => ({ vpcId }),
  subnets: ({ subnetId, vpcId, usable, usesPrefixes, owners, ownerChanges, workloadChanges }) => ({
    subnetId,
    vpcId,
    usable,
    usesPrefixes,
    owners,
    ...(ownerChanges === undefined ? {} : { ownerChanges }),
    ...(workloadChanges === undefined ? {} : { workloadChanges }),
  }),
  clusters: ({ clusterName, pods, kubernetes }) => ({
    clusterName,
    ...(pods === undefined ? {} : { pods }),
    ...(kubernetes === undefined ? {} : { kubernetes }),
  }),
  leakedInterfaces: (sighting) => sighting,
};

/** Whether the next scan needs something of a list of the last assessment. */
export const isPastList = (name: string): name is keyof typeof PAST_LISTS => Object.hasOwn(PAST_LISTS, name);

/** What the next scan needs of some records of such a list. */
export const pastRecords = (name: keyof typeof PAST_LISTS, records: readonly unknown[]): readonly unknown[] =>
  // The name says what the records are.
  records.map(PAST_LISTS[name] as (record: unknown) => unknown);

export const pastScan = ({
  scannedAt,
  vpcs,
  subnets,
  clusters,
  leakedInterfaces,
}: Pick<TargetAssessment, keyof PastScan>): PastScan => ({
  scannedAt,
  vpcs: vpcs.map(PAST_LISTS.vpcs),
  subnets: subnets.map(PAST_LISTS.subnets),
  clusters: clusters.map(PAST_LISTS.clusters),
  leakedInterfaces,
});
