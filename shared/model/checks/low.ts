import { percentOf } from '../base/text/numbers.ts';
import type { Evidence } from '../result/finding.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckContext, type CheckResult, healthy, measured, notMeasured } from './check.ts';
import {
  amount,
  failureAtZero,
  leftEvidence,
  reasonOf,
  type SubnetSupply,
  type SupplyName,
  sourceNote,
  suppliesOf,
  trendText,
} from './subnet-supply.ts';
import { levelsOf, type SupplyLevels } from './thresholds.ts';

/** Few are left, by a fixed threshold. */
const lowOf = (name: SupplyName): Check => ({
  kind: `${name}-low`,
  label: name === 'addresses' ? 'Few addresses left' : 'Few free prefixes left',
  about:
    name === 'addresses' ? 'each subnet with IPv4 addresses' : 'each subnet from which prefixes are taken',
  condition:
    name === 'addresses'
      ? 'The available addresses are below a fixed threshold. Where AWS counts fewer than the interfaces explain, its count is used.'
      : 'The free whole blocks are below a fixed threshold. A percentage is of the blocks that could ever be prefixes.',
  unknown:
    name === 'addresses'
      ? "Neither the interfaces nor AWS's own count could be read."
      : 'The interfaces or the reservations of the subnet could not be read.',
  impact:
    name === 'addresses'
      ? 'It fires when available addresses fall below a fixed threshold, also where no forecast could be made.'
      : 'Nodes that take prefixes will soon fail with InsufficientCidrBlocks, whatever the count of addresses says.',
  settings: `${name}-low`,
  supply: name,
  find: (context) => suppliesOf(context.estate, name).map((supply) => resultOf(context, supply)),
});

export const addressesLow = lowOf('addresses');
export const prefixesLow = lowOf('prefixes');

const resultOf = ({ settings }: CheckContext, supply: SubnetSupply): CheckResult => {
  const { name, subject, isUsed, left, capacity } = supply;
  if (isUsed === false) return healthy(subject);
  if (isUsed === null || left === null || capacity === null) return notMeasured(subject, reasonOf(supply));
  const levels = levelsOf(left, capacity, settings(`${name}-low`, subject));
  const evidence = [...evidenceOf(supply, left, capacity), ...limits(levels, name)];
  const result = measured(subject, levels, evidence, () => ({
    title: `${resourceName(subject)}: ${left} of ${amount(name, capacity)} left`,
    explanation: explanationOf(supply, left),
    remedies: supply.remedies,
    ...(left === 0 ? {} : { forecast: supply.forecast }),
    owners: supply.subnet.owners,
  }));
  return left === 0 && result.state === 'found' ? { ...result, coveredBy: `${name}-exhausted` } : result;
};

const explanationOf = (supply: SubnetSupply, left: number): string => {
  const { name, subnet } = supply;
  const verb = left === 1 ? 'is' : 'are';
  const what =
    name === 'addresses'
      ? `${amount(name, left)} ${verb} left.`
      : `${amount(name, left)} ${verb} left, each a whole free block of 16 addresses.${availableText(supply)}`;
  return `${what}${trendText(supply)} At zero, ${failureAtZero(name)}.${name === 'addresses' ? sourceNote(subnet) : ''}`;
};

const availableText = ({ subnet: { available } }: SubnetSupply): string =>
  available === null
    ? ''
    : ` ${amount('addresses', available)} ${available === 1 ? 'is' : 'are'} available in total.`;

const evidenceOf = (supply: SubnetSupply, left: number, capacity: number): readonly Evidence[] =>
  supply.name === 'addresses'
    ? [
        leftEvidence(supply),
        { name: 'usable', value: capacity, unit: 'addresses' },
        { name: 'availablePercent', value: percentOf(left, capacity) ?? 0, unit: 'percent' },
      ]
    : [
        leftEvidence(supply),
        { name: 'possiblePrefixes', value: capacity, unit: 'prefixes' },
        { name: 'available', value: supply.subnet.available, unit: 'addresses' },
        { name: 'fragmentationIndex', value: supply.subnet.fragmentationIndex },
      ];

const limits = (levels: SupplyLevels, unit: string): readonly Evidence[] =>
  (['warningBelow', 'criticalBelow'] as const).flatMap((name) => {
    const value = levels[name];
    return value === null ? [] : [{ name, value: Math.round(value * 10) / 10, unit }];
  });
