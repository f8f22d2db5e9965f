import { HeadroomError } from '../../model/base/errors.ts';
import type { HourlyPoint, Sample, SubnetHistory } from '../../model/result/forecast.ts';
import type { HistorySample } from '../state-store.ts';

/**
 * How measurements become hourly roll-ups. All stores roll up with this one function, so that they cannot disagree, and
 * rolling up is idempotent and indifferent to order: it may be repeated after a crash, done twice by two scans at once, or
 * done by a reader on the fly for what is not rolled up yet.
 */

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Roll-ups are kept this long, counted back from the newest measurement of the target. */
export const HISTORY_RETENTION = 60 * DAY;

/** Measurements are kept as they were for this long: the surge rules look at the last hours scan by scan. */
export const RECENT_WINDOW = 6 * HOUR;

/** The two supplies of a subnet, in the order in which they are stored. */
export const SUPPLIES = ['addresses', 'prefixes'] as const;
export type Supply = (typeof SUPPLIES)[number];

/** One hour of one supply. All values are whole numbers, so that sums are exact whatever the order. */
export interface HourRollup {
  readonly minimum: number;
  readonly sum: number;
  readonly last: number;
  /** Milliseconds into the hour of each measurement that is in it, ascending. One that is listed is not counted again. */
  readonly offsets: readonly number[];
}

/** The hours of one subnet, by supply and by the epoch millisecond at which each began. */
export type SubnetHours = Readonly<Record<Supply, Map<number, HourRollup>>>;

export const noHours = (): SubnetHours => ({ addresses: new Map(), prefixes: new Map() });

export const startOfHour = (at: number): number => Math.floor(at / HOUR) * HOUR;
export const startOfDay = (at: number): number => Math.floor(at / DAY) * DAY;

/** A sample's value of a supply; `null`: unknown, and not recorded. */
export const supplyValue = (sample: Omit<HistorySample, 'subnetId'>, supply: Supply): number | null =>
  supply === 'addresses' ? sample.available : sample.freePrefixes;

/** A subnet is at most a /16 (Amazon VPC user guide, subnet sizing): it has no more addresses than this. */
const MAX_SUBNET_ADDRESSES = 65_536 - 5;

/** Adds one measurement. Tells whether it was new: one of the same moment that is there already stays as it is. */
export const addSample = (
  hours: SubnetHours,
  at: number,
  sample: Omit<HistorySample, 'subnetId'>,
): boolean => {
  const hour = startOfHour(at);
  const offset = at - hour;
  if (SUPPLIES.some((supply) => hours[supply].get(hour)?.offsets.includes(offset))) return false;
  for (const supply of SUPPLIES) {
    const value = supplyValue(sample, supply);
    if (value !== null) hours[supply].set(hour, withMeasurement(hours[supply].get(hour), offset, value));
  }
  return true;
};

const withMeasurement = (rollup: HourRollup | undefined, offset: number, value: number): HourRollup =>
  rollup === undefined
    ? { minimum: value, sum: value, last: value, offsets: [offset] }
    : {
        minimum: Math.min(rollup.minimum, value),
        sum: rollup.sum + value,
        last: offset > (rollup.offsets.at(-1) ?? -1) ? value : rollup.last,
        offsets: [...rollup.offsets, offset].sort((a, b) => a - b),
      };

/** The points of the hours that begin at `from` or later, in order of time. */
export const hourlyPoints = (hours: ReadonlyMap<number, HourRollup>, from: number): HourlyPoint[] =>
  [...hours]
    .filter(([hour]) => hour >= from)
    .sort(([a], [b]) => a - b)
    .map(([hour, { minimum, sum, last, offsets }]) => ({
      hour,
      minimum,
      mean: sum / offsets.length,
      last,
      count: offsets.length,
    }));

/** A measurement as it was, for the recent samples. */
export interface Measurement {
  readonly at: number;
  readonly sample: Omit<HistorySample, 'subnetId'>;
}

/**
 * One subnet's history out of its roll-ups and its measurements.
 *
 * @param newest the newest measurement of the target: retention and the recent window are counted back from it.
 */
export const subnetHistory = (
  hours: SubnetHours,
  measurements: readonly Measurement[],
  from: number,
  newest: number,
): SubnetHistory => {
  const recent = recentSamples(measurements, from, newest);
  const earliest = earliestHour(from, newest);
  return {
    addresses: { hourly: hourlyPoints(hours.addresses, earliest), recent: recent.addresses },
    prefixes: { hourly: hourlyPoints(hours.prefixes, earliest), recent: recent.prefixes },
  };
};

/** Where the hours of a history begin that is read from `from` on. */
export const earliestHour = (from: number, newest: number): number =>
  startOfHour(Math.max(from, newest - HISTORY_RETENTION));

/** The measurements of the last hours, of each supply, in order of time. */
export const recentSamples = (
  measurements: readonly Measurement[],
  from: number,
  newest: number,
): Readonly<Record<Supply, readonly Sample[]>> => {
  const ordered = measurements
    .filter(({ at }) => at >= from && at > newest - RECENT_WINDOW)
    .toSorted((a, b) => a.at - b.at);
  const samplesOf = (supply: Supply): readonly Sample[] =>
    ordered.flatMap(({ at, sample }) => {
      const value = supplyValue(sample, supply);
      return value === null ? [] : [{ at, value }];
    });
  return { addresses: samplesOf('addresses'), prefixes: samplesOf('prefixes') };
};

/**
 * Refuses what cannot be a count of addresses or prefixes, before anything of it is stored, and leaves out what is
 * unknown throughout.
 *
 * @throws HeadroomError `invalid-sample`.
 */
export const checkedSamples = (at: number, samples: readonly HistorySample[]): readonly HistorySample[] => {
  if (!Number.isSafeInteger(at) || at < 0) {
    throw invalidSample(`the time ${at} is not a whole number of epoch milliseconds`);
  }
  for (const sample of samples) {
    for (const supply of SUPPLIES) {
      const value = supplyValue(sample, supply);
      if (value !== null && !(Number.isInteger(value) && value >= 0 && value <= MAX_SUBNET_ADDRESSES)) {
        throw invalidSample(
          `${sample.subnetId} has ${value} ${supply}, which is not a whole number from 0 to ${MAX_SUBNET_ADDRESSES}`,
        );
      }
    }
  }
  return samples.filter((sample) => SUPPLIES.some((supply) => supplyValue(sample, supply) !== null));
};

const invalidSample = (problem: string): HeadroomError =>
  new HeadroomError(
    'invalid-sample',
    `History was not recorded: ${problem}`,
    'Use null for values that could not be measured, and whole numbers for counts.',
  );
