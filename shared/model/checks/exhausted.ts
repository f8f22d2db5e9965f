import { verb } from '../base/text/numbers.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { Evidence } from '../result/finding.ts';
import { resourceName } from '../result/resource-name.ts';
import { addressSupply } from '../subnet/address-supply.ts';
import { type Check, type CheckContext, type CheckResult, found, healthy, notMeasured } from './check.ts';
import { isFragmented } from './fragmentation.ts';
import { elsewhereEvidence, namesOf, type PodsElsewhere, podsElsewhere } from './pods-elsewhere.ts';
import {
  amount,
  clearOf,
  failureAtZero,
  leftEvidence,
  type MeasuredSingles,
  PREFIX_ALERTS,
  PREFIX_FAILURE,
  reasonOf,
  type SubnetSupply,
  type SupplyName,
  sourceNote,
  suppliesOf,
} from './subnet-supply.ts';

/** Nothing is left. It clears with the first one that is free again: zero has no margin. */
const exhaustedOf = (name: SupplyName): Check => ({
  kind: `${name}-exhausted`,
  // Zero is lower than every threshold: selectors that were written for the low supply go on to match.
  aliases: [`${name}-low`],
  label: name === 'addresses' ? 'No address left' : 'No free prefix',
  summary: name === 'addresses' ? 'no address left' : 'no free prefix',
  clear: clearOf(name),
  about:
    name === 'addresses' ? 'each subnet with IPv4 addresses' : 'each subnet from which prefixes are taken',
  condition: `${name === 'addresses' ? 'No address is available.' : 'No whole block of 16 addresses is free.'} Information where all nodes that use the subnet can get addresses for pods from another one by subnet discovery.`,
  unknown: UNKNOWN[name],
  impact:
    name === 'addresses'
      ? 'New pods, nodes, load balancers and interfaces fail with InsufficientFreeAddressesInSubnet.'
      : 'Nodes that take prefixes fail with InsufficientCidrBlocks, and their new pods get no addresses. The VPC CNI does not fall back to single addresses.',
  settings: `${name}-exhausted`,
  supply: name,
  findsNothingLeft: true,
  ...(name === 'addresses' ? { suppresses: PREFIX_ALERTS } : {}),
  find: (context) => suppliesOf(context.estate, name).map((supply) => result(context, supply)),
});

const UNKNOWN: Readonly<Record<SupplyName, string>> = {
  addresses: "Neither the interfaces nor AWS's own count could be read.",
  prefixes: 'The interfaces or the reservations of the subnet could not be read.',
};

export const addressesExhausted = exhaustedOf('addresses');
export const prefixesExhausted = exhaustedOf('prefixes');

const result = ({ estate, settings }: CheckContext, supply: SubnetSupply): CheckResult => {
  const { name, subject, isUsed } = supply;
  if (isUsed === false) return healthy(subject);
  if (isUsed === null || supply.left === null) return notMeasured(subject, reasonOf(supply));
  const evidence = [
    leftEvidence(supply),
    ...(name === 'prefixes'
      ? [{ name: 'available', value: supply.subnet.available, unit: 'addresses' }]
      : [{ name: 'usable', value: supply.capacity, unit: 'addresses' }]),
  ];
  if (supply.left > 0) return healthy(subject, evidence);
  const elsewhere = podsElsewhere(estate, supply.subnet, name);
  if (elsewhere !== null) return emptyButElsewhere(supply, elsewhere, evidence);
  const { severity } = settings(`${name}-exhausted`, subject);
  return found(subject, severity, evidence, () => ({
    title:
      name === 'addresses'
        ? `${resourceName(subject)}: no address left, nothing new can start`
        : `${resourceName(subject)}: no free prefix, new nodes get no pod addresses`,
    explanation:
      supply.name === 'addresses'
        ? allInUse(supply)
        : noWholeBlock(supply, isFragmented(supply.subnet, settings('fragmented', subject))),
    remedies: supply.remedies,
    owners: supply.subnet.owners,
  }));
};

/** Nothing fails: the CNI goes on in other subnets of the zone. */
const emptyButElsewhere = (
  { name, subject, subnet, remedies }: SubnetSupply,
  elsewhere: PodsElsewhere,
  evidence: readonly Evidence[],
): CheckResult =>
  found(subject, 'info', [...evidence, elsewhereEvidence(name, elsewhere)], () => ({
    title: `${resourceName(subject)}: ${name === 'addresses' ? 'no address left' : 'no free prefix'}, pods get theirs from ${namesOf(elsewhere)}`,
    explanation: [
      `Subnet discovery gives nodes their next interface in ${namesOf(elsewhere)}, with ${amount(name, elsewhere.left)} left.`,
      ...(name === 'prefixes' ? [ownAddresses(subnet)] : []),
      'A node whose interfaces are all attached gets no more addresses for pods.',
    ].join(' '),
    remedies,
    owners: subnet.owners,
  }));

const ownAddresses = (subnet: SubnetAssessment): string => {
  const left = addressSupply(subnet)?.available ?? null;
  const rest =
    left === null
      ? 'how many are left here is not known'
      : `${amount('addresses', left)} ${verb(left, 'is')} left here`;
  return `A node that starts in this subnet still takes its own address here: ${rest}.`;
};

/** Addresses of reservations may be free: AWS gives none of them by itself. */
const allInUse = (supply: MeasuredSingles): string =>
  `All ${amount('addresses', supply.capacity)} of the subnet${supply.capacity === supply.subnet.usable ? '' : ' outside its reservations'} are in use. Now ${failureAtZero(supply)}.${sourceNote(supply.source)}`;

/** @param isFragmented the check of fragmentation says how many addresses are free, and that none of their blocks is whole */
const noWholeBlock = ({ subnet: { available } }: SubnetSupply, isFragmented: boolean): string => {
  const fails = `Now ${PREFIX_FAILURE}.`;
  if (isFragmented) return fails;
  if (available === null) return `No whole block of 16 addresses is free. ${fails}`;
  if (available === 0) return `No address is free, and so no prefix. ${fails}`;
  return `${amount('addresses', available)} ${verb(available, 'is')} free, but no whole block of 16 is. ${fails}`;
};
