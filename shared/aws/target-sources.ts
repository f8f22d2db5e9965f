import { createAwsAllocationFailures } from '../clusters/aws-allocation-failures.ts';
import { createEksClusterSource } from '../clusters/eks-cluster-source.ts';
import { createEc2Inventory } from '../inventory/ec2-inventory.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { TargetSources } from '../pipeline/collect.ts';
import type { TargetClients } from './clients.ts';

/** The AWS APIs of one target as the pipeline's sources. */
export const createTargetSources = (
  target: Target,
  clients: TargetClients,
  options: { readonly roleArn?: string | null; readonly signal?: AbortSignal } = {},
): TargetSources => {
  const shared = { target, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  return {
    inventory: createEc2Inventory({ ...shared, client: clients.ec2, roleArn: options.roleArn ?? null }),
    clusters: createEksClusterSource({
      ...shared,
      eks: clients.eks,
      autoScaling: clients.autoScaling,
      roleArn: options.roleArn ?? null,
    }),
    allocationFailures: createAwsAllocationFailures({
      ...shared,
      autoScaling: clients.autoScaling,
      roleArn: options.roleArn ?? null,
    }),
  };
};
