import type { OwnerUsage } from '../result/owner-usage.ts';
import type { PastCluster } from '../result/past-scan.ts';

/** The kind of these holders: no kind of owner, since the addresses belong to the nodes of the cluster as well. */
const WORKLOAD = 'workload';

/**
 * What the workloads of all clusters hold in one subnet, as owners, so that changes of them are counted in the same way.
 * `null`: no cluster's Kubernetes API said so.
 */
export const workloadUsage = (
  clusters: readonly PastCluster[],
): ((subnetId: string) => readonly OwnerUsage[] | null) => {
  const read = clusters.flatMap(({ clusterName, pods }) => (pods == null ? [] : [{ clusterName, pods }]));
  if (read.length === 0) return () => null;
  const bySubnet = new Map<string, OwnerUsage[]>();
  for (const { clusterName, pods } of read) {
    for (const { subnetId, workloads } of pods.subnets) {
      const usage = bySubnet.get(subnetId) ?? [];
      bySubnet.set(subnetId, usage);
      for (const { name, addresses } of workloads)
        usage.push({ kind: WORKLOAD, name: `${clusterName}/${name}`, interfaces: 0, addresses });
    }
  }
  return (subnetId) => bySubnet.get(subnetId) ?? [];
};
