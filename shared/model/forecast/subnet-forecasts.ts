import type { SubnetAssessment, SubnetForecasts } from '../result/assessment.ts';
import type { SubnetHistory, SupplyHistory } from '../result/forecast.ts';
import { type AddressFigures, addressSupply } from '../subnet/address-supply.ts';
import { possibleBlocks } from '../subnet/fragmentation.ts';
import { forecast } from './forecast.ts';
import { hourlyGrid } from './hourly-grid.ts';
import { type Falls, fallsOf, type PooledFalls, pooled } from './jumps.ts';

/** The history as it stands with what was measured just now: the store hears of it only after the scan. */
const withMeasurement = (history: SupplyHistory | undefined, value: number, now: number): SupplyHistory => ({
  hourly: history?.hourly ?? [],
  recent: [...(history?.recent ?? []).filter(({ at }) => at < now), { at: now, value }],
});

type Supplies = AddressFigures & Pick<SubnetAssessment, 'prefixes' | 'blocks' | 'usesPrefixes'>;

/** How the supplies of a target fell, to be asked where a subnet has little past of its own. */
export interface TargetFalls {
  readonly addresses: PooledFalls | null;
  readonly prefixes: PooledFalls | null;
}

/** So many subnets show what those of a target are like; more would only cost time. */
const MOST_POOLED = 60;
/** Fewer say nothing. */
const FEWEST_POOLED = 3;
/** Each must have been seen for this long, so that it shows falls of all horizons. */
const POOLED_AFTER_DAYS = 8;

/**
 * How the subnets of a target fell before, each as a share of what it could hold. At most sixty of them are read, and each once:
 * to unpack its history takes much longer than to look at it.
 */
export const targetFalls = (
  subnets: readonly (Supplies & Pick<SubnetAssessment, 'subnetId'>)[],
  histories: Pick<ReadonlyMap<string, SubnetHistory>, 'get'>,
  now: number,
): TargetFalls => {
  const step = Math.max(1, Math.ceil(subnets.length / MOST_POOLED));
  const some = subnets.filter((_, index) => index % step === 0);
  const addresses: CapacityFalls[] = [];
  const prefixes: CapacityFalls[] = [];
  for (const subnet of some) {
    const history = histories.get(subnet.subnetId);
    if (history === undefined) continue;
    addresses.push(...fallsIn(history.addresses, addressSupply(subnet)?.usable || null, now));
    prefixes.push(...fallsIn(history.prefixes, possiblePrefixes(subnet), now));
  }
  const pool = (all: readonly CapacityFalls[]): PooledFalls | null =>
    all.length < FEWEST_POOLED ? null : pooled(all);
  return { addresses: pool(addresses), prefixes: pool(prefixes) };
};

interface CapacityFalls {
  readonly falls: Falls;
  readonly capacity: number;
}

/** None where its capacity is not known, or it was not seen for long enough. */
const fallsIn = (history: SupplyHistory, capacity: number | null, now: number): readonly CapacityFalls[] => {
  const grid = capacity === null ? null : hourlyGrid(history, now);
  return capacity === null || grid === null || grid.low.length < POOLED_AFTER_DAYS * 24
    ? []
    : [{ falls: fallsOf(grid), capacity }];
};

/** `null`: not known, not taken, or none is possible. */
const possiblePrefixes = (subnet: Supplies): number | null =>
  (subnet.usesPrefixes === true && possibleBlocks(subnet)) || null;

/**
 * The outlook of both supplies of a subnet. A supply that could not be measured now has none: an old trend is no statement
 * about today. Prefixes are forecast only where something takes them.
 *
 * @param history `undefined`: nothing is remembered of the subnet
 * @param now epoch milliseconds
 * @param falls of the subnets of its target
 */
export const subnetForecasts = (
  subnet: Supplies,
  history: SubnetHistory | undefined,
  now: number,
  falls: TargetFalls = { addresses: null, prefixes: null },
): SubnetForecasts => {
  const { prefixes } = subnet;
  const singles = addressSupply(subnet);
  const addresses =
    singles === null || singles.usable === 0
      ? null
      : forecast(withMeasurement(history?.addresses, singles.available, now), singles.usable, now, {
          pool: falls.addresses,
        });
  const possible = possiblePrefixes(subnet);
  const blocksFree =
    prefixes === null || possible === null
      ? null
      : forecast(withMeasurement(history?.prefixes, prefixes.free, now), possible, now, {
          pool: falls.prefixes,
        });
  return {
    ...(addresses === null ? {} : { addresses }),
    ...(blocksFree === null ? {} : { prefixes: blocksFree }),
  };
};

/**
 * The outlook of every subnet of a target, by id.
 *
 * @param histories of the subnets that have one
 * @param now epoch milliseconds
 */
export const forecastsOf = (
  subnets: readonly (Supplies & Pick<SubnetAssessment, 'subnetId'>)[],
  histories: Pick<ReadonlyMap<string, SubnetHistory>, 'get' | 'keys'>,
  now: number,
): ReadonlyMap<string, SubnetForecasts> => {
  const falls = targetFalls(subnets, histories, now);
  const byId = new Map(subnets.map((subnet) => [subnet.subnetId, subnet]));
  const forecasts = new Map<string, SubnetForecasts>();
  // In the order in which the past is stored, where it is: it may be unpacked in parts.
  for (const subnetId of new Set([...histories.keys(), ...byId.keys()])) {
    const subnet = byId.get(subnetId);
    if (subnet !== undefined)
      forecasts.set(subnetId, subnetForecasts(subnet, histories.get(subnetId), now, falls));
  }
  return forecasts;
};
