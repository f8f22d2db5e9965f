import type { InstanceLimits } from '../aws/inventory.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import { limitsOf } from './instance-limits.ts';

/** Pods on the host's network (the CNI and kube-proxy) take no address of their own. Source: the head of `eni-max-pods.txt`, amazon-vpc-cni-k8s. */
export const HOST_NETWORK_PODS = 2;

/** Kubernetes' tested bound for a node, and the bound above `LARGE_NODE_VCPUS`. Source: amazon-eks-ami `max-pods-calculator.sh`. */
const RECOMMENDED_MAX_PODS = 110;
const RECOMMENDED_MAX_PODS_LARGE = 250;

/** Nodes with more vCPUs than this may run 250 pods. Same source. */
const LARGE_NODE_VCPUS = 30;

export interface MaxPodsOptions {
  readonly mode: 'secondary' | 'prefix';
  /** The primary interface then serves no pod. */
  readonly customNetworking?: boolean;
  /** Cap at the recommended 110 or 250. */
  readonly recommended?: boolean;
}

/** Addresses that one interface can give to pods: every slot but the interface's own primary address. */
const podSlotsPerInterface = (limits: InstanceLimits): number => limits.ipv4PerEni - 1;

/** Interfaces on the default network card that can serve pods. */
export const podInterfaces = (limits: InstanceLimits, customNetworking: boolean): number =>
  Math.max(0, limits.maxEnis - (customNetworking ? 1 : 0));

/**
 * Addresses that a node of this type can give to pods, when the subnets have plenty. A slot holds one address, or
 * one prefix of 16.
 */
export const podAddresses = (
  limits: InstanceLimits,
  mode: 'secondary' | 'prefix',
  customNetworking: boolean,
): number =>
  podInterfaces(limits, customNetworking) *
  podSlotsPerInterface(limits) *
  (mode === 'prefix' ? ADDRESSES_PER_PREFIX : 1);

/**
 * How many pods kubelet should admit: interfaces x (IPv4 addresses - 1) [x 16 with prefixes] + 2. `null` where the
 * type cannot do it: prefixes on Xen.
 */
export const maxPods = (limits: InstanceLimits, options: MaxPodsOptions): number | null => {
  if (options.mode === 'prefix' && !limits.prefixDelegation) return null;
  const raw = podAddresses(limits, options.mode, options.customNetworking ?? false) + HOST_NETWORK_PODS;
  return options.recommended === true ? Math.min(raw, recommendedCap(limits)) : raw;
};

/** 110, or 250 on a node with more than 30 vCPUs. */
export const recommendedCap = (limits: InstanceLimits): number => {
  const vcpus = vcpusOf(limits);
  return vcpus !== null && vcpus > LARGE_NODE_VCPUS ? RECOMMENDED_MAX_PODS_LARGE : RECOMMENDED_MAX_PODS;
};

/** vCPUs of a type, by EC2's answer or else by the size's name; `null`: neither says so. */
export const vcpusOf = ({ type, vcpus }: Pick<InstanceLimits, 'type' | 'vcpus'>): number | null =>
  vcpus ?? vcpusBySize(type);

/** vCPUs per `xlarge`, in EC2's naming: an m5.8xlarge has 32. */
const VCPUS_PER_XLARGE = 4;

/** Where the size does not tell, and the answer crosses the bound: HPC sizes count a whole host's cores in part, and small metals are no 32-core hosts. */
const VCPU_EXCEPTIONS: ReadonlyMap<string, number> = new Map([
  ['hpc7a.12xlarge', 24],
  ['hs1.8xlarge', 16],
  ['a1.metal', 16],
]);

/**
 * vCPUs as the size's name tells them (`8xlarge`: 32), good enough for the bound of 30; DescribeInstanceTypes
 * answers better. A plain `metal` is the largest size of its family, except on Macs. `null` for sizes that tell nothing.
 */
const vcpusBySize = (type: string): number | null => {
  const exception = VCPU_EXCEPTIONS.get(type);
  if (exception !== undefined) return exception;
  const [family = '', size = ''] = type.split('.');
  const multiple = /(?:^|metal-)(\d{1,4})xl(?:arge)?$/.exec(size)?.[1];
  if (multiple !== undefined) return Number(multiple) * VCPUS_PER_XLARGE;
  // Every family has two of a large. Smaller sizes differ, so a guess is left out.
  if (size === 'large' || size === 'xlarge') return size === 'large' ? 2 : VCPUS_PER_XLARGE;
  if (size === 'metal') return family.startsWith('mac') ? null : LARGE_NODE_VCPUS + 1;
  return null;
};

/** GiB for each vCPU, in the families whose name tells: compute, general purpose, memory. Source: Amazon EC2 instance types. */
const MEMORY_PER_VCPU: ReadonlyMap<string, number> = new Map([
  ['c', 2],
  ['m', 4],
  ['r', 8],
]);

/**
 * GiB of memory of a type, by its name: `c`, `m` and `r` of the fifth generation and later. `null` for all others, and for c5n,
 * which has more than its letter says.
 */
export const memoryOf = (limits: Pick<InstanceLimits, 'type' | 'vcpus'>): number | null => {
  const [, letter = ''] = /^(?!c5n)([cmr])(?:[5-9]|[1-9]\d)/.exec(limits.type) ?? [];
  const each = MEMORY_PER_VCPU.get(letter);
  const vcpus = vcpusOf(limits);
  return each === undefined || vcpus === null ? null : each * vcpus;
};

/** What `headroom limits TYPE --output json` prints of a type. */
export interface LimitsDescription {
  readonly type: string;
  readonly maxEnis: number;
  readonly ipv4PerEni: number;
  readonly prefixDelegation: boolean;
  readonly branchEnis: number | null;
  readonly maxPods: {
    readonly secondary: number | null;
    readonly customNetworking: number | null;
    readonly prefix: number | null;
    readonly prefixRecommended: number | null;
    readonly customNetworkingPrefix: number | null;
    readonly customNetworkingPrefixRecommended: number | null;
    /** With security groups for pods, beside pods on branch interfaces: a trunk takes one interface. `null` where the type has no trunk. */
    readonly podEni: number | null;
    /** The same with custom networking. */
    readonly podEniCustomNetworking: number | null;
    /** Pods with an address on a Windows node, which has its primary interface alone. */
    readonly windows: number;
    /** The same with prefixes; `null` where the type cannot use them. */
    readonly windowsPrefix: number | null;
  };
}

/** A type's limits with max-pods in every mode; `null` for a type that neither the table nor EC2 knows. */
export const describeLimits = (
  type: string,
  overrides?: ReadonlyMap<string, InstanceLimits>,
): LimitsDescription | null => {
  const limits = limitsOf(type, overrides);
  if (limits === null) return null;
  // Karpenter counts it in the same way, with RESERVED_ENIS=1, or 2 under custom networking.
  const withoutTrunk = { ...limits, maxEnis: limits.maxEnis - 1 };
  return {
    type,
    maxEnis: limits.maxEnis,
    ipv4PerEni: limits.ipv4PerEni,
    prefixDelegation: limits.prefixDelegation,
    branchEnis: limits.branchEnis,
    maxPods: {
      secondary: maxPods(limits, { mode: 'secondary' }),
      customNetworking: maxPods(limits, { mode: 'secondary', customNetworking: true }),
      prefix: maxPods(limits, { mode: 'prefix' }),
      prefixRecommended: maxPods(limits, { mode: 'prefix', recommended: true }),
      customNetworkingPrefix: maxPods(limits, { mode: 'prefix', customNetworking: true }),
      customNetworkingPrefixRecommended: maxPods(limits, {
        mode: 'prefix',
        customNetworking: true,
        recommended: true,
      }),
      podEni: limits.trunk ? maxPods(withoutTrunk, { mode: 'secondary' }) : null,
      podEniCustomNetworking: limits.trunk
        ? maxPods(withoutTrunk, { mode: 'secondary', customNetworking: true })
        : null,
      windows: podSlotsPerInterface(limits),
      windowsPrefix: limits.prefixDelegation ? podSlotsPerInterface(limits) * ADDRESSES_PER_PREFIX : null,
    },
  };
};
