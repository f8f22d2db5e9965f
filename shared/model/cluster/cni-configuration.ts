import type { EksCluster } from '../aws/inventory.ts';
import { DEFAULT_CNI_SETTINGS } from '../cni/cni-settings.ts';
import { type CniVersion, cniVersionOf, isAtLeast } from './cni-version.ts';

/** The VPC CNI's settings, as far as its managed add-on tells them. Names and defaults: amazon-vpc-cni-k8s, README. */
export interface CniConfiguration {
  /**
   * False if it is unknown: the CNI is self-managed, or the EKS API could not be asked. The targets are then the CNI's
   * defaults, the rest is `null`.
   */
  readonly known: boolean;
  /** The version of the add-on; `null` where it is not known. */
  readonly version: CniVersion | null;
  /** `ENABLE_PREFIX_DELEGATION` */
  readonly prefixDelegation: boolean | null;
  /** `AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG` */
  readonly customNetworking: boolean | null;
  /** `ENABLE_POD_ENI` */
  readonly securityGroupsForPods: boolean | null;
  /** `ENABLE_SUBNET_DISCOVERY`, which the CNI has from 1.18 on. */
  readonly subnetDiscovery: boolean | null;
  /** `enableWindowsIpam`: the VPC resource controller gives Windows nodes their addresses. */
  readonly windowsIpam: boolean | null;
  /** `enableWindowsPrefixDelegation`: it gives them prefixes. */
  readonly windowsPrefixDelegation: boolean | null;
  readonly warmEniTarget: number;
  readonly warmPrefixTarget: number;
  readonly warmIpTarget: number | null;
  readonly minimumIpTarget: number | null;
  /** `MAX_ENI`; `null` where it is not set. */
  readonly maxEni: number | null;
  /** Pod subnets of the ENIConfigs that the add-on makes (`eniConfig`), by the names of these; empty where it makes none. */
  readonly eniConfigSubnets: ReadonlyMap<string, string>;
  /** `ENI_CONFIG_LABEL_DEF` is the zone: a node takes the ENIConfig that has its zone's name. */
  readonly eniConfigByZone: boolean;
}

/** Subnet discovery came with 1.18. Source: amazon-vpc-cni-k8s, CHANGELOG. */
const DISCOVERY_SINCE: CniVersion = [1, 18, 0];

/** From 1.22.1 on `kubernetes.io/role/cni=0` shuts the node's own subnet out, and subnets can be kept to named clusters. Same source. */
const EXCLUSION_SINCE: CniVersion = [1, 22, 1];

/** By these labels a node takes the ENIConfig that is named after its zone. */
const ZONE_LABELS: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/zone',
]);

const { warmEniTarget, warmPrefixTarget, warmIpTarget, minimumIpTarget, maxEni } = DEFAULT_CNI_SETTINGS;

export const UNKNOWN_CNI_CONFIGURATION: CniConfiguration = {
  known: false,
  version: null,
  prefixDelegation: null,
  customNetworking: null,
  securityGroupsForPods: null,
  subnetDiscovery: null,
  windowsIpam: null,
  windowsPrefixDelegation: null,
  warmEniTarget,
  warmPrefixTarget,
  warmIpTarget,
  minimumIpTarget,
  maxEni,
  eniConfigSubnets: new Map(),
  eniConfigByZone: false,
};

/** Whether a node's own subnet can be shut out by its tags. A version that is not known is taken to be a current one. */
export const knowsExclusion = ({ version }: CniConfiguration): boolean =>
  version === null || isAtLeast(version, EXCLUSION_SINCE);

/**
 * The settings of a cluster's CNI: those of its DaemonSet, where the Kubernetes API was read, else those of its add-on. A setting
 * that was changed by hand stands in the DaemonSet alone.
 */
export const clusterCniConfiguration = (
  eks: Pick<EksCluster, 'vpcCni' | 'cniInCluster'> | null,
): CniConfiguration => {
  const addOn = cniConfigurationOf(eks?.vpcCni ?? null);
  const inCluster = eks?.cniInCluster;
  if (inCluster === undefined) return addOn;
  const subnets = Object.entries(inCluster.eniConfigs ?? {}).map(([name, id]) => [name, { id }] as const);
  const exact = cniConfigurationOf({
    version: inCluster.version ?? eks?.vpcCni?.version ?? null,
    configuration: JSON.stringify({
      env: inCluster.env,
      eniConfig: { create: true, subnets: Object.fromEntries(subnets) },
    }),
  });
  return {
    ...exact,
    eniConfigSubnets: inCluster.eniConfigs === null ? addOn.eniConfigSubnets : exact.eniConfigSubnets,
    // A setting of the VPC resource controller, which no DaemonSet holds.
    windowsIpam: addOn.windowsIpam,
    windowsPrefixDelegation: addOn.windowsPrefixDelegation,
  };
};

/**
 * Reads the `vpc-cni` add-on's configuration, as JSON: who asks EKS has turned YAML into it. One that is no JSON object
 * counts as unknown.
 */
export const cniConfigurationOf = (vpcCni: EksCluster['vpcCni']): CniConfiguration => {
  if (vpcCni === null) return UNKNOWN_CNI_CONFIGURATION;
  const version = cniVersionOf(vpcCni.version);
  const values = valuesOf(vpcCni.configuration);
  if (values === null) return { ...UNKNOWN_CNI_CONFIGURATION, version };
  const environment = values['env'] === undefined ? {} : objectOf(values['env']);
  if (environment === null) return { ...UNKNOWN_CNI_CONFIGURATION, version };
  const flag = (name: string): boolean => isTrue(environment[name]);
  return {
    known: true,
    version,
    prefixDelegation: flag('ENABLE_PREFIX_DELEGATION'),
    customNetworking: flag('AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG'),
    securityGroupsForPods: flag('ENABLE_POD_ENI'),
    subnetDiscovery:
      (version === null || isAtLeast(version, DISCOVERY_SINCE)) &&
      (environment['ENABLE_SUBNET_DISCOVERY'] === undefined || flag('ENABLE_SUBNET_DISCOVERY')),
    windowsIpam: isTrue(values['enableWindowsIpam']) || flag('ENABLE_WINDOWS_IPAM'),
    windowsPrefixDelegation:
      isTrue(values['enableWindowsPrefixDelegation']) || flag('ENABLE_WINDOWS_PREFIX_DELEGATION'),
    warmEniTarget: target(environment['WARM_ENI_TARGET']) ?? warmEniTarget,
    warmPrefixTarget: target(environment['WARM_PREFIX_TARGET']) ?? warmPrefixTarget,
    warmIpTarget: target(environment['WARM_IP_TARGET']),
    minimumIpTarget: target(environment['MINIMUM_IP_TARGET']),
    maxEni: target(environment['MAX_ENI']),
    eniConfigSubnets: eniConfigSubnets(values['eniConfig']),
    eniConfigByZone: ZONE_LABELS.has(String(environment['ENI_CONFIG_LABEL_DEF'])),
  };
};

/** The spellings that Go's `strconv.ParseBool` takes for true, as the CNI does. */
const isTrue = (value: unknown): boolean => ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(String(value));

/** The CNI takes a whole number from 0 on; anything else leaves its default in force. */
const target = (value: unknown): number | null => (/^\d+$/.test(String(value)) ? Number(value) : null);

/** No configuration at all means that every setting is at its default: no values, not unknown ones. */
const valuesOf = (configuration: string | null): Readonly<Record<string, unknown>> | null => {
  if (configuration === null || configuration.trim() === '') return {};
  try {
    return objectOf(JSON.parse(configuration));
  } catch {
    return null;
  }
};

const objectOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;

/** `eniConfig: { create: true, subnets: { <name>: { id } } }`. Source: the chart's `eniconfig.yaml`, amazon-vpc-cni-k8s. */
const eniConfigSubnets = (eniConfig: unknown): ReadonlyMap<string, string> => {
  const given = objectOf(eniConfig);
  const subnets = objectOf(given?.['subnets']);
  if (given === null || subnets === null || !isTrue(given['create'])) return new Map();
  return new Map(
    Object.entries(subnets).flatMap(([name, subnet]) => {
      const id = objectOf(subnet)?.['id'];
      return typeof id === 'string' ? [[name, id]] : [];
    }),
  );
};
