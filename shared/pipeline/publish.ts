import { chooseSubnets, DEFAULT_HOT, type HotRule, type PublishedSubnets } from '../metrics/budget.ts';
import { CLUSTER_METRICS, type MetricContext, SUBNET_METRICS, VPC_METRICS } from '../metrics/catalogue.ts';
import { MetricsNotPublished } from '../metrics/cloudwatch-sink.ts';
import { compatData, dataOf } from '../metrics/data.ts';
import type { MetricDatum, MetricSink } from '../metrics/metric-sink.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { compatGauges } from '../model/cluster/cni-gauges.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import type { CacheStore } from '../state/state-store.ts';

export interface PublishSettings {
  readonly namespace: string;
  /** Also publish the clusters' gauges as the CNI Metrics Helper does. */
  readonly compat: boolean;
  /** Metric series that the subnets of this target may have. */
  readonly subnetSeries: number;
  /** Which subnets come first in that budget. */
  readonly hot?: HotRule;
}

export interface PublishOutcome {
  readonly published: number;
  readonly withheld: number;
  /** Hot subnets that the budget had no room for. */
  readonly hotWithheld: number;
  readonly problem: Problem | null;
}

/** The choice of subnets is remembered for this long: longer than any pause between scans that still is one series. */
const CHOICE_MILLISECONDS = 7 * 24 * 3_600_000;

/** Where a target's wish is left for the next plan, which shares the budget out. */
export const wantedSeriesKey = ({ accountId, region }: Target): string =>
  `wanted-series/${accountId}/${region}`;

/**
 * Publishes what one scan measured, within the budget: clusters and VPCs always, subnets as far as the budget goes,
 * the scarce ones first. What is unknown is not among the data. A failure to publish is an outcome, not an exception:
 * alerts must go out anyway.
 */
export const publishAssessment = async (
  assessment: TargetAssessment,
  settings: PublishSettings,
  { sink, cache }: { readonly sink: MetricSink; readonly cache: CacheStore | null },
): Promise<PublishOutcome> => {
  const scannedAt = Date.parse(assessment.scannedAt);
  const context: MetricContext = { scannedAt };
  const { accountId, region } = assessment.target;
  const { namespace } = settings;
  const bySubnet = new Map<string, MetricDatum[]>(
    assessment.subnets.map((subnet) => [subnet.subnetId, dataOf(SUBNET_METRICS, subnet, context, namespace)]),
  );
  const dataOfSubnet = (subnetId: string): readonly MetricDatum[] => bySubnet.get(subnetId) ?? [];

  const key = `published-subnets/${accountId}/${region}`;
  const previous = ((await cache?.get(key, scannedAt)) ?? {}) as PublishedSubnets;
  const choice = chooseSubnets(
    assessment.subnets,
    ({ subnetId }) => dataOfSubnet(subnetId).length,
    settings.subnetSeries,
    previous,
    scannedAt,
    settings.hot ?? DEFAULT_HOT,
  );
  const withheld = choice.withheld.reduce((sum, { subnetId }) => sum + dataOfSubnet(subnetId).length, 0);
  const data = [
    ...choice.published.flatMap(({ subnetId }) => dataOfSubnet(subnetId)),
    ...assessment.vpcs.flatMap((vpc) => dataOf(VPC_METRICS, vpc, context, namespace)),
    ...assessment.clusters.flatMap((cluster) => [
      ...dataOf(CLUSTER_METRICS, cluster, context, namespace),
      ...(settings.compat ? compatData(cluster, compatGauges(cluster), context) : []),
    ]),
  ];
  const remember = async (): Promise<void> => {
    await cache?.put(key, choice.memory, scannedAt + CHOICE_MILLISECONDS);
    await cache?.put(wantedSeriesKey({ accountId, region }), choice.wanted, scannedAt + CHOICE_MILLISECONDS);
  };
  const { hotWithheld } = choice;
  try {
    const { published } = await sink.publish(data);
    await remember();
    return { published, withheld, hotWithheld, problem: null };
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    // Values that are not fit for CloudWatch are left out for good: the others are published, and keep their series.
    if (error.code === 'metric-refused') await remember();
    const published = error instanceof MetricsNotPublished ? error.taken : 0;
    return { published, withheld, hotWithheld, problem: problemOf(error) };
  }
};
