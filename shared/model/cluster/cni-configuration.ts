import type { EksCluster } from '../aws/inventory.ts';

/**
 * The settings of the VPC CNI that decide how many addresses a node holds. The managed add-on's configuration tells
 * them; a self-managed CNI's are known to the cluster alone, and its defaults are assumed.
 * Source: amazon-vpc-cni-k8s README.
 */
export interface CniConfiguration {
  /** Whether the EKS API told. If not, the switches are `null` and the targets are the CNI's defaults. */
  readonly known: boolean;
  /** `ENABLE_PREFIX_DELEGATION` */
  readonly prefixDelegation: boolean | null;
  /** `AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG` */
  readonly customNetworking: boolean | null;
  /** `ENABLE_POD_ENI` */
  readonly securityGroupsForPods: boolean | null;
  readonly warmEniTarget: number;
  readonly warmPrefixTarget: number;
  readonly warmIpTarget: number | null;
  readonly minimumIpTarget: number | null;
  /** `MAX_ENI`; `null` where it is not set. */
  readonly maxEni: number | null;
}

/** `WARM_ENI_TARGET` and `WARM_PREFIX_TARGET` as the CNI's manifest ships them; the IP targets are not set there. */
const DEFAULT_WARM_ENI_TARGET = 1;
const DEFAULT_WARM_PREFIX_TARGET = 1;

export const UNKNOWN_CNI_CONFIGURATION: CniConfiguration = {
  known: false,
  prefixDelegation: null,
  customNetworking: null,
  securityGroupsForPods: null,
  warmEniTarget: DEFAULT_WARM_ENI_TARGET,
  warmPrefixTarget: DEFAULT_WARM_PREFIX_TARGET,
  warmIpTarget: null,
  minimumIpTarget: null,
  maxEni: null,
};

/** Reads the `vpc-cni` add-on's configuration. One that is no JSON object counts as not told. */
export const cniConfigurationOf = (vpcCni: EksCluster['vpcCni']): CniConfiguration => {
  if (vpcCni === null) return UNKNOWN_CNI_CONFIGURATION;
  const environment = environmentOf(vpcCni.configuration);
  if (environment === null) return UNKNOWN_CNI_CONFIGURATION;
  const flag = (name: string): boolean => environment[name]?.toLowerCase() === 'true';
  return {
    known: true,
    prefixDelegation: flag('ENABLE_PREFIX_DELEGATION'),
    customNetworking: flag('AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG'),
    securityGroupsForPods: flag('ENABLE_POD_ENI'),
    warmEniTarget: target(environment['WARM_ENI_TARGET']) ?? DEFAULT_WARM_ENI_TARGET,
    warmPrefixTarget: target(environment['WARM_PREFIX_TARGET']) ?? DEFAULT_WARM_PREFIX_TARGET,
    warmIpTarget: target(environment['WARM_IP_TARGET']),
    minimumIpTarget: target(environment['MINIMUM_IP_TARGET']),
    maxEni: target(environment['MAX_ENI']),
  };
};

/** The CNI takes a whole number from 0 on; anything else leaves its default in force. */
const target = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;

/** No configuration at all means that every setting is at its default: an empty environment, not an unknown one. */
const environmentOf = (configuration: string | null): Readonly<Record<string, string>> | null => {
  if (configuration === null || configuration.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(configuration);
    if (typeof parsed !== 'object' || parsed === null) return null;
    const env: unknown = 'env' in parsed ? parsed.env : {};
    if (typeof env !== 'object' || env === null) return null;
    return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
  } catch {
    // The add-on accepts YAML as well; its settings are then not known.
    return null;
  }
};
