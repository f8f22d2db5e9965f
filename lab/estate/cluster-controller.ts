/** New bounds and size of a group; what is absent stays. */
export interface GroupChanges {
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly desiredSize?: number;
  readonly subnetIds?: readonly [string, ...string[]];
}

/** A cluster that carries out the orders that EKS, Auto Scaling and its own Kubernetes get. */
export interface ClusterController {
  configure(environment: Readonly<Record<string, string>>): void;
  resize(groupName: string, changes: GroupChanges): void;
  moveControlPlane(subnetIds: readonly string[]): void;
}
