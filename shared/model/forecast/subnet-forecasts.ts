import type { SubnetAssessment, SubnetForecasts } from '../result/assessment.ts';
import type { SubnetHistory, SupplyHistory } from '../result/forecast.ts';
import { forecast } from './forecast.ts';

/** The history as it stands with what was measured just now: the store hears of it only after the scan. */
const withMeasurement = (history: SupplyHistory | undefined, value: number, now: number): SupplyHistory => ({
  hourly: history?.hourly ?? [],
  recent: [...(history?.recent ?? []).filter(({ at }) => at < now), { at: now, value }],
});

/**
 * The outlook of both supplies of a subnet. A supply that could not be measured now has none: an old trend is no statement
 * about today. Prefixes are forecast only where something takes them.
 *
 * @param history `undefined`: nothing is remembered of the subnet
 * @param now epoch milliseconds
 */
export const subnetForecasts = (
  subnet: Pick<SubnetAssessment, 'available' | 'usable' | 'prefixes' | 'blocks' | 'total' | 'usesPrefixes'>,
  history: SubnetHistory | undefined,
  now: number,
): SubnetForecasts => {
  const { available, usable, prefixes, blocks, total, usesPrefixes } = subnet;
  const addresses =
    available === null || usable === null
      ? null
      : forecast(withMeasurement(history?.addresses, available, now), usable, now);
  const possiblePrefixes = total === null || blocks === null ? null : total / 16 - blocks.awsReserved;
  const blocksFree =
    usesPrefixes !== true || prefixes === null || possiblePrefixes === null || possiblePrefixes === 0
      ? null
      : forecast(withMeasurement(history?.prefixes, prefixes.free, now), possiblePrefixes, now);
  return {
    ...(addresses === null ? {} : { addresses }),
    ...(blocksFree === null ? {} : { prefixes: blocksFree }),
  };
};
