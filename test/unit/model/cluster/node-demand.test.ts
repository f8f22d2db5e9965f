import { describe, expect, test } from 'vitest';
import {
  type CniConfiguration,
  UNKNOWN_CNI_CONFIGURATION,
} from '../../../../shared/model/cluster/cni-configuration.ts';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import {
  mergedSteps,
  type NodeDemandInput,
  nodeDemand,
} from '../../../../shared/model/cluster/node-demand.ts';

type Changes = Partial<Omit<NodeDemandInput, 'limits' | 'configuration'>> & {
  readonly type?: string;
  readonly settings?: Partial<CniConfiguration>;
};

const demand = ({ type = 'm5.large', settings = {}, ...changes }: Changes) => {
  const limits = limitsOf(type);
  if (limits === null) throw new Error(`no such type: ${type}`);
  return nodeDemand({
    limits,
    mode: 'secondary',
    customNetworking: false,
    securityGroupsForPods: false,
    configuration: { ...UNKNOWN_CNI_CONFIGURATION, ...settings },
    ...changes,
  });
};

/** Single addresses and prefixes, by where they are taken from. */
const total = (changes: Changes) => {
  const sum = { node: [0, 0], pods: [0, 0] };
  for (const { subnet, singles, prefixes } of demand(changes)) {
    const [before = 0, prefixesBefore = 0] = sum[subnet];
    sum[subnet] = [before + singles, prefixesBefore + prefixes];
  }
  return sum;
};

describe('a new node takes, before any pod runs,', () => {
  test('one interface full in secondary mode: an m5.large 10 addresses', () => {
    expect(demand({})).toEqual([
      { subnet: 'node', singles: 1, prefixes: 0, addressError: 'InsufficientFreeAddressesInSubnet' },
      {
        subnet: 'node',
        singles: 9,
        prefixes: 0,
        addressError: 'InsufficientFreeAddressesInSubnet',
        mayMove: true,
      },
    ]);
  });

  test('two interfaces full with WARM_ENI_TARGET=2, the second in a call of its own that fails in its own way', () => {
    expect(demand({ settings: { warmEniTarget: 2 } })).toEqual([
      { subnet: 'node', singles: 1, prefixes: 0, addressError: 'InsufficientFreeAddressesInSubnet' },
      {
        subnet: 'node',
        singles: 9,
        prefixes: 0,
        addressError: 'InsufficientFreeAddressesInSubnet',
        mayMove: true,
      },
      { subnet: 'pods', deviceIndex: 1, singles: 10, prefixes: 0, addressError: 'InvalidParameterValue' },
    ]);
  });

  test('as much with WARM_ENI_TARGET=0: an empty pool is always too low', () => {
    expect(total({ settings: { warmEniTarget: 0 } }).node).toEqual([10, 0]);
  });

  test('no more than it has slots for', () => {
    expect(total({ settings: { warmEniTarget: 7 } })).toEqual({ node: [10, 0], pods: [20, 0] });
  });

  test('as many addresses as WARM_IP_TARGET or MINIMUM_IP_TARGET says, whichever is more', () => {
    expect(total({ settings: { warmIpTarget: 2, minimumIpTarget: 5 } }).node).toEqual([6, 0]);
    expect(total({ settings: { warmIpTarget: 4 } }).node).toEqual([5, 0]);
    expect(total({ settings: { minimumIpTarget: 3 } }).node).toEqual([4, 0]);
    expect(total({ settings: { warmIpTarget: 0 } }).node).toEqual([10, 0]);
  });

  test('one address and one prefix in prefix mode', () => {
    expect(total({ mode: 'prefix' })).toEqual({ node: [1, 1], pods: [0, 0] });
  });

  test('as many prefixes as the targets make', () => {
    expect(total({ mode: 'prefix', settings: { warmPrefixTarget: 3 } }).node).toEqual([1, 3]);
    expect(total({ mode: 'prefix', settings: { warmIpTarget: 17 } }).node).toEqual([1, 2]);
    expect(total({ mode: 'prefix', settings: { warmPrefixTarget: 0 } }).node).toEqual([1, 1]);
  });

  test('single addresses in prefix mode on a type that has no prefixes', () => {
    expect(total({ type: 'm4.large', mode: 'prefix' }).node).toEqual([10, 0]);
  });

  test('one address where the node is, and an interface full where its pods are, under custom networking', () => {
    expect(total({ customNetworking: true })).toEqual({ node: [1, 0], pods: [10, 0] });
    expect(total({ customNetworking: true, mode: 'prefix' })).toEqual({ node: [1, 0], pods: [1, 1] });
  });

  test('one address more for the trunk of security groups for pods, on types that have one', () => {
    expect(total({ securityGroupsForPods: true }).node).toEqual([11, 0]);
    expect(total({ securityGroupsForPods: true, customNetworking: true })).toEqual({
      node: [1, 0],
      pods: [11, 0],
    });
    expect(total({ securityGroupsForPods: true, type: 't3.small' }).node).toEqual([4, 0]);
  });

  test('one IPv4 address in an IPv6 cluster', () => {
    expect(total({ mode: 'ipv6' })).toEqual({ node: [1, 0], pods: [0, 0] });
  });

  test('and one more for a trunk there', () => {
    expect(total({ mode: 'ipv6', securityGroupsForPods: true })).toEqual({ node: [2, 0], pods: [0, 0] });
    expect(total({ mode: 'ipv6', securityGroupsForPods: true, type: 't3.small' })).toEqual({
      node: [1, 0],
      pods: [0, 0],
    });
  });
});

describe('a node full of pods takes', () => {
  test('every address of its interfaces: a c5.xlarge 60 for 56 pods', () => {
    expect(total({ type: 'c5.xlarge', pods: 56 })).toEqual({ node: [15, 0], pods: [45, 0] });
  });

  test('more on an interface that it has, and then another one, under custom networking', () => {
    expect(total({ customNetworking: true, settings: { warmIpTarget: 2 }, pods: 10 })).toEqual({
      node: [1, 0],
      pods: [14, 0],
    });
  });

  test('seven prefixes for 108 pods where the kubelet admits 110', () => {
    expect(total({ mode: 'prefix', pods: 108, maxPods: 110 })).toEqual({ node: [1, 7], pods: [0, 0] });
  });

  test('the same in fewer steps, with each error kept apart', () => {
    const steps = demand({ type: 'c5.xlarge', settings: { warmIpTarget: 1 }, pods: 20 });
    const merged = mergedSteps(steps);
    expect(steps).toHaveLength(22);
    expect(merged).toEqual([
      { subnet: 'node', singles: 15, prefixes: 0, addressError: 'InsufficientFreeAddressesInSubnet' },
      { subnet: 'pods', deviceIndex: 1, singles: 2, prefixes: 0, addressError: 'InvalidParameterValue' },
      {
        subnet: 'pods',
        deviceIndex: 1,
        singles: 6,
        prefixes: 0,
        addressError: 'InsufficientFreeAddressesInSubnet',
      },
    ]);
  });
});
