import { listOf } from '../base/text/names.ts';
import { count, number, percentOf } from '../base/text/numbers.ts';
import type { SubnetAssessment, VpcAssessment } from '../result/assessment.ts';
import { resourceName, subnetName } from '../result/resource-name.ts';
import { addressSupply } from '../subnet/address-supply.ts';
import { type Check, type CheckContext, type CheckResult, healthy, measured, notMeasured } from './check.ts';
import { remediesForAddresses } from './remedies/subnet-remedies.ts';
import { levelsOf } from './thresholds.ts';

/** For a VPC with one subnet, the check of the subnet says all there is to say. */
const FEWEST_SUBNETS = 2;
const LOWEST_SHOWN = 5;

/**
 * All subnets of a VPC together have few addresses left: moving work between them no longer helps. Its alert suppresses those
 * of the subnets.
 */
export const vpcAddressesLow: Check = {
  kind: 'vpc-addresses-low',
  label: 'Few addresses left in a whole VPC',
  summary: 'few addresses left',
  clear: (figure) => leftInAll(figure('available'), figure('usable')),
  about: 'each VPC with two subnets or more',
  condition: 'The available addresses of all its subnets together are below a threshold.',
  unknown: 'One of its subnets could not be measured.',
  impact:
    'The VPC itself is the cause, and moving work between its subnets no longer helps. Alerts of its subnets that are not more severe are suppressed.',
  settings: 'vpc-addresses-low',
  suppresses: { of: 'subnets-of-the-vpc', supplies: ['addresses', 'prefixes'], when: 'as-severe' },
  isShortage: true,
  find: (context) => context.estate.input.vpcs.map((vpc) => result(context, vpc)),
};

interface Measured {
  readonly subnet: SubnetAssessment;
  readonly supply: { readonly available: number; readonly usable: number };
}

/** Both supplies together: what a VPC keeps for prefixes is room for its pods. */
const measuredOf = (subnet: SubnetAssessment): readonly Measured[] => {
  const { available, usable } = subnet;
  const supply = available === null || usable === null ? addressSupply(subnet) : { available, usable };
  return supply === null ? [] : [{ subnet, supply }];
};

const result = ({ estate, settings }: CheckContext, vpc: VpcAssessment): CheckResult => {
  // A selector on one subnet is not about the VPC as a whole, so the subject names no subnet.
  const subject = estate.vpcSubject(vpc, []);
  const subnets = estate.subnetsOfVpc(vpc.vpcId).filter(({ cidrBlock }) => cidrBlock !== null);
  if (subnets.length < FEWEST_SUBNETS) return healthy(subject);
  const known = subnets.flatMap(measuredOf);
  if (known.length < subnets.length) return notMeasured(subject, 'One of its subnets could not be measured.');
  const available = known.reduce((sum, { supply }) => sum + supply.available, 0);
  const usable = known.reduce((sum, { supply }) => sum + supply.usable, 0);
  const levels = levelsOf(available, usable, settings('vpc-addresses-low', subject));
  const evidence = [
    { name: 'available', value: available, unit: 'addresses' },
    { name: 'usable', value: usable, unit: 'addresses' },
    { name: 'availablePercent', value: percentOf(available, usable), unit: 'percent', detail: true },
    { name: 'subnets', value: known.length, unit: 'subnets' },
  ];
  return measured(subject, levels, evidence, () => {
    const lowest = known.toSorted((a, b) => a.supply.available - b.supply.available);
    return {
      title: `${resourceName(subject)}: ${number(available)} of ${count(usable, 'address')} left in all ${number(known.length)} subnets`,
      explanation: `Moving work between its subnets no longer helps. The lowest are ${listOf(lowest.slice(0, LOWEST_SHOWN).map(leftText))}.`,
      remedies: () => lowest.slice(0, 1).flatMap(({ subnet }) => remediesForAddresses(estate, subnet)),
    };
  });
};

const leftText = ({ subnet, supply }: Measured): string =>
  `${subnetName(subnet)} with ${number(supply.available)} of ${number(supply.usable)}`;

const leftInAll = (available: number | null, usable: number | null): string =>
  available === null || usable === null
    ? 'its subnets have room again'
    : `${number(available)} of ${count(usable, 'address')} available in all subnets`;
