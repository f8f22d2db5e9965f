import type { KubernetesReading, PodAutoscaler, Workload } from './observed.ts';

/** How many pods with an address of their own the workloads of a cluster may run at once. */
export interface CommittedPods {
  readonly pods: number;
  /** The same by namespace, the largest first. */
  readonly namespaces: readonly { readonly name: string; readonly pods: number }[];
}

/**
 * The upper bound of what workloads may ask for: the maximum of an autoscaler where one scales it, else its replicas, and what it
 * starts more while it rolls. `null`: workloads or autoscalers could not be read.
 */
export const committedPods = ({ workloads, autoscalers }: KubernetesReading): CommittedPods | null => {
  if (!workloads.known || !autoscalers.known) return null;
  const maximum = new Map(autoscalers.value.map((scaler) => [targetOf(scaler), scaler.maxReplicas]));
  const namespaces = new Map<string, number>();
  for (const workload of workloads.value) {
    if (workload.hostNetwork) continue;
    const key = `${workload.namespace}/${workload.kind}/${workload.name}`;
    const pods = largestSize(workload, maximum.get(key) ?? workload.desired);
    namespaces.set(workload.namespace, (namespaces.get(workload.namespace) ?? 0) + pods);
  }
  const byNamespace = [...namespaces]
    .map(([name, pods]) => ({ name, pods }))
    .toSorted((a, b) => b.pods - a.pods || (a.name < b.name ? -1 : 1));
  return { pods: byNamespace.reduce((sum, { pods }) => sum + pods, 0), namespaces: byNamespace };
};

const targetOf = ({ namespace, target }: PodAutoscaler): string =>
  `${namespace}/${target.kind}/${target.name}`;

/** The surge grows with the replicas. It was read for the present number, and is counted as it is where that is zero. */
const largestSize = ({ desired, surge }: Workload, replicas: number): number =>
  replicas <= desired || desired === 0
    ? Math.max(replicas, desired) + surge
    : replicas + Math.ceil((surge * replicas) / desired);
