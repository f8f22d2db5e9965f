/** New bounds and size of a group; what is absent stays. */
export interface GroupChanges {
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly desiredSize?: number;
  readonly subnetIds?: readonly [string, ...string[]];
}

/** A running node, as Kubernetes knows it. */
export interface ClusterNode {
  readonly instanceId: string;
  readonly instanceType: string;
  /** Of its primary interface. */
  readonly address: string;
  readonly region: string;
  readonly availabilityZone: string;
  /** Its node group, or its node pool. */
  readonly group: string;
  readonly nodePool: boolean;
  readonly maxPods: number;
  /** An address for each pod that has one. */
  readonly podAddresses: readonly string[];
  /** Pods that the scheduler put here and that get no address. */
  readonly waitingPods: number;
  /** Whether its CNI runs and can give addresses; the node is ready only then. */
  readonly cniReady: boolean;
}

/** A Job: all pods of a cluster beyond those that run without it. */
export interface SimulatedJob {
  readonly namespace: string;
  readonly name: string;
  readonly team: string;
  /** How many pods run without it. */
  readonly after: number;
}

/** What the Kubernetes API of a cluster answers from, at one moment. */
export interface ClusterState {
  readonly nodes: readonly ClusterNode[];
  /** The settings of its CNI that are set, as variables of `aws-node`. */
  readonly cniVariables: Readonly<Record<string, string>>;
  /** Subnets for pods, by the names of the ENIConfigs. */
  readonly eniConfigs: Readonly<Record<string, string>>;
  /** When the first of the waiting pods began to wait; `null`: none waits. */
  readonly waitingSince: number | null;
  /** The maximum of the autoscaler of each workload; `null`: there are no autoscalers. */
  readonly maxReplicas: number | null;
  /** `null`: only Deployments run. */
  readonly job: SimulatedJob | null;
  /** `null`: the cluster uses IPv6. */
  readonly serviceCidr: string | null;
  /** Services with an address, the two that every cluster has included. */
  readonly services: number;
}

/** A cluster that carries out the orders that EKS, Auto Scaling and its own Kubernetes get. */
export interface ClusterController {
  configure(environment: Readonly<Record<string, string>>): void;
  resize(groupName: string, changes: GroupChanges): void;
  moveControlPlane(subnetIds: readonly string[]): void;
  /** What its Kubernetes API knows, at this moment. */
  kubernetes(): ClusterState;
}
