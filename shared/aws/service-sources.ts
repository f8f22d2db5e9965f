import type { EC2Client } from '@aws-sdk/client-ec2';
import type { AllocationFailureSource } from '../clusters/allocation-failure-source.ts';
import { createAwsAllocationFailures } from '../clusters/aws-allocation-failures.ts';
import type { ClusterSource } from '../clusters/cluster-source.ts';
import { createEksClusterSource } from '../clusters/eks-cluster-source.ts';
import { createQuotaSource, type QuotaSource } from '../inventory/quota-source.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { ServiceClients } from './service-clients.ts';

/** What the services beside EC2 know of one target. */
export interface ServiceSources {
  readonly clusters: ClusterSource;
  readonly quotas: QuotaSource;
  readonly allocationFailures: AllocationFailureSource;
}

export const createServiceSources = (
  { eks, autoScaling, ecs, serviceQuotas }: ServiceClients,
  ec2: EC2Client,
  asked: { readonly target: Target; readonly roleArn: string | null; readonly signal?: AbortSignal },
): ServiceSources => ({
  clusters: createEksClusterSource({ ...asked, eks, autoScaling }),
  quotas: createQuotaSource({ ...asked, client: serviceQuotas }),
  allocationFailures: createAwsAllocationFailures({ ...asked, autoScaling, ec2, ecs }),
});
