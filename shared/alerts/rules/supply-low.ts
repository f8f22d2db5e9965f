import type { Observation } from '../../model/alert/alert.ts';
import { nameAndId } from '../../model/base/text/names.ts';
import { percentOf, quantity } from '../../model/base/text/numbers.ts';
import type { SubnetAssessment, TargetAssessment } from '../../model/result/assessment.ts';
import type { Evidence, Remedy } from '../../model/result/finding.ts';
import { type AddressSupply, addressSupply } from '../address-supply.ts';
import {
  addSubnet,
  deleteLeakedInterfaces,
  drainNodes,
  listHolders,
  reserveForPrefixes,
  useSibling,
} from '../remedies.ts';
import { levelsOf, type SupplyLevels } from '../thresholds.ts';
import { allWell, hasIpv4, notKnown, observed, type Rule } from './rule.ts';

/** A subnet has few addresses left. */
export const addressesLow: Rule = (context) =>
  context.assessment.subnets.filter(hasIpv4).map((subnet): Observation => {
    const subject = context.subjects.subnet(subnet);
    const policy = context.settings('addresses-low', subject);
    if (!policy.enabled) return allWell('addresses-low', subject);
    const supply = addressSupply(subnet);
    if (supply === null) return notKnown('addresses-low', subject);
    const levels = levelsOf(supply.available, supply.usable, policy);
    const evidence = addressEvidence(supply, levels);
    return observed('addresses-low', subject, levels, evidence, () => ({
      title: `Subnet ${nameAndId(subject.name, subject.id)} has ${supply.available} of ${supply.usable} addresses left`,
      explanation: `${quantity(percentOf(supply.available, supply.usable), 'percent')} of the addresses that this subnet can give are still available. At none, new nodes, pods, load balancers and interfaces fail with InsufficientFreeAddressesInSubnet.${sourceNote(supply)}`,
      remedies: remediesForAddresses(subnet, context.assessment),
      forecast: subnet.forecast.addresses,
      owners: subnet.owners,
    }));
  });

/** A subnet from which prefixes are taken has few whole blocks left. */
export const prefixesLow: Rule = (context) =>
  context.assessment.subnets.filter(hasIpv4).map((subnet): Observation => {
    const subject = context.subjects.subnet(subnet);
    const policy = context.settings('prefixes-low', subject);
    if (!policy.enabled || subnet.usesPrefixes === false) return allWell('prefixes-low', subject);
    const { prefixes } = subnet;
    const possible = possibleBlocks(subnet);
    if (subnet.usesPrefixes === null || prefixes === null || possible === null) {
      return notKnown('prefixes-low', subject);
    }
    const levels = levelsOf(prefixes.free, possible, policy);
    const evidence = prefixEvidence(subnet, prefixes.free, possible, levels);
    return observed('prefixes-low', subject, levels, evidence, () => ({
      title: `Subnet ${nameAndId(subject.name, subject.id)} has ${prefixes.free} of ${possible} prefixes left`,
      explanation: `A prefix is a whole free block of 16 addresses; single addresses are of no use to nodes that take prefixes.${available(subnet)} At none, those nodes fail with InsufficientCidrBlocks and their pods get no address.`,
      remedies: remediesForPrefixes(subnet, context.assessment),
      forecast: subnet.forecast.prefixes,
      owners: subnet.owners,
    }));
  });

export const remediesForAddresses = (
  subnet: SubnetAssessment,
  assessment: TargetAssessment,
): readonly Remedy[] => [
  ...deleteLeakedInterfaces(subnet, assessment),
  ...useSibling(subnet, assessment),
  ...addSubnet(subnet, assessment),
  listHolders(subnet),
];

export const remediesForPrefixes = (
  subnet: SubnetAssessment,
  assessment: TargetAssessment,
): readonly Remedy[] => [
  ...reserveForPrefixes(subnet, assessment),
  ...addSubnet(subnet, assessment),
  drainNodes(subnet),
  listHolders(subnet),
];

/** Blocks that could be prefixes if nothing else lived in the subnet: all but the first and the last, where AWS's own addresses are. */
const possibleBlocks = ({ blocks }: SubnetAssessment): number | null =>
  blocks === null ? null : blocks.free + blocks.prefix + blocks.full + blocks.fragmented;

const addressEvidence = (supply: AddressSupply, levels: SupplyLevels): readonly Evidence[] => [
  { name: 'available', value: supply.available, unit: 'addresses' },
  { name: 'usable', value: supply.usable, unit: 'addresses' },
  { name: 'availablePercent', value: percentOf(supply.available, supply.usable), unit: 'percent' },
  ...limits(levels, 'addresses'),
];

const prefixEvidence = (
  subnet: SubnetAssessment,
  free: number,
  possible: number,
  levels: SupplyLevels,
): readonly Evidence[] => [
  { name: 'freePrefixes', value: free, unit: 'prefixes' },
  { name: 'possiblePrefixes', value: possible, unit: 'prefixes' },
  { name: 'available', value: subnet.available, unit: 'addresses' },
  { name: 'fragmentationIndex', value: subnet.fragmentationIndex },
  ...limits(levels, 'prefixes'),
];

const limits = (levels: SupplyLevels, unit: string): readonly Evidence[] =>
  (['warningBelow', 'criticalBelow'] as const).flatMap((name) => {
    const value = levels[name];
    return value === null ? [] : [{ name, value: Math.round(value * 10) / 10, unit }];
  });

const available = (subnet: SubnetAssessment): string =>
  subnet.available === null ? '' : ` ${subnet.available} addresses are available in all.`;

const sourceNote = ({ source }: AddressSupply): string => {
  if (source === 'aws')
    return " The figure is AWS's own count, since this account does not see every interface here.";
  if (source === 'model-less-unaccounted') {
    return ' AWS counts fewer than the interfaces that this scan could see explain; the lower count is given.';
  }
  return '';
};
