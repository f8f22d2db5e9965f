import type { KubernetesReading } from '../model/kubernetes/observed.ts';

/** What of a cluster is read. */
export interface ReadRequest {
  /** When the reading begins, in milliseconds since 1970. */
  readonly now: number;
  /** Labels that are kept: those that name teams and applications. */
  readonly labels: readonly string[];
  /** Deployments, StatefulSets, DaemonSets, Jobs and autoscalers: they change rarely, so hourly is enough. */
  readonly workloads: boolean;
  /** The counters of every node's ipamd, through the pod proxy of `kube-system`. */
  readonly ipamd: boolean;
}

/** Labels that name a team or an application, by the conventions of Kubernetes (`app.kubernetes.io`) and of many teams. */
export const DEFAULT_LABELS: readonly string[] = [
  'team',
  'owner',
  'app',
  'app.kubernetes.io/name',
  'app.kubernetes.io/part-of',
];

/**
 * Reads one cluster, without ever writing to it. Whatever happens, there is a reading: a part that could not be read says
 * why. Nothing of a pod's spec is kept.
 */
export interface KubernetesSource {
  read(cluster: string, request: ReadRequest): Promise<KubernetesReading>;
}
