import type { EksCluster, InstanceLimits } from '../aws/inventory.ts';
import { DEFAULT_CNI_SETTINGS } from '../cni/cni-settings.ts';
import type { CniVariable } from './cni-variables.ts';
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
  /** What it keeps ready on a Windows node. */
  readonly windowsTargets: WindowsTargets;
  /**
   * False with `DISABLE_NETWORK_RESOURCE_PROVISIONING` or `ENABLE_IMDS_ONLY_MODE`: the CNI then calls EC2 for nothing, and a node
   * has the interfaces and addresses that it was given from outside.
   */
  readonly provisions: boolean;
  /** `ENABLE_MULTI_NIC`: the CNI uses the other network cards of a node as well. */
  readonly multiNic: boolean;
  readonly warmEniTarget: number;
  readonly warmPrefixTarget: number;
  readonly warmIpTarget: number | null;
  readonly minimumIpTarget: number | null;
  /** `MAX_ENI`; `null` where it is not set, or below 1, which the CNI ignores. */
  readonly maxEni: number | null;
  /** Pod subnets of the ENIConfigs that the add-on makes (`eniConfig`), by the names of these; empty where it makes none. */
  readonly eniConfigSubnets: ReadonlyMap<string, string>;
  /** `ENI_CONFIG_LABEL_DEF` is the zone: a node takes the ENIConfig that has its zone's name. */
  readonly eniConfigByZone: boolean;
}

/** `warmWindowsIPTarget`, `minimumWindowsIPTarget` and `warmWindowsPrefixTarget` of the add-on. The first two override the last. */
export interface WindowsTargets {
  readonly warmIp: number;
  readonly minimumIp: number;
  readonly warmPrefix: number;
}

/** Source: amazon-vpc-cni-k8s, the chart's `values.yaml`; without any, the VPC resource controller keeps the same addresses. */
const DEFAULT_WINDOWS_TARGETS: WindowsTargets = { warmIp: 1, minimumIp: 3, warmPrefix: 0 };

/** `ENABLE_MULTI_NIC` came with 1.20.0. Same source. */
const MULTI_NIC_SINCE: CniVersion = [1, 20, 0];

/** `ENABLE_IMDS_ONLY_MODE` came with 1.19.6. Source: amazon-vpc-cni-k8s, releases. */
const IMDS_ONLY_SINCE: CniVersion = [1, 19, 6];

/**
 * Before it the CNI kept a slot for a trunk on types that cannot have one (github.com/aws/amazon-vpc-cni-k8s/issues/3094, fixed by
 * pull request 3250 after 1.20.3).
 */
const TRUNK_SLOT_BY_TYPE_SINCE: CniVersion = [1, 21, 0];

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
  windowsTargets: DEFAULT_WINDOWS_TARGETS,
  provisions: true,
  multiNic: false,
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

/** Whether the CNI keeps an interface slot of this type for a trunk. A version that is not known is taken to keep it. */
export const keepsTrunkSlot = (
  { version }: CniConfiguration,
  { branchEnis }: Pick<InstanceLimits, 'branchEnis'>,
): boolean => branchEnis !== 0 || version === null || !isAtLeast(version, TRUNK_SLOT_BY_TYPE_SINCE);

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
  const exact = configurationOf(
    cniVersionOf(inCluster.version ?? eks?.vpcCni?.version ?? null),
    { eniConfig: { create: true, subnets: Object.fromEntries(subnets) } },
    inCluster.env,
  );
  return {
    ...exact,
    eniConfigSubnets: inCluster.eniConfigs === null ? addOn.eniConfigSubnets : exact.eniConfigSubnets,
    // A setting of the VPC resource controller, which no DaemonSet holds.
    windowsIpam: addOn.windowsIpam,
    windowsPrefixDelegation: addOn.windowsPrefixDelegation,
    windowsTargets: addOn.windowsTargets,
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
  return configurationOf(version, values, { ...MANIFEST, ...environment });
};

/**
 * The one setting of which the CNI's code has another default than its manifest: without the variable a DaemonSet keeps no prefix
 * warm (`defaultWarmPrefixTarget`, amazon-vpc-cni-k8s).
 */
const MANIFEST = { WARM_PREFIX_TARGET: '1' } as const satisfies Partial<Record<CniVariable, string>>;

type Values = Readonly<Record<string, unknown>>;

/** @param environment the variables of the DaemonSet, all of them */
const configurationOf = (
  version: CniVersion | null,
  values: Values,
  environment: Values,
): CniConfiguration => {
  const variable = (name: CniVariable): unknown => environment[name];
  const flag = (name: CniVariable, otherwise = false): boolean => flagOf(variable(name), otherwise);
  const since = (bound: CniVersion): boolean => version === null || isAtLeast(version, bound);
  return {
    known: true,
    version,
    prefixDelegation: flag('ENABLE_PREFIX_DELEGATION'),
    customNetworking: flag('AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG'),
    securityGroupsForPods: flag('ENABLE_POD_ENI'),
    subnetDiscovery: since(DISCOVERY_SINCE) && flag('ENABLE_SUBNET_DISCOVERY', true),
    windowsIpam:
      flagOf(values['enableWindowsIpam'], false) || flagOf(environment['ENABLE_WINDOWS_IPAM'], false),
    windowsPrefixDelegation:
      flagOf(values['enableWindowsPrefixDelegation'], false) ||
      flagOf(environment['ENABLE_WINDOWS_PREFIX_DELEGATION'], false),
    windowsTargets: {
      warmIp: target(values['warmWindowsIPTarget']) ?? DEFAULT_WINDOWS_TARGETS.warmIp,
      minimumIp: target(values['minimumWindowsIPTarget']) ?? DEFAULT_WINDOWS_TARGETS.minimumIp,
      warmPrefix: target(values['warmWindowsPrefixTarget']) ?? DEFAULT_WINDOWS_TARGETS.warmPrefix,
    },
    provisions: !(
      flag('DISABLE_NETWORK_RESOURCE_PROVISIONING') ||
      (since(IMDS_ONLY_SINCE) && flag('ENABLE_IMDS_ONLY_MODE'))
    ),
    multiNic: since(MULTI_NIC_SINCE) && flag('ENABLE_MULTI_NIC'),
    warmEniTarget: target(variable('WARM_ENI_TARGET')) ?? warmEniTarget,
    warmPrefixTarget: target(variable('WARM_PREFIX_TARGET')) ?? 0,
    warmIpTarget: target(variable('WARM_IP_TARGET')),
    minimumIpTarget: target(variable('MINIMUM_IP_TARGET')),
    maxEni: target(variable('MAX_ENI')) || null,
    eniConfigSubnets: eniConfigSubnets(values['eniConfig']),
    eniConfigByZone: ZONE_LABELS.has(String(variable('ENI_CONFIG_LABEL_DEF'))),
  };
};

/** The spellings that Go's `strconv.ParseBool` takes. */
const TRUE: readonly string[] = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE: readonly string[] = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** As the CNI reads it: what is no boolean, such as an empty value, leaves the default in force (`parseBoolEnvVar`). */
const flagOf = (value: unknown, otherwise: boolean): boolean =>
  otherwise ? !FALSE.includes(String(value)) : TRUE.includes(String(value));

/** The largest number that Go's `strconv.Atoi` takes, as near as a number here comes to it. */
const LARGEST = 2 ** 63;

/** As `strconv.Atoi` reads it. The CNI takes a whole number from 0 on; anything else leaves its default in force. */
const target = (value: unknown): number | null => {
  const number = /^[+-]?\d+$/.test(String(value)) ? Number(value) : Number.NaN;
  return number >= 0 && number < LARGEST ? Math.abs(number) : null;
};

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
  if (given === null || subnets === null || !flagOf(given['create'], false)) return new Map();
  return new Map(
    Object.entries(subnets).flatMap(([name, subnet]) => {
      const id = objectOf(subnet)?.['id'];
      return typeof id === 'string' ? [[name, id]] : [];
    }),
  );
};
