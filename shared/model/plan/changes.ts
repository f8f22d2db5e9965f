import { count } from '../base/text/numbers.ts';
import type { NewNodeSettings } from '../result/cluster.ts';

/** A subnet that a plan adds. */
export interface NewSubnet {
  readonly cidr: string;
  readonly zone: string;
}

/** What is to be changed about one cluster. */
export interface PlannedChanges {
  /** Settings of the CNI that change; those that are left out stay. */
  readonly settings: Partial<NewNodeSettings>;
  /** The instance type of all nodes after the change; `null`: as it is. */
  readonly type: string | null;
  /** Nodes more, or fewer. */
  readonly nodes: number;
  /** Pods with an address of their own more, or fewer. */
  readonly pods: number;
  /** A range whose subnets, one for each zone, give pods their addresses; `null`: none. */
  readonly customNetworking: string | null;
  /** Subnets that the CNI's discovery opens to pods. */
  readonly newSubnets: readonly NewSubnet[];
  /** Ranges that become `prefix` reservations. */
  readonly reservations: readonly string[];
}

export const NO_CHANGES: PlannedChanges = {
  settings: {},
  type: null,
  nodes: 0,
  pods: 0,
  customNetworking: null,
  newSubnets: [],
  reservations: [],
};

/** The CNI's own name of each setting. */
export const SETTING_NAMES: Readonly<Record<keyof NewNodeSettings, string>> = {
  prefixDelegation: 'ENABLE_PREFIX_DELEGATION',
  customNetworking: 'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG',
  podEni: 'ENABLE_POD_ENI',
  warmEniTarget: 'WARM_ENI_TARGET',
  warmPrefixTarget: 'WARM_PREFIX_TARGET',
  warmIpTarget: 'WARM_IP_TARGET',
  minimumIpTarget: 'MINIMUM_IP_TARGET',
  maxEni: 'MAX_ENI',
};

/** The settings after the change. */
export const settingsAfter = (before: NewNodeSettings, changes: PlannedChanges): NewNodeSettings => ({
  ...before,
  ...(changes.customNetworking === null ? {} : { customNetworking: true }),
  ...changes.settings,
});

/** The settings that differ, under the CNI's names. */
export const changedSettings = (
  before: NewNodeSettings,
  after: NewNodeSettings,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    keysOf(SETTING_NAMES)
      .filter((key) => before[key] !== after[key])
      .map((key) => [SETTING_NAMES[key], String(after[key])]),
  );

const keysOf = <Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] => {
  const keys: Key[] = [];
  for (const key in table) keys.push(key);
  return keys;
};

/**
 * Whether nodes have to be replaced. A node that runs keeps the interfaces and addresses that its mode gave it. Only the warm
 * targets work on running nodes.
 */
export const replacesNodes = (
  before: NewNodeSettings,
  after: NewNodeSettings,
  type: string | null,
): boolean =>
  type !== null ||
  before.prefixDelegation !== after.prefixDelegation ||
  before.customNetworking !== after.customNetworking ||
  before.podEni !== after.podEni;

/** The changes in words, one sentence each. */
export const describeChanges = (before: NewNodeSettings, changes: PlannedChanges): readonly string[] => {
  const set = Object.entries(changedSettings(before, settingsAfter(before, changes)));
  return [
    ...set.map(([name, value]) => `${name}=${value}`),
    ...(changes.type === null ? [] : [`nodes of type ${changes.type}`]),
    ...signed(changes.nodes, 'node'),
    ...signed(changes.pods, 'pod'),
    ...(changes.customNetworking === null ? [] : [`pods take addresses from ${changes.customNetworking}`]),
    ...changes.newSubnets.map(({ cidr, zone }) => `new subnet ${cidr} in ${zone}`),
    ...changes.reservations.map((range) => `${range} reserved for prefixes`),
  ];
};

const signed = (value: number, noun: string): readonly string[] => {
  if (value === 0) return [];
  const kind = value > 0 ? 'more' : 'fewer';
  return [count(Math.abs(value), `${kind} ${noun}`)];
};
