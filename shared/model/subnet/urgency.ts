import type { SubnetAssessment } from '../result/assessment.ts';
import type { Severity } from '../result/finding.ts';
import type { Forecast } from '../result/forecast.ts';
import { addressSupply } from './address-supply.ts';

/** A supply that something takes from: single addresses, and prefixes where they are used. */
interface UsedSupply {
  readonly supply: 'addresses' | 'prefixes';
  readonly forecast: Forecast | undefined;
  readonly isEmpty: boolean;
  /** The share that is free; `null`: not known. */
  readonly freeShare: number | null;
}

const suppliesOf = (subnet: SubnetAssessment): readonly UsedSupply[] => {
  const { blocks, forecast, prefixes, usesPrefixes } = subnet;
  const singles = addressSupply(subnet);
  const possible = blocks === null ? null : blocks.free + blocks.prefix + blocks.full + blocks.fragmented;
  return [
    // Where reservations cover everything, there are no single addresses to run out of.
    ...(singles?.usable === 0
      ? []
      : [
          {
            supply: 'addresses' as const,
            forecast: forecast.addresses,
            isEmpty: singles?.available === 0,
            freeShare: singles === null ? null : singles.available / singles.usable,
          },
        ]),
    ...(usesPrefixes === true
      ? [
          {
            supply: 'prefixes' as const,
            forecast: forecast.prefixes,
            isEmpty: prefixes?.free === 0,
            freeShare:
              prefixes === null || possible === null || possible === 0 ? null : prefixes.free / possible,
          },
        ]
      : []),
  ];
};

const endOf = ({ isEmpty, forecast }: Pick<UsedSupply, 'isEmpty' | 'forecast'>): number => {
  if (isEmpty) return Number.NEGATIVE_INFINITY;
  return forecast?.exhaustionAt == null ? Number.POSITIVE_INFINITY : Date.parse(forecast.exhaustionAt);
};

/** The supply that is empty or runs out first, where that is known: else single addresses. */
export const firstToRunOut = (
  subnet: SubnetAssessment,
): Pick<UsedSupply, 'supply' | 'forecast' | 'isEmpty'> => {
  const [first, ...others] = suppliesOf(subnet);
  if (first === undefined)
    return { supply: 'addresses', forecast: subnet.forecast.addresses, isEmpty: false };
  return others.reduce((best, each) => (endOf(each) < endOf(best) ? each : best), first);
};

/** More than any share: what is not known comes last. */
const UNKNOWN_SHARE = 2;

const leastShare = (subnet: SubnetAssessment): number =>
  suppliesOf(subnet).reduce(
    (least, { freeShare }) => Math.min(least, freeShare ?? UNKNOWN_SHARE),
    UNKNOWN_SHARE,
  );

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

const LEVELS: readonly (Severity | null)[] = ['critical', 'warning'];

const rankOf = (severity: Severity | null): number => {
  const rank = LEVELS.indexOf(severity);
  return rank < 0 ? LEVELS.length : rank;
};

/** Without addresses there are no prefixes either: that is worse than no prefix. */
const emptiness = ({ isEmpty, supply }: Pick<UsedSupply, 'isEmpty' | 'supply'>): number => {
  if (!isEmpty) return 0;
  return supply === 'addresses' ? 2 : 1;
};

/** A subnet with the worst that was found of it; `null`: nothing. */
export interface JudgedSubnet {
  readonly subnet: SubnetAssessment;
  readonly severity: Severity | null;
}

/**
 * Which of two subnets to look at first, negative for the first one: one with an empty supply, whichever of the two it is; then by
 * what was found; then by when a supply runs out; then by the share that is free. What is not known comes last.
 */
export const compareUrgency = (a: JudgedSubnet, b: JudgedSubnet): number => {
  const [first, second] = [firstToRunOut(a.subnet), firstToRunOut(b.subnet)];
  return (
    emptiness(second) - emptiness(first) ||
    rankOf(a.severity) - rankOf(b.severity) ||
    compare(endOf(first), endOf(second)) ||
    compare(leastShare(a.subnet), leastShare(b.subnet))
  );
};
