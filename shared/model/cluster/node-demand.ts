import type { InstanceLimits } from '../aws/inventory.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { CniConfiguration } from './cni-configuration.ts';
import { podInterfaces } from './max-pods.ts';

/** What EC2 answers when a subnet cannot give what is asked. */
export const EXHAUSTION_ERRORS = {
  /** RunInstances and AssignPrivateIpAddresses, for single addresses. */
  addresses: 'InsufficientFreeAddressesInSubnet',
  /** AssignPrivateIpAddresses and CreateNetworkInterface, for prefixes: no free aligned /28, however many addresses are free. */
  prefixes: 'InsufficientCidrBlocks',
  /** CreateNetworkInterface with more secondary addresses than the subnet has: "There aren't sufficient free Ipv4 addresses or prefixes". */
  newInterface: 'InvalidParameterValue',
} as const;

/** One EC2 call on the way to a node with a full warm pool. */
export interface DemandStep {
  /** The node's own subnet, or the one its pods' interfaces go to: they differ under custom networking. */
  readonly subnet: 'node' | 'pods';
  readonly singles: number;
  readonly prefixes: number;
  /** What people see where single addresses are short. */
  readonly addressError: string;
}

export interface NodeDemandInput {
  readonly limits: InstanceLimits;
  readonly mode: 'secondary' | 'prefix' | 'ipv6';
  readonly customNetworking: boolean;
  readonly securityGroupsForPods: boolean;
  readonly configuration: CniConfiguration;
}

/**
 * What a new node takes before any pod runs on it: its primary address, then its warm pool. In secondary mode with the
 * CNI's defaults that is one interface full: an m5.large takes 10 addresses. In prefix mode it is one address and one
 * prefix. A type without prefixes falls back to secondary addresses.
 * Source: amazon-vpc-cni-k8s `pkg/ipamd/ipamd.go`, `isDatastorePoolTooLow`.
 */
export const nodeDemand = (input: NodeDemandInput): readonly DemandStep[] => {
  const steps: DemandStep[] = [
    { subnet: 'node', singles: 1, prefixes: 0, addressError: EXHAUSTION_ERRORS.addresses },
  ];
  if (input.securityGroupsForPods && input.limits.trunk) {
    steps.push({
      subnet: input.customNetworking ? 'pods' : 'node',
      singles: 1,
      prefixes: 0,
      addressError: EXHAUSTION_ERRORS.addresses,
    });
  }
  return input.mode === 'ipv6' ? steps : [...steps, ...warmPoolSteps(input)];
};

const warmPoolSteps = ({
  limits,
  mode,
  customNetworking,
  configuration,
}: NodeDemandInput): readonly DemandStep[] => {
  const prefixes = mode === 'prefix' && limits.prefixDelegation;
  const slots = limits.ipv4PerEni - 1;
  const steps: DemandStep[] = [];
  let units = Math.min(
    warmUnits(configuration, prefixes, slots),
    podInterfaces(limits, customNetworking) * slots,
  );
  for (let position = customNetworking ? 1 : 0; units > 0; position += 1) {
    const here = Math.min(units, slots);
    units -= here;
    const isNew = position > 0;
    const own = isNew ? 1 : 0;
    steps.push({
      subnet: isNew ? 'pods' : 'node',
      singles: own + (prefixes ? 0 : here),
      prefixes: prefixes ? here : 0,
      addressError: isNew && !prefixes ? EXHAUSTION_ERRORS.newInterface : EXHAUSTION_ERRORS.addresses,
    });
  }
  return steps;
};

/** Addresses or prefixes that an empty node's pool holds. A target of 0 still gets one: an empty pool is always too low. */
const warmUnits = (
  { warmEniTarget, warmPrefixTarget, warmIpTarget, minimumIpTarget }: CniConfiguration,
  prefixes: boolean,
  slots: number,
): number => {
  if (warmIpTarget !== null || minimumIpTarget !== null) {
    const addresses = Math.max(warmIpTarget ?? 0, minimumIpTarget ?? 0);
    return prefixes ? Math.ceil(addresses / ADDRESSES_PER_PREFIX) : addresses;
  }
  return prefixes ? Math.max(1, warmPrefixTarget) : Math.max(1, warmEniTarget) * slots;
};
