import type { AutoScalingGroup, EksCluster } from '../model/aws/inventory.ts';

/** What the EKS and Auto Scaling APIs of one target know. Throws a `HeadroomError` when it could not answer in full. */
export interface ClusterSource {
  eksClusters(): Promise<readonly EksCluster[]>;
  autoScalingGroups(): Promise<readonly AutoScalingGroup[]>;
}
