import type { ClusterAssessment } from '../result/cluster.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';

/** The kind of these holders: no kind of owner, since the addresses belong to the nodes of the cluster as well. */
const WORKLOAD = 'workload';

/**
 * What the workloads of all clusters hold in one subnet, as owners, so that changes of them are counted in the same way.
 * `null`: no cluster's Kubernetes API said so.
 */
export const workloadUsage = (
  subnetId: string,
  clusters: readonly ClusterAssessment[],
): readonly OwnerUsage[] | null => {
  const read = clusters.flatMap(({ clusterName, pods }) => (pods == null ? [] : [{ clusterName, pods }]));
  if (read.length === 0) return null;
  return read.flatMap(({ clusterName, pods }) =>
    pods.subnets
      .filter((subnet) => subnet.subnetId === subnetId)
      .flatMap(({ workloads }) =>
        workloads.map(({ name, addresses }) => ({
          kind: WORKLOAD,
          name: `${clusterName}/${name}`,
          interfaces: 0,
          addresses,
        })),
      ),
  );
};
