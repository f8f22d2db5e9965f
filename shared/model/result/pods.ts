/** Who holds the addresses of a cluster's nodes, as the Kubernetes API and EC2 say together. */

import type { PodRhythm, WarmAdvice } from './pod-rhythm.ts';

/** Pods and the addresses that they hold. */
export interface AddressHolder {
  /** A namespace, `namespace/kind/name` of a workload, or a team. */
  readonly name: string;
  readonly addresses: number;
}

/** Who holds addresses, the largest first; of each list at most the largest 200. A pod without a workload or team is in none. */
export interface PodHolders {
  readonly namespaces: readonly AddressHolder[];
  readonly workloads: readonly AddressHolder[];
  readonly teams: readonly AddressHolder[];
}

/** The addresses for pods that one node holds. */
export interface NodePods {
  readonly instanceId: string;
  readonly nodeName: string;
  /** Held, and a pod has it. */
  readonly used: number;
  /** Held, and no pod has it: warm, or cooling down after a pod. */
  readonly warm: number;
  /** `status.allocatable.pods`; `null`: not known. */
  readonly allocatablePods: number | null;
}

/** The addresses for pods that nodes hold in one subnet. */
export interface SubnetPods extends PodHolders {
  readonly subnetId: string;
  readonly used: number;
  readonly warm: number;
}

/** A pod that has a node and no address, because the CNI got none. */
export interface WaitingPod {
  readonly namespace: string;
  readonly name: string;
  /** `namespace/kind/name`; `null`: not known. */
  readonly workload: string | null;
  readonly nodeName: string;
  readonly instanceId: string | null;
  /** ISO 8601: the first failure that is known; `null`: not known. */
  readonly since: string | null;
  readonly failures: number;
  /** What the CNI answered. From outside: make it inert before it is shown. */
  readonly text: string;
}

export interface ClusterPods extends PodHolders {
  /** ISO 8601: when the reading began. */
  readonly at: string;
  readonly used: number;
  readonly warm: number;
  /** Pods with an address that no interface of the account holds: of another CNI or an overlay. */
  readonly unexplained: number;
  /** Pods with an interface of their own: on branch interfaces, or on Fargate. */
  readonly ownInterface: number;
  /**
   * What this scan and the one before it both saw. EC2 and the Kubernetes API are read seconds apart, so one scan alone shows
   * addresses as warm or unexplained that are neither. `null`: there is no scan before it.
   */
  readonly steady: { readonly warm: number; readonly unexplained: number } | null;
  readonly nodes: readonly NodePods[];
  readonly subnets: readonly SubnetPods[];
  /** `null`: events could not be read, so it is not known which pods wait for an address. */
  readonly waiting: readonly WaitingPod[] | null;
  /** Absent: it was not remembered yet. */
  readonly rhythm?: PodRhythm;
  /** `null`: no targets are better than those in force, or too little was seen. Absent: they were not computed. */
  readonly warmAdvice?: WarmAdvice | null;
  /** Some of the unexplained addresses, for the next scan to compare. */
  readonly unexplainedAddresses: readonly string[];
}
