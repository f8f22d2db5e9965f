import { FAMILIES, PROFILES } from './data/instance-limits.ts';
import { elementAt } from './element-at.ts';
import type { InstanceLimits } from './inventory.ts';

const readProfile = (line: string): Omit<InstanceLimits, 'type'> => {
  const [slots = '', hypervisor = '', build = '', networkCards = '', branches = ''] = line.split(' ');
  const [maxEnis = '', ipv4PerEni = ''] = slots.split('x');
  const bareMetal = build === 'metal';
  const branchEnis = branches === '?' ? null : Number(branches);
  return {
    maxEnis: Number(maxEnis),
    ipv4PerEni: Number(ipv4PerEni),
    hypervisor,
    bareMetal,
    networkCards: Number(networkCards),
    prefixDelegation: supportsPrefixes(hypervisor, bareMetal),
    trunk: branchEnis !== null && branchEnis > 0,
    branchEnis,
    vcpus: null,
  };
};

/** Prefixes can be assigned on Nitro and on bare metal, which EC2 lists with an unknown hypervisor (amazon-vpc-cni-k8s, `IsPrefixDelegationSupported`). */
export const supportsPrefixes = (hypervisor: string, bareMetal: boolean): boolean =>
  hypervisor === 'nitro' || bareMetal;

const unpack = (): ReadonlyMap<string, InstanceLimits> => {
  const profiles = PROFILES.split('\n').map(readProfile);
  const table = new Map<string, InstanceLimits>();
  for (const line of FAMILIES.split('\n')) {
    const [families = '', sizes = ''] = line.split(': ');
    for (const entry of sizes.split(' ')) {
      const [size = '', position = ''] = entry.split('=');
      const profile = elementAt(profiles, Number.parseInt(position, 36));
      for (const family of families.split(',')) {
        const type = `${family}.${size}`;
        table.set(type, { type, ...profile });
      }
    }
  }
  return table;
};

let unpacked: ReadonlyMap<string, InstanceLimits> | null = null;

/** The shipped table, unpacked on first use: a function that never asks does not pay for it. */
const shippedTable = (): ReadonlyMap<string, InstanceLimits> => {
  unpacked ??= unpack();
  return unpacked;
};

/** Every type that the shipped table knows. */
export const knownInstanceTypes = (): readonly string[] => [...shippedTable().keys()];

/**
 * The limits of an instance type on its default network card, the only one the VPC CNI counts; `null` for a type
 * nobody knows. What EC2 itself answered (`overrides`) wins over the shipped table, except for branch interfaces,
 * which no public API tells: those stay as shipped.
 */
export const limitsOf = (
  type: string,
  overrides: ReadonlyMap<string, InstanceLimits> = new Map(),
): InstanceLimits | null => {
  const shipped = shippedTable().get(type) ?? null;
  const answered = overrides.get(type);
  if (answered === undefined) return shipped;
  return shipped === null || answered.branchEnis !== null
    ? answered
    : { ...answered, branchEnis: shipped.branchEnis, trunk: shipped.trunk };
};
