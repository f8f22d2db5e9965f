import type {
  AutoScalingGroup,
  EksCluster,
  Instance,
  InstanceLimits,
  LaunchTemplate,
  Target,
} from '../aws/inventory.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { Unknown } from '../result/unknown.ts';
import type { Placement, SupplyLedger } from './supply-ledger.ts';

/** What all clusters of a target have in common. */
export interface ClusterContext {
  readonly target: Target;
  readonly instances: ReadonlyMap<string, Instance>;
  /** False where they could not be listed: no node is then known, which is not the same as none. */
  readonly instancesListed: boolean;
  readonly eksClusters: readonly EksCluster[];
  readonly refusedClusters?: ReadonlySet<string>;
  readonly autoScalingGroups: readonly AutoScalingGroup[];
  /** What launch templates of the groups ask for, as far as they could be read. */
  readonly launchTemplates?: readonly LaunchTemplate[];
  readonly limits: (type: string) => InstanceLimits | null;
  readonly unknowns?: readonly Unknown[];
  readonly subnets: ReadonlyMap<string, SubnetAssessment>;
  /** A cluster is in one VPC. To go through all subnets for each of 1,000 clusters takes minutes. */
  readonly subnetsOfVpc: (vpcId: string | null) => readonly SubnetAssessment[];
  /** Fresh ledgers of these subnets, as far as their supplies are known. */
  readonly ledgers: (placement: Placement, subnetIds: readonly string[]) => ReadonlyMap<string, SupplyLedger>;
}
