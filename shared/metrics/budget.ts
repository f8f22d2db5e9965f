import { smallestOf } from '../model/base/extremes.ts';
import type { SubnetAssessment } from '../model/result/assessment.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
import { possibleBlocks } from '../model/subnet/fragmentation.ts';

/**
 * A CloudWatch metric costs $0.30 a month, so 1,000 subnets in full would cost about $3,900. Publishing therefore has a
 * budget: the subnets that matter have their own series, the rest is seen in the roll-ups of their VPC. The choice is
 * sticky, so that series do not flicker and half a series is never paid for.
 */

/** Which subnets deserve their own series before all others. */
export interface HotRule {
  /** Those with less than this share of a supply free, ... */
  readonly belowFreeShare: number;
  /** ... and those that are expected to run out within this time. */
  readonly withinHours: number;
}

export const DEFAULT_HOT: HotRule = { belowFreeShare: 0.4, withinHours: 16 * 24 };

/** Once hot, a subnet keeps its series for this long after it cooled: a day covers the rhythm of a day. */
export const COOL_DOWN_MILLISECONDS = 24 * 3_600_000;

/** When each subnet that has a series was last hot; `null`: it never was, it had room in the budget. */
export type PublishedSubnets = Readonly<Record<string, number | null>>;

export interface BudgetedSubnets {
  readonly published: readonly SubnetAssessment[];
  readonly withheld: readonly SubnetAssessment[];
  /** Hot subnets among the withheld: the budget is too small for what is wrong, and that is worth saying. */
  readonly hotWithheld: number;
  /** What the subnets would publish if they could: see `shareBudget`. */
  readonly wanted: WantedSeries;
  /** To be handed in next time. */
  readonly memory: PublishedSubnets;
}

/** How many series a target asked for when it was last scanned: those of clusters, VPCs and hot subnets, and all. */
export interface WantedSeries {
  readonly hot: number;
  readonly all: number;
}

/**
 * Shares the deployment's budget out among targets: what is hot first, wherever it is, then the rest, both in proportion to
 * what each target asked for. A target that is not known yet (`null`) asks for as much as the average of the others.
 */
export const shareBudget = (budget: number, wanted: readonly (WantedSeries | null)[]): readonly number[] => {
  const known = wanted.filter((want) => want !== null);
  const average =
    known.length === 0 ? budget : Math.ceil(known.reduce((sum, { all }) => sum + all, 0) / known.length);
  const asked = wanted.map((want) => want ?? { hot: 0, all: average });
  const hot = inProportion(
    budget,
    asked.map((want) => want.hot),
  );
  const left = budget - hot.reduce((sum, share) => sum + share, 0);
  const cool = inProportion(
    left,
    asked.map((want, index) => Math.max(0, want.all - (hot[index] ?? 0))),
  );
  return hot.map((share, index) => share + (cool[index] ?? 0));
};

/** Everybody what they asked for, where there is enough; otherwise whole shares of the amount in the same proportion. */
const inProportion = (amount: number, asked: readonly number[]): readonly number[] => {
  const total = asked.reduce((sum, part) => sum + part, 0);
  if (total <= amount) return asked;
  return asked.map((part) => Math.floor((amount * part) / total));
};

/** The share of a supply that is free, the scarcer of the two; `null` when neither is known. */
const freeShare = (subnet: SubnetAssessment): number | null => {
  const shares: number[] = [];
  const singles = addressSupply(subnet);
  if (singles !== null && singles.usable > 0) shares.push(singles.available / singles.usable);
  const possible = possibleBlocks(subnet) ?? 0;
  if (subnet.usesPrefixes === true && subnet.prefixes !== null && possible > 0)
    shares.push(subnet.prefixes.free / possible);
  return shares.length === 0 ? null : smallestOf(shares);
};

const runsOutSoon = (subnet: SubnetAssessment, withinHours: number, now: number): boolean =>
  [subnet.forecast.addresses, subnet.forecast.prefixes].some(
    (forecast) =>
      forecast?.exhaustionAt != null && Date.parse(forecast.exhaustionAt) - now < withinHours * 3_600_000,
  );

/**
 * Chooses the subnets that get series of their own.
 *
 * @param budget how many metric series the subnets of this target may have
 * @param seriesOf how many series a subnet would have
 */
export const chooseSubnets = (
  subnets: readonly SubnetAssessment[],
  seriesOf: (subnet: SubnetAssessment) => number,
  budget: number,
  previous: PublishedSubnets,
  now: number,
  hotRule: HotRule = DEFAULT_HOT,
): BudgetedSubnets => {
  const ranked = subnets
    .map((subnet) => {
      const share = freeShare(subnet);
      const hotNow =
        (share !== null && share < hotRule.belowFreeShare) || runsOutSoon(subnet, hotRule.withinHours, now);
      const lastHot = hotNow ? now : (previous[subnet.subnetId] ?? null);
      const hot = lastHot !== null && now - lastHot < COOL_DOWN_MILLISECONDS;
      const had = subnet.subnetId in previous;
      return { subnet, lastHot, hot, rank: hot ? 0 : had ? 1 : 2, share: share ?? 1 };
    })
    .sort(
      (a, b) =>
        a.rank - b.rank || a.share - b.share || a.subnet.subnetId.localeCompare(b.subnet.subnetId, 'en'),
    );

  const published: SubnetAssessment[] = [];
  const withheld: SubnetAssessment[] = [];
  const memory: Record<string, number | null> = {};
  let left = budget;
  let hotWithheld = 0;
  const wanted = { hot: 0, all: 0 };
  for (const { subnet, lastHot, hot } of ranked) {
    const series = seriesOf(subnet);
    wanted.all += series;
    if (hot) wanted.hot += series;
    if (series <= left) {
      left -= series;
      published.push(subnet);
      memory[subnet.subnetId] = lastHot;
    } else {
      withheld.push(subnet);
      if (hot) hotWithheld += 1;
    }
  }
  return { published, withheld, hotWithheld, wanted, memory };
};
