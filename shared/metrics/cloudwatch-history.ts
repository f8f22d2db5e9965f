import {
  type CloudWatchClient,
  type Metric,
  type MetricDataQuery,
  paginateGetMetricData,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch';
import { describeAwsFailure } from '../model/aws/aws-failure.ts';
import { answeredList } from '../model/aws/aws-pages.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
import type { RecordedPast } from '../model/forecast/recorded-past.ts';
import type { Sample } from '../model/result/forecast.ts';

/** The metrics that a history is made of (`catalogue.ts`). */
const SUPPLY_METRICS = { addresses: 'AvailableAddresses', prefixes: 'FreePrefixes' } as const;

/** CloudWatch keeps an hourly value of every metric for 455 days (user guide, metrics retention). */
const PERIOD_SECONDS = 3_600;

// Limits of GetMetricData: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
/** Metrics in one request. */
export const MAX_QUERIES = 500;
/** Values in one answer. */
export const MAX_DATAPOINTS = 100_800;

/**
 * Reads what Headroom has published of a target's subnets: the least of each hour, since that is what a forecast must
 * not overlook. Only subnets of which something was published in the last two weeks are known to CloudWatch.
 *
 * @param from epoch milliseconds, as is `to`.
 * @throws HeadroomError `history-not-read` where CloudWatch refuses or cannot answer.
 */
export const readCloudWatchHistory = async (
  client: CloudWatchClient,
  namespace: string,
  target: Target,
  from: number,
  to: number,
): Promise<readonly RecordedPast[]> => {
  try {
    const metrics = await subnetMetrics(client, namespace, target);
    const hours = Math.max(1, Math.ceil((to - from) / (PERIOD_SECONDS * 1000)));
    const atOnce = Math.max(1, Math.min(MAX_QUERIES, Math.floor(MAX_DATAPOINTS / hours)));
    const samples = new Map<Metric, Sample[]>();
    for (let start = 0; start < metrics.length; start += atOnce) {
      await readMetrics(client, metrics.slice(start, start + atOnce), from, to, samples);
    }
    return pasts(samples);
  } catch (error) {
    if (error instanceof HeadroomError) throw error;
    const problem = describeAwsFailure(error, { action: 'cloudwatch:GetMetricData', target });
    throw new HeadroomError('history-not-read', problem.message, problem.action, { cause: error });
  }
};

const subnetMetrics = async (
  client: CloudWatchClient,
  namespace: string,
  { accountId, region }: Target,
): Promise<readonly Metric[]> => {
  const found: Metric[] = [];
  for (const MetricName of Object.values(SUPPLY_METRICS)) {
    const Dimensions = [
      { Name: 'AccountId', Value: accountId },
      { Name: 'Region', Value: region },
      { Name: 'SubnetId' },
    ];
    const pages = paginateListMetrics({ client }, { Namespace: namespace, MetricName, Dimensions });
    for await (const { Metrics, NextToken } of pages)
      found.push(...answeredList(Metrics, 'metrics', NextToken));
  }
  return found;
};

const readMetrics = async (
  client: CloudWatchClient,
  metrics: readonly Metric[],
  from: number,
  to: number,
  samples: Map<Metric, Sample[]>,
): Promise<void> => {
  const queries = new Map<string, { readonly metric: Metric; readonly query: MetricDataQuery }>(
    metrics.map((metric, index) => {
      const MetricStat = { Metric: metric, Period: PERIOD_SECONDS, Stat: 'Minimum' };
      return [`m${index}`, { metric, query: { Id: `m${index}`, MetricStat } }];
    }),
  );
  const input = {
    MetricDataQueries: [...queries.values()].map(({ query }) => query),
    StartTime: new Date(from),
    EndTime: new Date(to),
    ScanBy: 'TimestampAscending' as const,
    MaxDatapoints: MAX_DATAPOINTS,
  };
  for await (const { MetricDataResults, NextToken } of paginateGetMetricData({ client }, input)) {
    const results = answeredList(MetricDataResults, 'metric data', NextToken);
    for (const { Id = '', Timestamps = [], Values = [], StatusCode } of results) {
      const metric = queries.get(Id)?.metric;
      if (metric === undefined) continue;
      if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') throw notAnswered(metric, StatusCode);
      const known = samples.get(metric) ?? [];
      samples.set(metric, known);
      for (const [index, timestamp] of Timestamps.entries()) {
        const value = Values[index];
        if (value !== undefined) known.push({ at: timestamp.getTime(), value });
      }
    }
  }
};

const pasts = (samples: ReadonlyMap<Metric, readonly Sample[]>): readonly RecordedPast[] => {
  const bySubnet = Map.groupBy(
    samples,
    ([{ Dimensions = [] }]) => Dimensions.find(({ Name }) => Name === 'SubnetId')?.Value ?? '',
  );
  return [...bySubnet].map(([subnetId, series]) => {
    const named = (name: string): readonly Sample[] =>
      series.filter(([metric]) => metric.MetricName === name).flatMap(([, some]) => some);
    return {
      subnetId,
      addresses: named(SUPPLY_METRICS.addresses),
      prefixes: named(SUPPLY_METRICS.prefixes),
    };
  });
};

const notAnswered = ({ MetricName }: Metric, status: string): HeadroomError =>
  new HeadroomError(
    'history-not-read',
    `CloudWatch did not answer for the metric ${MetricName}: ${status}`,
    status === 'Forbidden'
      ? 'Allow cloudwatch:GetMetricData to the identity in use.'
      : 'Try again; nothing was stored.',
  );
