import { duration } from '../base/text/durations.ts';
import { listOf } from '../base/text/names.ts';
import { about, count, number, rounded, verb, wholeCount } from '../base/text/numbers.ts';
import { isSafe } from '../forecast/exhaustion-levels.ts';
import { SLOW_WINDOW_MINUTES, surgeLevelsWith } from '../forecast/surge.ts';
import { takenSince } from '../owners/owner-changes.ts';
import { OWNER_KINDS } from '../owners/owner-kinds.ts';
import type { Surge } from '../result/forecast.ts';
import type { OwnerChange } from '../result/owner-changes.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckResult, healthy, measured, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { grownWorkloads, workloadsText } from './grown-workloads.ts';
import { elsewhereEvidence, namesOf, type PodsElsewhere, podsElsewhere } from './pods-elsewhere.ts';
import { stopWorkloads } from './remedies/stop-workload.ts';
import { listHolders } from './remedies/subnet-remedies.ts';
import {
  amount,
  clearOf,
  isPressing,
  leftEvidence,
  PREFIX_ALERTS,
  reasonOf,
  type SubnetSupply,
  type SupplyName,
  suppliesOf,
} from './subnet-supply.ts';

const MINUTES_PER_HOUR = 60;
const MILLISECONDS_PER_MINUTE = 60_000;

/**
 * A supply is used up within hours. The levels are the model's (`surge()`), because they come from comparing several
 * windows with the same hours of earlier days.
 */
const surgeOf = (name: SupplyName): Check => ({
  kind: `${name}-surge`,
  label: name === 'addresses' ? 'Addresses are used up fast' : 'Prefixes are used up fast',
  summary: name === 'addresses' ? 'addresses are used up fast' : 'prefixes are used up fast',
  clear: clearOf(name),
  about:
    name === 'addresses' ? 'each subnet with IPv4 addresses' : 'each subnet from which prefixes are taken',
  condition:
    'The supply falls far faster than at this hour of earlier days. At this pace it is empty within two and a half hours. Or it fell within a day to far less than on any day of two weeks.',
  unknown:
    name === 'addresses'
      ? 'There is not enough recent history to compare, or nothing is left.'
      : 'There is not enough recent history to compare, nothing is left, or it is not known whether prefixes are taken here.',
  impact:
    'A job, a deployment or an autoscaler takes more than it should. Find it before you add space, because it would take that too.',
  settings: `${name}-surge`,
  supply: name,
  isExpectation: true,
  ...(name === 'addresses' ? { suppresses: PREFIX_ALERTS } : {}),
  neverSuppressed: true,
  find: ({ estate }) =>
    suppliesOf(estate, name).map((supply) => result(estate, supply, Date.parse(estate.input.scannedAt))),
});

export const addressesSurge = surgeOf('addresses');
export const prefixesSurge = surgeOf('prefixes');

const result = (estate: Estate, supply: SubnetSupply, now: number): CheckResult => {
  const { subject, isUsed, left, forecast } = supply;
  if (isUsed === false) return healthy(subject);
  if (left === 0) return notMeasured(subject, 'Nothing is left that could be used up.');
  const surge = forecast?.surge;
  if (forecast === undefined || surge == null || left === null) {
    return notMeasured(
      subject,
      left === null ? reasonOf(supply) : 'The last 90 minutes were not measured often enough.',
    );
  }
  const evidence = [
    leftEvidence(supply),
    { name: 'lossPerHour', value: rounded(lossOf(surge)), unit: supply.name, estimate: true },
    // Deprecated: the pace over the longer of two windows. `lossPerHour` is the one that shows the surge best.
    {
      name: 'lossPerHourLonger',
      value: rounded(surge.lossPerHour.slow),
      unit: supply.name,
      estimate: true,
      detail: true,
    },
    { name: 'ordinaryLossPerHour', value: ordinaryOf(surge), unit: supply.name, detail: true },
  ];
  const taken = takenIn(supply, surge, now);
  const elsewhere = podsElsewhere(estate, supply.subnet, supply.name);
  const { raise, hold } = elsewhere === null ? surge : surgeLevelsWith(surge, left, elsewhere.left);
  const levels = {
    raise,
    hold,
    safe: surge.isOver === true || isSafe(forecast, now),
    isPressing: isPressing(supply),
  };
  const where = elsewhere === null ? [] : [elsewhereEvidence(supply.name, elsewhere)];
  return measured(subject, levels, [...evidence, ...where, ...takenEvidence(taken)], () => {
    const description = describe(supply, surge, left, { taken, grown: grownIn(supply, surge, now) });
    return elsewhere === null
      ? description
      : { ...description, explanation: `${description.explanation}${goesOnText(supply.name, elsewhere)}` };
  });
};

const goesOnText = (name: SupplyName, elsewhere: PodsElsewhere): string =>
  ` Subnet discovery then goes on in ${namesOf(elsewhere)}, with ${amount(name, elsewhere.left)} left, and this would take those as well.`;

/** The pace that shows it best: that of the faster window or, for a loss over hours to days, that of all of it. */
const lossOf = ({ lossPerHour: { fast, slow }, basis }: Surge): number =>
  basis?.lossPerHour ?? Math.max(fast, slow);

const ordinaryOf = ({ ordinaryLossPerHour }: Surge): number | null =>
  ordinaryLossPerHour === null ? null : rounded(ordinaryLossPerHour);

/** `239 of 1,019 addresses`. */
const leftOf = ({ name, capacity }: SubnetSupply, left: number): string =>
  capacity === null ? amount(name, left) : `${number(left)} of ${amount(name, capacity)}`;

/** A fall took what it took within a day. */
const FALL_HOURS = 24;

/** The time over which the surge is measured. */
const windowMinutes = ({ drain, fall }: Surge): number =>
  fall != null
    ? FALL_HOURS * MINUTES_PER_HOUR
    : drain == null
      ? SLOW_WINDOW_MINUTES
      : drain.hours * MINUTES_PER_HOUR;

/** Who took addresses in that time, the most first; `null` where that is not known. */
const takenIn = ({ subnet }: SubnetSupply, surge: Surge, now: number): readonly OwnerChange[] | null =>
  takenSince(subnet.ownerChanges ?? [], now - windowMinutes(surge) * MILLISECONDS_PER_MINUTE);

/** So many are named. */
const TAKERS_SHOWN = 3;

const grownIn = ({ subnet }: SubnetSupply, surge: Surge, now: number): readonly OwnerChange[] =>
  grownWorkloads(subnet, now - windowMinutes(surge) * MILLISECONDS_PER_MINUTE);

const takenEvidence = (taken: readonly OwnerChange[] | null) =>
  (taken ?? []).slice(0, TAKERS_SHOWN).map((owner) => ({
    name: `taken by ${ownerText(owner)}`,
    value: owner.addresses,
    unit: 'addresses',
    estimate: true,
  }));

const takenText = (taken: readonly OwnerChange[] | null, surge: Surge): string => {
  if (taken === null || taken.length === 0) return '';
  const takers = taken.map((owner) => `${ownerText(owner)} took ${count(owner.addresses, 'address')}`);
  const minutes = windowMinutes(surge);
  const window =
    minutes > SLOW_WINDOW_MINUTES
      ? count(minutes / MINUTES_PER_HOUR, 'hour')
      : `${SLOW_WINDOW_MINUTES} minutes`;
  return ` In the last ${window}, ${listOf(takers, TAKERS_SHOWN)}.`;
};

const ownerText = ({ kind, name }: OwnerChange): string => {
  const label = Object.entries(OWNER_KINDS).find(([known]) => known === kind)?.[1].label ?? kind;
  return name === null ? label : `${label} (${name})`;
};

/** Those who took something, as they took it. Where that is not known, those who hold most. */
const ownersIn = (
  { subnet }: SubnetSupply,
  taken: readonly OwnerChange[] | null,
): readonly OwnerUsage[] | null => {
  const { owners } = subnet;
  const takers = (taken ?? []).flatMap(
    ({ kind, name }) => owners?.find((owner) => owner.kind === kind && owner.name === name) ?? [],
  );
  return takers.length === 0 ? owners : takers;
};

/** Who took addresses: owners as EC2 knows them, and workloads. */
interface Takers {
  readonly taken: readonly OwnerChange[] | null;
  readonly grown: readonly OwnerChange[];
}

const describe = (supply: SubnetSupply, surge: Surge, left: number, { taken, grown }: Takers) => {
  const { name, subject, subnet, remedies, forecast } = supply;
  const loss = lossOf(surge);
  const ordinary = ordinaryOf(surge);
  const { drain } = surge;
  const usual =
    drain != null && drain.lossPerHour === loss
      ? `It has lasted ${drain.hours} hours, and used up more than any ordinary ${drain.hours} hours of the last two weeks.`
      : ordinary === null
        ? 'There are no earlier days to compare with.'
        : ordinary <= 0
          ? `Usually no ${name} are used up at this time of day.`
          : `Usually at most ${number(ordinary)} an hour are used up at this time of day.`;
  const holders = listHolders(subnet);
  const shared = {
    // What uses them comes first: it would take more space, too.
    remedies: () => [
      ...stopWorkloads(grown),
      holders,
      ...remedies().filter(({ title }) => title !== holders.title),
    ],
    forecast,
    owners: ownersIn(supply, taken),
  };
  if (surge.fall != null) {
    const lost = number(wholeCount(surge.fall.lost));
    return {
      title: `${resourceName(subject)}: ${leftOf(supply, left)} left after a sudden loss of ${lost}`,
      explanation: `That is ${lost} fewer than on any earlier day of the last two weeks. A loss like this one often comes in parts, and the next part may take the rest.${takenText(taken, surge)}${workloadsText(grown)}`,
      ...shared,
    };
  }
  return {
    ...shared,
    title:
      loss <= 0
        ? `${resourceName(subject)}: ${amount(name, left)} left after a fast loss`
        : `${resourceName(subject)}: using up ${name} fast: ${about(loss)} an hour, empty in ${duration((left / loss) * MINUTES_PER_HOUR * MILLISECONDS_PER_MINUTE)}`,
    explanation: `${loss <= 0 ? usual : `${leftOf(supply, left)} ${verb(left, 'is')} left. ${usual}`}${takenText(taken, surge)}${workloadsText(grown)}`,
  };
};
