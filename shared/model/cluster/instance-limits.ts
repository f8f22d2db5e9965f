import type { InstanceLimits } from '../aws/inventory.ts';
import { elementAt } from '../base/element-at.ts';
import { FAMILIES, PROFILES } from './data/instance-limits.ts';

const readProfile = (line: string): Omit<InstanceLimits, 'type'> => {
  const words = line.split(' ');
  const slots = elementAt(words, 0).split('x');
  const hypervisor = elementAt(words, 1);
  const bareMetal = elementAt(words, 2) === 'metal';
  const branches = elementAt(words, 4);
  const branchEnis = branches === '?' ? null : Number(branches);
  return {
    maxEnis: Number(elementAt(slots, 0)),
    ipv4PerEni: Number(elementAt(slots, 1)),
    hypervisor,
    bareMetal,
    networkCards: Number(elementAt(words, 3)),
    prefixDelegation: supportsPrefixes(hypervisor, bareMetal),
    trunk: branchEnis !== null && branchEnis > 0,
    branchEnis,
    vcpus: null,
  };
};

/** Prefixes can be assigned on Nitro and on bare metal, which EC2 lists with an unknown hypervisor (amazon-vpc-cni-k8s, `IsPrefixDelegationSupported`). */
export const supportsPrefixes = (hypervisor: string, bareMetal: boolean): boolean =>
  hypervisor === 'nitro' || bareMetal;

/** The limits by type, from the packed lines of `data/instance-limits.ts`, which tell how they are to be read. */
export const unpackLimits = (
  profileLines: string,
  familyLines: string,
): ReadonlyMap<string, InstanceLimits> => {
  const profiles = profileLines.split('\n').map(readProfile);
  const table = new Map<string, InstanceLimits>();
  for (const line of familyLines.split('\n')) {
    const parts = line.split(': ');
    for (const entry of elementAt(parts, 1).split(' ')) {
      const assignment = entry.split('=');
      const profile = elementAt(profiles, Number.parseInt(elementAt(assignment, 1), 36));
      for (const family of elementAt(parts, 0).split(',')) {
        const type = `${family}.${elementAt(assignment, 0)}`;
        table.set(type, { type, ...profile });
      }
    }
  }
  return table;
};

let unpacked: ReadonlyMap<string, InstanceLimits> | null = null;

/** The shipped table, unpacked on first use: a function that never asks does not pay for it. */
const shippedTable = (): ReadonlyMap<string, InstanceLimits> => {
  unpacked ??= unpackLimits(PROFILES, FAMILIES);
  return unpacked;
};

/** Every type that the shipped table knows. */
export const knownInstanceTypes = (): readonly string[] => [...shippedTable().keys()];

/**
 * The limits of an instance type on its default network card, the only one the VPC CNI counts; `null` for an unknown
 * type. What EC2 itself answered (`overrides`) wins over the shipped table, except for branch interfaces, which no
 * public API tells: those stay as shipped.
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
