import { worstLevel } from '../alert/alert.ts';
import type { RulePolicy } from '../alert/policy.ts';
import { approximateTime } from '../base/text/approximate-times.ts';
import { number, percentOf, verb } from '../base/text/numbers.ts';
import { isSafe } from '../forecast/exhaustion-levels.ts';
import type { Evidence } from '../result/finding.ts';
import { isGrowing } from '../result/growth.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckContext, type CheckResult, healthy, measured, notMeasured } from './check.ts';
import { podsElsewhere } from './pods-elsewhere.ts';
import {
  amount,
  clearOf,
  failureAtZero,
  leftEvidence,
  PREFIX_ALERTS,
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
  summary: name === 'addresses' ? 'few addresses left' : 'few free prefixes left',
  clear: clearOf(name),
  about:
    name === 'addresses' ? 'each subnet with IPv4 addresses' : 'each subnet from which prefixes are taken',
  condition:
    name === 'addresses'
      ? 'The available addresses are below a fixed threshold. Where AWS counts fewer than the interfaces explain, its count is used.'
      : 'The free whole blocks are below a fixed threshold. A percentage is of the blocks that could ever be prefixes. Those of other subnets count where subnet discovery lets the CNI take them.',
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
  ...(name === 'addresses' ? { suppresses: PREFIX_ALERTS } : {}),
  find: (context) => suppliesOf(context.estate, name).map((supply) => resultOf(context, supply)),
});

export const addressesLow = lowOf('addresses');
export const prefixesLow = lowOf('prefixes');

const resultOf = ({ estate, settings }: CheckContext, supply: SubnetSupply): CheckResult => {
  const { name, subject, isUsed, left, capacity } = supply;
  if (isUsed === false) return healthy(subject);
  if (isUsed === null || left === null || capacity === null) return notMeasured(subject, reasonOf(supply));
  const elsewhere = podsElsewhere(estate, supply.subnet, name)?.left ?? 0;
  const levels = heldByTheDay(
    supply,
    { left, elsewhere },
    capacity,
    settings(`${name}-low`, subject),
    estate.input.scannedAt,
  );
  const evidence = [...evidenceOf(supply, left, capacity), ...limits(levels, name)];
  const result = measured(subject, levels, evidence, () => ({
    title: `${resourceName(subject)}: ${number(left)} of ${amount(name, capacity)} left${emptyBy(supply, estate.input.scannedAt)}`,
    explanation: explanationOf(supply),
    remedies: supply.remedies,
    ...(left === 0 ? {} : { forecast: supply.forecast }),
    repeatsOthers: true,
    owners: supply.subnet.owners,
  }));
  return left === 0 && result.state === 'found' ? { ...result, coveredBy: `${name}-exhausted` } : result;
};

/**
 * The levels of what is left now, which clear only when the low of an ordinary day is above the threshold as well: what is
 * free at night is taken again in the morning. Room that came back clears at once.
 */
const heldByTheDay = (
  { forecast }: SubnetSupply,
  { left, elsewhere }: { readonly left: number; readonly elsewhere: number },
  capacity: number,
  policy: RulePolicy,
  scannedAt: string,
): SupplyLevels & { readonly safe: boolean } => {
  const levels = levelsOf(left + elsewhere, capacity, policy);
  const safe = forecast !== undefined && isSafe(forecast, Date.parse(scannedAt));
  const dailyLow = forecast?.basis?.dailyLow ?? null;
  if (safe || dailyLow === null || dailyLow >= left) return { ...levels, safe };
  return {
    ...levels,
    safe,
    hold: worstLevel([levels.hold, levelsOf(dailyLow + elsewhere, capacity, policy).hold]),
  };
};

/** The forecast, where the rate of these days leads to zero. */
const emptyBy = ({ left, forecast }: SubnetSupply, now: string): string =>
  left === 0 || forecast?.exhaustionAt == null
    ? ''
    : `, ${isGrowing(forecast) ? '' : 'may be '}empty by about ${approximateTime(forecast.exhaustionAt, now)}`;

const explanationOf = (supply: SubnetSupply): string => {
  const { name } = supply;
  const sentences = [
    name === 'prefixes' ? availableText(supply) : '',
    trendText(supply),
    `At zero, ${failureAtZero(supply)}.`,
    'source' in supply ? sourceNote(supply.source) : '',
  ];
  return sentences
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
    .join(' ');
};

const availableText = ({ subnet: { available } }: SubnetSupply): string =>
  available === null
    ? 'A prefix is a whole free block of 16 addresses.'
    : `${amount('addresses', available)} ${verb(available, 'is')} available, but a prefix needs a whole free block of 16.`;

const evidenceOf = (supply: SubnetSupply, left: number, capacity: number): readonly Evidence[] =>
  supply.name === 'addresses'
    ? [
        leftEvidence(supply),
        { name: 'usable', value: capacity, unit: 'addresses' },
        { name: 'availablePercent', value: percentOf(left, capacity), unit: 'percent', detail: true },
      ]
    : [
        leftEvidence(supply),
        { name: 'possiblePrefixes', value: capacity, unit: 'prefixes' },
        { name: 'available', value: supply.subnet.available, unit: 'addresses' },
        { name: 'fragmentationIndex', value: supply.subnet.fragmentationIndex, detail: true },
      ];

const limits = (levels: SupplyLevels, unit: string): readonly Evidence[] =>
  (['warningBelow', 'criticalBelow'] as const).flatMap((name) => {
    const value = levels[name];
    return value === null ? [] : [{ name, value: Math.round(value * 10) / 10, unit, detail: true }];
  });
