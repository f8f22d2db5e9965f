import packageJson from '../../package.json' with { type: 'json' };
import { createAwsAllocationFailures } from '../clusters/aws-allocation-failures.ts';
import { createEksClusterSource } from '../clusters/eks-cluster-source.ts';
import type { KubernetesSettings } from '../config/headroom-yml.ts';
import { createEc2Inventory } from '../inventory/ec2-inventory.ts';
import { createQuotaSource } from '../inventory/quota-source.ts';
import { createApiSource } from '../kubernetes/api-source.ts';
import { openEksApi } from '../kubernetes/eks-api.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { TargetSources } from '../pipeline/collect.ts';
import type { KubernetesAccess } from '../pipeline/read-kubernetes.ts';
import type { TargetClients } from './clients.ts';
import { agentSettings } from './network.ts';

export const USER_AGENT = `headroom/${packageJson.version}`;

/** The AWS APIs of one target as the pipeline's sources. */
export const createTargetSources = (
  target: Target,
  clients: TargetClients,
  options: {
    readonly roleArn?: string | null;
    readonly signal?: AbortSignal;
    /** Absent or `null`: the Kubernetes API of no cluster is read. */
    readonly kubernetes?: KubernetesSettings | null;
  } = {},
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
    quotas: createQuotaSource({
      ...shared,
      client: clients.serviceQuotas,
      roleArn: options.roleArn ?? null,
    }),
    learnRates: (rates) => clients.budget?.learn(rates),
    allocationFailures: createAwsAllocationFailures({
      ...shared,
      autoScaling: clients.autoScaling,
      ec2: clients.ec2,
      ecs: clients.ecs,
      roleArn: options.roleArn ?? null,
    }),
    ...(options.kubernetes == null
      ? {}
      : { kubernetes: eksAccess(target, clients, options.kubernetes, options.signal) }),
  };
};

/** The Kubernetes APIs of EKS clusters, read as the identity that reads the target. */
const eksAccess = (
  target: Target,
  { eks, sts }: TargetClients,
  { clusters: wanted, ipamd, labels }: KubernetesSettings,
  signal: AbortSignal | undefined,
): KubernetesAccess => {
  const { proxyEnv } = agentSettings();
  return {
    source: createApiSource((name) =>
      openEksApi(name, { eks, sts, target, options: { userAgent: USER_AGENT, proxyEnv, signal } }),
    ),
    choose: (clusters) =>
      wanted === 'all' ? clusters : clusters.filter(({ name }) => wanted.includes(name)),
    ipamd,
    labels,
  };
};
