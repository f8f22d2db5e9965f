/** The settings of the VPC CNI that decide how many addresses a node holds. Names and meaning are the CNI's own. */
export interface CniSettings {
  /** `ENABLE_PREFIX_DELEGATION`. Types that cannot take prefixes fall back to secondary addresses. */
  readonly prefixDelegation: boolean;
  /** `WARM_ENI_TARGET`. */
  readonly warmEniTarget: number;
  /** `WARM_PREFIX_TARGET`. */
  readonly warmPrefixTarget: number;
  /** `WARM_IP_TARGET`; `null` where it is not set. It overrides the two above. */
  readonly warmIpTarget: number | null;
  /** `MINIMUM_IP_TARGET`; `null` where it is not set. */
  readonly minimumIpTarget: number | null;
  /** The kubelet's limit. The pool grows no further once it holds as many addresses. `null`: of the instance type. */
  readonly maxPods: number | null;
}

/** As the CNI's own manifest ships it (amazon-vpc-cni-k8s, README). */
export const DEFAULT_CNI_SETTINGS: CniSettings = {
  prefixDelegation: false,
  warmEniTarget: 1,
  warmPrefixTarget: 1,
  warmIpTarget: null,
  minimumIpTarget: null,
  maxPods: null,
};

/** What one instance type can hold on its default network card. */
export interface NodeLimits {
  readonly instanceType: string;
  readonly maxEnis: number;
  readonly ipv4PerEni: number;
  readonly prefixDelegation: boolean;
}
