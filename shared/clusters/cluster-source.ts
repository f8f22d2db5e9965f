import type { AutoScalingGroup, EksClusters } from '../model/aws/inventory.ts';

/** What the EKS and Auto Scaling APIs of one target know. Throws a `HeadroomError` when it could not list them in full. */
export interface ClusterSource {
  eksClusters(): Promise<EksClusters>;
  autoScalingGroups(): Promise<readonly AutoScalingGroup[]>;
}
