import * as z from 'zod/mini';
import {
  chooseSubnets,
  DEFAULT_HOT,
  type HotRule,
  type PublishedSubnets,
  type WantedSeries,
} from '../metrics/budget.ts';
import { CLUSTER_METRICS, type MetricContext, SUBNET_METRICS, VPC_METRICS } from '../metrics/catalogue.ts';
import { compatData, dataOf, holderData } from '../metrics/data.ts';
import type { MetricDatum, MetricSink } from '../metrics/metric-sink.ts';
import { MetricsNotPublished } from '../metrics/publication.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { compatGauges } from '../model/cluster/cni-gauges.ts';
import type { SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

export interface PublishSettings {
  readonly namespace: string;
  /** Also publish the clusters' gauges as the CNI Metrics Helper does. */
  readonly compat: boolean;
  /** Metric series that this target may have: clusters and VPCs first, then subnets. */
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

const PUBLISHED: RecordForm<PublishedSubnets> = z.record(z.string(), z.nullable(z.number()));

/** Where a target's wish is left for the next plan, which shares the budget out. */
export const wantedSeriesKey = ({ accountId, region }: Target): string =>
  `wanted-series/${accountId}/${region}`;

export const WANTED_SERIES: RecordForm<WantedSeries> = z.object({ hot: z.number(), all: z.number() });

/**
 * Publishes what one scan measured, within the budget: clusters and VPCs first, then subnets, the scarce ones first.
 * Receivers that ask no price for a series get everything. What is unknown is not among the data. A failure to publish is an outcome, not an exception:
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
  const dataOfSubnet = (subnet: SubnetAssessment): readonly MetricDatum[] =>
    dataOf(SUBNET_METRICS, subnet, context, namespace);
  // Numbers alone: the data of all subnets at once would be larger than the assessment.
  const series = new Map(assessment.subnets.map((subnet) => [subnet.subnetId, dataOfSubnet(subnet).length]));
  const seriesOf = ({ subnetId }: SubnetAssessment): number => series.get(subnetId) ?? 0;

  const key = `published-subnets/${accountId}/${region}`;
  const previous = (await cache?.get(key, scannedAt, PUBLISHED)) ?? {};
  const budget = sink.hasFreeSeries === true ? Number.POSITIVE_INFINITY : settings.subnetSeries;
  const groups = groupsWithin(budget, [
    ...assessment.clusters.map((cluster) => [
      ...dataOf(CLUSTER_METRICS, cluster, context, namespace),
      ...(settings.compat ? compatData(cluster, compatGauges(cluster), context) : []),
    ]),
    ...assessment.vpcs.map((vpc) => dataOf(VPC_METRICS, vpc, context, namespace)),
  ]);
  const choice = chooseSubnets(
    assessment.subnets,
    seriesOf,
    budget - groups.published.length,
    previous,
    scannedAt,
    settings.hot ?? DEFAULT_HOT,
  );
  const withheld = groups.withheld + choice.withheld.reduce((sum, subnet) => sum + seriesOf(subnet), 0);
  const data = [
    ...choice.published.flatMap(dataOfSubnet),
    ...groups.published,
    ...(sink.hasFreeSeries === true
      ? assessment.clusters.flatMap((cluster) => holderData(cluster, context, namespace))
      : []),
  ];
  const inGroups = groups.published.length + groups.withheld;
  const wanted = { hot: choice.wanted.hot + inGroups, all: choice.wanted.all + inGroups };
  const remember = async (): Promise<void> => {
    await cache?.put(key, choice.memory, scannedAt + CHOICE_MILLISECONDS);
    await cache?.put(wantedSeriesKey({ accountId, region }), wanted, scannedAt + CHOICE_MILLISECONDS);
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

/** The data of clusters and VPCs, each whole or not at all. Their order is stable, so series do not come and go. */
const groupsWithin = (
  budget: number,
  groups: readonly (readonly MetricDatum[])[],
): { readonly published: readonly MetricDatum[]; readonly withheld: number } => {
  const published: MetricDatum[] = [];
  let withheld = 0;
  for (const group of groups) {
    if (published.length + group.length <= budget) for (const datum of group) published.push(datum);
    else withheld += group.length;
  }
  return { published, withheld };
};
