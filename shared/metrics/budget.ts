import type { SubnetAssessment } from '../model/assessment.ts';

/**
 * A CloudWatch metric costs $0.30 a month, so 1,000 subnets in full would cost about $3,900. Publishing therefore has a
 * budget: the subnets that matter have their own series, the rest is seen in the roll-ups of their VPC. The choice is
 * sticky, so that series do not flicker and nobody pays for half a series.
 */

/** A subnet with less than this share of a supply free deserves its own series. */
export const HOT_BELOW_FREE_SHARE = 0.4;

/** So does one that is expected to run out within this time. */
export const HOT_WITHIN_HOURS = 16 * 24;

/** Once hot, a subnet keeps its series for this long after it cooled: a day covers the rhythm of a day. */
export const COOL_DOWN_MILLISECONDS = 24 * 3_600_000;

/** When each subnet that has a series was last hot; `null`: it never was, it had room in the budget. */
export type PublishedSubnets = Readonly<Record<string, number | null>>;

export interface BudgetedSubnets {
  readonly published: readonly SubnetAssessment[];
  readonly withheld: readonly SubnetAssessment[];
  /** Hot subnets among the withheld: the budget is too small for what is wrong, and that is worth saying. */
  readonly hotWithheld: number;
  /** To be handed in next time. */
  readonly memory: PublishedSubnets;
}

/** The share of a supply that is free, the scarcer of the two; `null` when neither is known. */
const freeShare = (subnet: SubnetAssessment): number | null => {
  const shares: number[] = [];
  if (subnet.available !== null && subnet.usable !== null && subnet.usable > 0) {
    shares.push(subnet.available / subnet.usable);
  }
  if (
    subnet.usesPrefixes === true &&
    subnet.prefixes !== null &&
    subnet.blocks !== null &&
    subnet.total !== null
  ) {
    const possible = subnet.total / 16 - subnet.blocks.awsReserved;
    if (possible > 0) shares.push(subnet.prefixes.free / possible);
  }
  return shares.length === 0 ? null : Math.min(...shares);
};

const runsOutSoon = (subnet: SubnetAssessment, now: number): boolean =>
  [subnet.forecast.addresses, subnet.forecast.prefixes].some(
    (forecast) =>
      forecast?.exhaustionAt != null &&
      Date.parse(forecast.exhaustionAt) - now < HOT_WITHIN_HOURS * 3_600_000,
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
): BudgetedSubnets => {
  const ranked = subnets
    .map((subnet) => {
      const share = freeShare(subnet);
      const hotNow = (share !== null && share < HOT_BELOW_FREE_SHARE) || runsOutSoon(subnet, now);
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
  for (const { subnet, lastHot, hot } of ranked) {
    const series = seriesOf(subnet);
    if (series <= left) {
      left -= series;
      published.push(subnet);
      memory[subnet.subnetId] = lastHot;
    } else {
      withheld.push(subnet);
      if (hot) hotWithheld += 1;
    }
  }
  return { published, withheld, hotWithheld, memory };
};
