/**
 * What AWS asks, in US dollars, us-east-1, as read in November 2026 from AWS's pricing pages and public copies of them. One
 * table, so that a change of price is a change of one line. Free tiers are left out, except where the bill of a small
 * deployment would otherwise be mostly imaginary: they are shared with everything else in the account.
 */
export const PRICES_AS_OF = '2026-11';

export const PRICES = {
  /** CloudWatch custom metrics a month, by tiers: up to so many at this price. */
  metricTiers: [
    { upTo: 10_000, price: 0.3 },
    { upTo: 250_000, price: 0.1 },
    { upTo: 1_000_000, price: 0.05 },
    { upTo: Number.POSITIVE_INFINITY, price: 0.02 },
  ],
  /** PutMetricData, for each 1,000 requests. */
  putMetricDataPerThousand: 0.01,
  /** A standard-resolution alarm a month. */
  alarm: 0.1,
  /** A dashboard a month. */
  dashboard: 3,
  /** Lambda on arm64: a GB-second, and a million invocations. */
  lambdaGigabyteSecond: 0.0000133334,
  lambdaPerMillion: 0.2,
  /** SQS, a million requests. */
  sqsPerMillion: 0.4,
  /** SNS, a million publishes. */
  snsPerMillion: 0.5,
  /** DynamoDB on demand, a million write and read request units; a GB a month. */
  dynamoWritesPerMillion: 0.625,
  dynamoReadsPerMillion: 0.125,
  dynamoGigabyte: 0.25,
  /** CloudWatch Logs, a GB taken in. */
  logsGigabyte: 0.5,
  /** A customer managed KMS key a month. */
  kmsKey: 1,
  /** VPC IPAM, advanced tier: an active IP address, an hour. */
  ipamActiveAddressHour: 0.00027,
} as const;

/** What AWS reckons a month to be. */
export const HOURS_PER_MONTH = 730;

/**
 * AWS charges OTLP metrics by the GB and names the price on its pricing page alone, of which no copy was found. This is
 * the price of a GB of logs, as an assumption: `headroom cost --otlp-gigabyte` takes the real one.
 */
export const ASSUMED_OTLP_GIGABYTE = 0.5;
