import type { InstanceLimits } from '../aws/inventory.ts';

/** The settings of the VPC CNI that decide how many addresses a node holds. Names and meaning are the CNI's own. */
export interface CniSettings {
  /** `ENABLE_PREFIX_DELEGATION`. Types that cannot take prefixes fall back to secondary addresses. */
  readonly prefixDelegation: boolean;
  /** `AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`: the primary interface then serves no pod. */
  readonly customNetworking: boolean;
  /** `ENABLE_POD_ENI`: security groups for pods. One interface slot is kept for the trunk. */
  readonly podEni: boolean;
  /** `WARM_ENI_TARGET`. */
  readonly warmEniTarget: number;
  /** `WARM_PREFIX_TARGET`. */
  readonly warmPrefixTarget: number;
  /** `WARM_IP_TARGET`; `null` where it is not set. It overrides the two above. */
  readonly warmIpTarget: number | null;
  /** `MINIMUM_IP_TARGET`; `null` where it is not set. It overrides the same two. */
  readonly minimumIpTarget: number | null;
  /** `MAX_ENI`, primary interface and trunk included; `null` where it is not set. */
  readonly maxEni: number | null;
  /** The kubelet's limit. The pool grows no further once it holds as many addresses. `null`: of the instance type. */
  readonly maxPods: number | null;
}

/** As the CNI's own manifest ships it (amazon-vpc-cni-k8s, README). */
export const DEFAULT_CNI_SETTINGS: CniSettings = {
  prefixDelegation: false,
  customNetworking: false,
  podEni: false,
  warmEniTarget: 1,
  warmPrefixTarget: 1,
  warmIpTarget: null,
  minimumIpTarget: null,
  maxEni: null,
  maxPods: null,
};

/** What one instance type can hold on its default network card, the only one that the CNI uses by default. */
export type NodeLimits = Pick<InstanceLimits, 'maxEnis' | 'ipv4PerEni' | 'prefixDelegation' | 'trunk'>;

/** The most interfaces that a node attaches: the type's limit, or `MAX_ENI` where that is lower. A `MAX_ENI` below 1 is ignored. */
export const mostInterfaces = ({ maxEnis }: NodeLimits, { maxEni }: Pick<CniSettings, 'maxEni'>): number =>
  maxEni !== null && maxEni >= 1 ? Math.min(maxEnis, maxEni) : maxEnis;

/** Secondary addresses or prefixes that one interface holds: each IPv4 slot but that of its own primary address. */
export const slotsPerInterface = ({ ipv4PerEni }: Pick<NodeLimits, 'ipv4PerEni'>): number => ipv4PerEni - 1;

/** Whether `WARM_IP_TARGET` or `MINIMUM_IP_TARGET` decides. The CNI reads a target of 0 as not set (`warmIPTargetsDefined`). */
export const hasIpTargets = ({
  warmIpTarget,
  minimumIpTarget,
}: Pick<CniSettings, 'warmIpTarget' | 'minimumIpTarget'>): boolean =>
  (warmIpTarget ?? 0) > 0 || (minimumIpTarget ?? 0) > 0;

/** Whether a node of this type takes prefixes with these settings. */
export const takesPrefixes = (limits: NodeLimits, settings: Pick<CniSettings, 'prefixDelegation'>): boolean =>
  settings.prefixDelegation && limits.prefixDelegation;
