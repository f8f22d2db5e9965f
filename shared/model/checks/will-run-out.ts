import { approximateTime } from '../base/text/approximate-times.ts';
import { number, rounded, verb, wholeCount } from '../base/text/numbers.ts';
import { exhaustionLevels, hoursToExhaustion } from '../forecast/exhaustion-levels.ts';
import type { Evidence } from '../result/finding.ts';
import type { Forecast } from '../result/forecast.ts';
import { isGrowing } from '../result/growth.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckContext, type CheckResult, healthy, measured, notMeasured } from './check.ts';
import { grownWorkloads, workloadsText } from './grown-workloads.ts';
import {
  elsewhereEvidence,
  forecastTogether,
  namesOf,
  type PodsElsewhere,
  podsElsewhere,
} from './pods-elsewhere.ts';
import {
  amount,
  clearOf,
  failureAtZero,
  isPressing,
  leftEvidence,
  PREFIX_ALERTS,
  reasonOf,
  type SubnetSupply,
  type SupplyName,
  suppliesOf,
  trendText,
} from './subnet-supply.ts';

/** A supply is expected to run out within the lead time. The levels are those of the forecast (`exhaustionLevels`). */
const willRunOut = (name: SupplyName): Check => ({
  kind: `${name}-exhaustion`,
  label: name === 'addresses' ? 'Addresses will run out' : 'Prefixes will run out',
  summary: name === 'addresses' ? 'addresses will run out' : 'prefixes will run out',
  clear: clearOf(name),
  about:
    name === 'addresses' ? 'each subnet with IPv4 addresses' : 'each subnet from which prefixes are taken',
  condition:
    name === 'addresses'
      ? 'The forecast expects the available addresses to run out within the lead time.'
      : 'The forecast expects the free prefixes to run out within the lead time.',
  unknown:
    name === 'addresses'
      ? 'There is no forecast: the history is too short or has too many gaps. Nothing is forecast at zero.'
      : 'There is no forecast, nothing is left, or it is not known whether prefixes are taken here.',
  impact:
    name === 'addresses'
      ? 'There is still time to plan. The message says when it is empty, how sure that is, and what holds the addresses.'
      : 'There is still time to plan. Whole blocks of 16 usually run out long before single addresses do.',
  settings: `${name}-exhaustion`,
  supply: name,
  isExpectation: true,
  ...(name === 'addresses' ? { suppresses: PREFIX_ALERTS } : {}),
  find: (context) => suppliesOf(context.estate, name).map((supply) => result(context, supply)),
});

export const addressesWillRunOut = willRunOut('addresses');
export const prefixesWillRunOut = willRunOut('prefixes');

const result = ({ estate, settings }: CheckContext, supply: SubnetSupply): CheckResult => {
  const { name, subject, isUsed, left, capacity, forecast } = supply;
  if (isUsed === false) return healthy(subject);
  if (left === 0) return notMeasured(subject, 'Nothing is left that could run out.');
  if (left === null) return notMeasured(subject, reasonOf(supply));
  if (forecast === undefined || (forecast.exhaustionAt === null && forecast.probabilityWithin === null)) {
    return notMeasured(subject, forecast?.reason ?? 'No forecast was made.');
  }
  const { scannedAt } = estate.input;
  const elsewhere = podsElsewhere(estate, supply.subnet, name);
  const together = elsewhere === null ? forecast : forecastTogether(forecast, name, elsewhere);
  const hours = hoursToExhaustion(together, scannedAt);
  const levels = {
    ...exhaustionLevels(together, scannedAt, settings(`${name}-exhaustion`, subject)),
    isPressing: isPressing(supply),
  };
  const evidence: readonly Evidence[] = [
    leftEvidence(supply),
    {
      name: 'hoursToExhaustion',
      value: hours === null ? null : rounded(hours),
      unit: 'hours',
      estimate: true,
      detail: true,
    },
    ...(forecast.lossPerDay == null
      ? []
      : [{ name: 'lossPerDay', value: rounded(forecast.lossPerDay), unit: name, estimate: true }]),
    ...(elsewhere === null ? [] : [elsewhereEvidence(name, elsewhere)]),
  ];
  return measured(subject, levels, evidence, () => ({
    title: `${resourceName(subject)}: ${consequence(name, together, levels.raise !== 'ok', scannedAt)}${elsewhere === null ? '' : `, with those of ${namesOf(elsewhere)}`}`,
    explanation: `${capacity === null ? amount(name, left) : `${number(left)} of ${amount(name, capacity)}`} ${verb(left, 'is')} available${dailyLow(forecast, left)}.${trendText(supply)}${elsewhere === null ? '' : goesOnText(name, elsewhere)}${workloadsText(grownWorkloads(supply.subnet, Date.parse(scannedAt) - GROWTH_WINDOW))} At zero, ${failureAtZero(supply)}.`,
    remedies: supply.remedies,
    forecast,
    owners: supply.subnet.owners,
    // The title of the check above it has the same time. A jump is in no other title.
    repeatsOthers: forecast.exhaustionAt !== null,
  }));
};

const consequence = (name: SupplyName, forecast: Forecast, isRaised: boolean, now: string): string => {
  const { exhaustionAt } = forecast;
  if (exhaustionAt === null) {
    return isRaised
      ? `another jump in usage like earlier ones would take the last ${name}`
      : `${name} may still run out`;
  }
  return Date.parse(exhaustionAt) - Date.parse(now) < MILLISECONDS_PER_HOUR
    ? `${name} run out within the hour`
    : `${name} ${isGrowing(forecast) ? '' : 'may '}run out by about ${approximateTime(exhaustionAt, now)}`;
};

const goesOnText = (name: SupplyName, elsewhere: PodsElsewhere): string =>
  ` Before that, subnet discovery goes on in ${namesOf(elsewhere)}, with ${amount(name, elsewhere.left)} left.`;

const dailyLow = ({ basis }: Forecast, left: number): string => {
  const low = basis?.dailyLow ?? null;
  return low === null || wholeCount(low) >= left ? '' : ` (${wholeCount(low)} at the daily low)`;
};

const MILLISECONDS_PER_HOUR = 3_600_000;

/** Changes of workloads are kept for so long. */
const GROWTH_WINDOW = 3 * MILLISECONDS_PER_HOUR;
