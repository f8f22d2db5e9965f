import { HOST_NETWORK_PODS } from '../cluster/max-pods.ts';
import type { ClusterAssessment, NodeAssessment } from '../result/cluster.ts';
import type { KubernetesReading } from './observed.ts';

/** A node whose kubelet admits some number of pods, and how many of them can get an address. */
export interface NodeCommitment {
  readonly name: string;
  readonly node: NodeAssessment;
  readonly admits: number;
  /** Addresses that it can ever have, and the pods on the host's network. */
  readonly serves: number;
}

/** The nodes whose supply is known, and those of them that admit too many pods, the worst first. */
export interface NodeCommitments {
  readonly compared: number;
  readonly over: readonly NodeCommitment[];
}

/** `null`: nodes could not be read, or what their subnets can give is known of none. */
export const nodeCommitments = (
  { nodes }: Pick<KubernetesReading, 'nodes'>,
  cluster: Pick<ClusterAssessment, 'nodes'>,
): NodeCommitments | null => {
  if (!nodes.known) return null;
  const assessed = new Map(cluster.nodes.map((node) => [node.instanceId, node]));
  const pairs = nodes.value.flatMap(({ name, instanceId, allocatablePods }) => {
    const node = instanceId === null ? undefined : assessed.get(instanceId);
    return node === undefined || allocatablePods === null ? [] : [{ name, node, admits: allocatablePods }];
  });
  const known = pairs.flatMap((pair): NodeCommitment[] => {
    const { maxIPAddresses } = pair.node.gauges;
    return maxIPAddresses === null ? [] : [{ ...pair, serves: maxIPAddresses + HOST_NETWORK_PODS }];
  });
  if (pairs.length > 0 && known.length === 0) return null;
  const over = known
    .filter(({ admits, serves }) => admits > serves)
    .toSorted((a, b) => b.admits - b.serves - (a.admits - a.serves));
  return { compared: known.length, over };
};
