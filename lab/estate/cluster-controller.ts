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
}

/** A cluster that carries out the orders that EKS, Auto Scaling and its own Kubernetes get. */
export interface ClusterController {
  configure(environment: Readonly<Record<string, string>>): void;
  resize(groupName: string, changes: GroupChanges): void;
  moveControlPlane(subnetIds: readonly string[]): void;
  /** Its nodes and their pods, at this moment. */
  kubernetesNodes(): readonly ClusterNode[];
  /** The settings of its CNI that are set, as variables of `aws-node`. */
  cniVariables(): Readonly<Record<string, string>>;
}
