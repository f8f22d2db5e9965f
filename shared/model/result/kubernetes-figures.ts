/** The counters of the VPC CNI over all nodes of one cluster, since the scan before. */
export interface IpamdFigures {
  /** ISO 8601: when they were read. */
  readonly at: string;
  /** Nodes whose counters were read, and all nodes that run the CNI. */
  readonly nodesRead: number;
  readonly nodes: number;
  /** Some of the nodes that did not answer, by name. */
  readonly unreadNodes: readonly string[];
  /** By the names of the CNI Metrics Helper, and `noAvailableIPAddresses`. `null`: not known. */
  readonly values: Readonly<Record<string, number | null>>;
  /** The counters as they were read, for the next scan: by aws-node pod, in the order of `IPAMD_COUNTERS`. */
  readonly counters: Readonly<Record<string, readonly number[]>>;
}

/** Figures of one cluster that only its Kubernetes API knows. `null`: not known. */
export interface KubernetesFigures {
  /** Pods with an address of their own, if all workloads go to the maximum of their autoscalers. */
  readonly committedPods: number | null;
  readonly serviceAddressesUsed: number | null;
  readonly nodesOvercommitted: number | null;
  /** `null`: the counters of the CNI were not asked for, or could not be read. */
  readonly ipamd: IpamdFigures | null;
}
