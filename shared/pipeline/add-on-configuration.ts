import type { EksCluster } from '../model/aws/inventory.ts';

/**
 * The cluster with the configuration of its `vpc-cni` add-on as JSON. EKS takes `configurationValues` as JSON or YAML and
 * answers them as they were given. What is neither stays as it is, and the model treats it as unknown.
 */
export const withJsonConfiguration = async (cluster: EksCluster): Promise<EksCluster> => {
  const configuration = cluster.vpcCni?.configuration ?? null;
  return cluster.vpcCni === null || configuration === null
    ? cluster
    : { ...cluster, vpcCni: { ...cluster.vpcCni, configuration: await asJson(configuration) } };
};

const asJson = async (text: string): Promise<string> => {
  try {
    const { parse } = await import('yaml');
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : text;
  } catch {
    return text;
  }
};
