import type { OwnerKind } from '../owners/owner-kinds.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';
import type { AddressHolder, SubnetPods } from '../result/pods.ts';

/** How finely the pods of clusters are split. */
export const POD_LEVELS = ['namespace', 'workload', 'team'] as const;
export type PodLevel = (typeof POD_LEVELS)[number];

/** A part of what a cluster's nodes hold in a subnet. */
export interface PodPart extends OwnerUsage {
  /** The namespace, workload or team; `null`: the nodes themselves, warm addresses, and pods of none of them. */
  readonly holder: string | null;
}

const NODES: OwnerKind = 'cluster-nodes';

export const holdersBy = (
  { namespaces, teams, workloads }: Pick<SubnetPods, 'namespaces' | 'teams' | 'workloads'>,
  by: PodLevel,
): readonly AddressHolder[] => ({ namespace: namespaces, team: teams, workload: workloads })[by];

/**
 * Splits what the nodes of clusters hold in one subnet by who runs the pods. The parts sum to what was split. A cluster whose
 * Kubernetes API was not read stays whole.
 */
export const splitByPods = (
  subnetId: string,
  owners: readonly OwnerUsage[],
  clusters: readonly ClusterAssessment[],
  by: PodLevel,
): readonly (OwnerUsage | PodPart)[] =>
  owners.flatMap((owner): readonly (OwnerUsage | PodPart)[] => {
    const cluster =
      owner.kind === NODES ? clusters.find(({ clusterName }) => clusterName === owner.name) : undefined;
    const pods = cluster?.pods?.subnets.find((subnet) => subnet.subnetId === subnetId);
    if (pods === undefined) return [owner];
    const holders = holdersBy(pods, by);
    const held = holders.reduce((sum, { addresses }) => sum + addresses, 0);
    // Pods and interfaces are read seconds apart, and only the interfaces say how many addresses are in use.
    if (held > owner.addresses) return [owner];
    const parts = holders.map(
      ({ name, addresses }): PodPart => ({ ...owner, holder: name, interfaces: 0, addresses }),
    );
    return [...parts, { ...owner, holder: null, addresses: owner.addresses - held }];
  });
