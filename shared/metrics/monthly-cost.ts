import { number } from '../model/base/text/numbers.ts';
import { CLUSTER_METRICS, RUN_METRICS, SUBNET_METRICS, VPC_METRICS } from './catalogue.ts';
import { ASSUMED_OTLP_GIGABYTE, HOURS_PER_MONTH, PRICES } from './prices.ts';

/** What a bill depends on. */
export interface EstateSize {
  /** Accounts x Regions. */
  readonly targets: number;
  readonly subnets: number;
  readonly vpcs: number;
  readonly clusters: number;
  /** Addresses in use: what VPC IPAM charges for. */
  readonly activeAddresses: number;
  readonly scanIntervalMinutes: number;
  /** Metric series that the targets of the deployment may have (`metrics.budget.metrics`). */
  readonly subnetSeries: number;
  /** The whole bill may not be more (`metrics.budget.monthlyDollars`); `null` or absent: `subnetSeries` alone is the limit. */
  readonly monthlyDollars?: number | null;
  /** How metrics are published (`metrics.sink`); absent: by the API of CloudWatch. */
  readonly sink?: MetricsBy;
  /** US dollars for a GB of OTLP metrics. */
  readonly otlpGigabyte?: number;
  /** Seconds of one scan of one target. */
  readonly scanSeconds: number;
}

export type MetricsBy = 'cloudwatch' | 'emf' | 'otlp';

export interface CostLine {
  readonly item: string;
  /** How the figure came about, for those who check it. */
  readonly basis: string;
  readonly dollars: number;
}

export interface MonthlyCost {
  readonly lines: readonly CostLine[];
  readonly total: number;
  /** Publishing every subnet in full, without a budget. */
  readonly withoutBudget: number;
  readonly ipamAdvanced: number;
  /** Where the estate does not fit the function that scans it: why, and what to do. */
  readonly warnings: readonly string[];
}

/** Of the function that plans. */
const PLAN_MEGABYTES = 256;
/**
 * The memory of the function that scans, and how many subnets with three nodes each and 36 days of history it holds;
 * `test/process/scale/large-targets.test.ts`.
 */
const SMALLEST_MEMORY = { megabytes: 256, subnets: 5_000 };
const MEASURED_MEMORY = { megabytes: 512, subnets: 20_000 };
/** What there is for more of them. How many was not measured. */
const LARGEST_MEMORY = { megabytes: 1_024, subnets: Number.POSITIVE_INFINITY };
/**
 * `infra/lambda/alarms.yml`. By OTLP two of them have no metric, and CloudWatch has three in PromQL
 * (`infra/lambda/metric-resources.ts`). That one of those costs what another alarm costs is an assumption.
 */
const ALARMS: Readonly<Record<MetricsBy, number>> = { cloudwatch: 6, emf: 6, otlp: 7 };
/** The fleet's, a VPC's and a cluster's. */
const DASHBOARDS = 3;
const PLAN_SECONDS = 3;
/** A small target: AWS takes this long to answer. */
const LEAST_SCAN_SECONDS = 3;
/**
 * Processor time of a scan for each subnet, with three nodes and 36 days of history: 3.1 to 3.8 ms on a busy machine.
 * `test/process/scale/large-targets.test.ts` measures it.
 */
export const PROCESSOR_SECONDS_PER_SUBNET = 0.004;
/** Lambda gives a whole processor at 1,769 MB (Lambda developer guide, "Configure Lambda function memory"). */
const PROCESSOR_MEGABYTES = 1_769;
/**
 * Bytes of one value on the wire before compression, which is what CloudWatch charges for. Measured by
 * `test/contract/metrics/bytes-of-a-value.test.ts`.
 */
export const OTLP_BYTES_PER_VALUE = 120;
export const EMF_BYTES_PER_VALUE = 100;

/** A scan's log lines, in bytes: one summary and what Lambda itself writes. */
const LOG_BYTES_PER_SCAN = 2_000;
const MILLION = 1_000_000;
const MEGABYTES_IN_GIGABYTE = 1_024;
const GIGABYTE = 1_000_000_000;

/**
 * DynamoDB's units for one scan of 1,000 subnets; measured by
 * `test/contract/state/dynamo-cost.test.ts`: 4 writes of history and up to 96 of the assessment, 25 an hour to add up;
 * 3 + 3 + 30 + 33 + 1 reads a scan and 2 for the record of reservations, 76 + 36 x 15 an hour.
 */
const WRITES_PER_SCAN_PER_THOUSAND = 4 + 96;
const WRITES_PER_HOUR_PER_THOUSAND = 25;
const READS_PER_SCAN_PER_THOUSAND = 72;
const READS_PER_HOUR_PER_THOUSAND = 616;
/**
 * A small target costs at least one unit for each request: 5.7 writes and 11.8 reads a scan, the plan's share included.
 * Measured by `test/process/functions/cost-of-an-hour.test.ts`.
 */
const LEAST_WRITES = 6.5;
const LEAST_READS = 13;

/** Lambda asks an idle queue with five long polls of 20 seconds each ("Using Lambda with Amazon SQS"). */
const POLLS_PER_HOUR = 5 * 180;
/** Messages of one target: an alert and its end in a day. A guess: a quiet estate has none. */
const MESSAGES_PER_DAY = 2;

/** The monthly price of so many metric series, tier by tier. */
export const metricsPrice = (series: number): number => {
  let price = 0;
  let below = 0;
  for (const tier of PRICES.metricTiers) {
    if (series <= below) break;
    price += (Math.min(series, tier.upTo) - below) * tier.price;
    below = tier.upTo;
  }
  return price;
};

/** How many series so many dollars a month buy. */
const seriesFor = (dollars: number): number => {
  let left = dollars;
  let below = 0;
  for (const { upTo, price } of PRICES.metricTiers) {
    const whole = (upTo - below) * price;
    if (left < whole) return below + Math.floor(Math.round((Math.max(0, left) / price) * 1000) / 1000);
    left -= whole;
    below = upTo;
  }
  return below;
};

/** Series of the monitor about itself, whatever the budget: by OTLP, each target has its own. */
const ownSeries = ({ sink, targets }: EstateSize): number =>
  RUN_METRICS.metrics.length * (sink === 'otlp' ? targets : 1);

/** All series that the targets have. */
const seriesOf = ({ subnets, vpcs, clusters }: EstateSize): number =>
  subnets * SUBNET_METRICS.metrics.length +
  vpcs * VPC_METRICS.metrics.length +
  clusters * CLUSTER_METRICS.metrics.length;

/**
 * How many series the targets may have, so that the whole bill stays within `monthlyDollars`: what is left of it after all
 * other lines.
 */
export const seriesWithinBill = (size: EstateSize): number => {
  if (size.monthlyDollars == null) return size.subnetSeries;
  const all = seriesOf(size);
  let series = Math.min(all, seriesFor(size.monthlyDollars));
  // Each value costs a little more than its series: bytes in the log, requests.
  for (let step = 0; step < 20; step += 1) {
    const over = totalOf(linesOf(size, series)) - size.monthlyDollars;
    if (over <= 0) break;
    series = Math.max(0, series - Math.max(1, Math.ceil(over / PRICES.metricTiers[0].price)));
  }
  return series;
};

/**
 * The bill of a deployment, a month, by line. It leaves out what other things in the account cost anyway (free tiers, data
 * transfer), and it takes the dear case where a cost depends on what the estate does: every assessment changed.
 */
export const monthlyCost = (size: EstateSize): MonthlyCost => {
  const inFull = seriesOf(size);
  const published = size.sink === 'otlp' ? inFull : Math.min(inFull, seriesWithinBill(size));
  const lines = linesOf(size, published);
  return {
    lines,
    total: totalOf(lines),
    withoutBudget: totalOf(linesOf(size, inFull)),
    ipamAdvanced: size.activeAddresses * HOURS_PER_MONTH * PRICES.ipamActiveAddressHour,
    warnings: warningsOf(size),
  };
};

type EstateShape = Pick<EstateSize, 'subnets' | 'targets'>;

const subnetsInTarget = ({ subnets, targets }: EstateShape): number =>
  Math.ceil(subnets / Math.max(1, targets));

/** How many subnets of one target a function of so many MB holds, as far as it was measured; `null`: that was not measured. */
export const subnetsThatFit = (megabytes: number): number | null => {
  const measured = [MEASURED_MEMORY, SMALLEST_MEMORY].find((each) => each.megabytes <= megabytes);
  return measured?.subnets ?? null;
};

/** The least memory of the function that scans, in MB, that holds a target of average size. */
export const scanMegabytesOf = (size: EstateShape): number => {
  const inTarget = subnetsInTarget(size);
  const enough = [SMALLEST_MEMORY, MEASURED_MEMORY].find(({ subnets }) => inTarget <= subnets);
  return (enough ?? LARGEST_MEMORY).megabytes;
};

const warningsOf = (size: EstateSize): readonly string[] => {
  const megabytes = scanMegabytesOf(size);
  const { subnets, megabytes: measured } =
    megabytes === LARGEST_MEMORY.megabytes ? MEASURED_MEMORY : SMALLEST_MEMORY;
  return megabytes === SMALLEST_MEMORY.megabytes
    ? []
    : [
        `A target has ${number(subnetsInTarget(size))} subnets on average, and a function of ${measured} MB holds ${number(subnets)}. Deploy with memorySize=${megabytes}, with which Lambda is reckoned here (docs/deploy.md, "Large accounts"), or scan fewer VPCs (scan.vpcs).`,
      ];
};

/** Seconds of one scan of one target, in a function that has a share of a processor by its memory. */
export const scanSecondsOf = (size: EstateShape): number => {
  const busy = (size.subnets / Math.max(1, size.targets)) * PROCESSOR_SECONDS_PER_SUBNET;
  return Math.max(LEAST_SCAN_SECONDS, Math.ceil((busy * PROCESSOR_MEGABYTES) / scanMegabytesOf(size)));
};

const totalOf = (lines: readonly CostLine[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0);

const linesOf = (size: EstateSize, published: number): CostLine[] => {
  const { targets, subnets, scanIntervalMinutes, scanSeconds, sink = 'cloudwatch' } = size;
  const alarms = ALARMS[sink];
  const runs = (HOURS_PER_MONTH * 60) / scanIntervalMinutes;
  const scans = runs * targets;
  const series = published + ownSeries(size);
  const thousandsPerTarget = subnets / Math.max(1, targets) / 1000;
  const writes =
    scans * Math.max(LEAST_WRITES, WRITES_PER_SCAN_PER_THOUSAND * thousandsPerTarget) +
    HOURS_PER_MONTH * targets * Math.max(1, WRITES_PER_HOUR_PER_THOUSAND * thousandsPerTarget);
  const reads =
    scans * Math.max(LEAST_READS, READS_PER_SCAN_PER_THOUSAND * thousandsPerTarget) +
    HOURS_PER_MONTH * targets * Math.max(1, READS_PER_HOUR_PER_THOUSAND * thousandsPerTarget);
  const megabytes = scanMegabytesOf(size);
  const gigabyteSeconds =
    (scans * scanSeconds * megabytes + runs * PLAN_SECONDS * PLAN_MEGABYTES) / MEGABYTES_IN_GIGABYTE;

  return [
    ...metricLines(size, published, series, runs),
    { item: 'CloudWatch alarms', basis: `${alarms} alarms`, dollars: alarms * PRICES.alarm },
    {
      item: 'CloudWatch dashboards',
      basis: `${DASHBOARDS} dashboards`,
      dollars: DASHBOARDS * PRICES.dashboard,
    },
    {
      item: 'Lambda',
      basis: `${number(Math.round(scans + runs))} invocations, ${number(Math.round(gigabyteSeconds))} GB-seconds at ${number(megabytes)} MB`,
      dollars:
        gigabyteSeconds * PRICES.lambdaGigabyteSecond + ((scans + runs) / MILLION) * PRICES.lambdaPerMillion,
    },
    {
      item: 'SQS',
      basis: `a send, a receive and a delete for each scan, and ${POLLS_PER_HOUR} polls an hour`,
      dollars: ((3 * scans + POLLS_PER_HOUR * HOURS_PER_MONTH) / MILLION) * PRICES.sqsPerMillion,
    },
    {
      item: 'SNS',
      basis: `${MESSAGES_PER_DAY} messages a day for each target`,
      dollars: ((MESSAGES_PER_DAY * (HOURS_PER_MONTH / 24) * targets) / MILLION) * PRICES.snsPerMillion,
    },
    {
      item: 'DynamoDB',
      basis: `${number(Math.round(writes))} writes, ${number(Math.round(reads))} reads`,
      dollars:
        (writes / MILLION) * PRICES.dynamoWritesPerMillion +
        (reads / MILLION) * PRICES.dynamoReadsPerMillion +
        (subnets * 20_000 * PRICES.dynamoGigabyte) / GIGABYTE,
    },
    {
      item: 'CloudWatch Logs',
      basis: `${number(LOG_BYTES_PER_SCAN)} bytes for each scan`,
      dollars: (scans * LOG_BYTES_PER_SCAN * PRICES.logsGigabyte) / GIGABYTE,
    },
    { item: 'KMS key', basis: 'one, for the alert topic', dollars: PRICES.kmsKey },
  ];
};

/** What the sink asks: a price for each series, for each request, for each byte. */
const metricLines = (size: EstateSize, published: number, series: number, runs: number): CostLine[] => {
  const { sink = 'cloudwatch', targets } = size;
  const values = series * runs;
  if (sink === 'otlp') {
    const gigabytes = (values * OTLP_BYTES_PER_VALUE) / GIGABYTE;
    const price = size.otlpGigabyte ?? ASSUMED_OTLP_GIGABYTE;
    return [
      {
        item: 'OTLP metrics',
        basis: `${number(series)} series without a price, ${gigabytes.toFixed(1)} GB at $${price}`,
        dollars: gigabytes * price,
      },
    ];
  }
  const metrics: CostLine = {
    item: 'CloudWatch metrics',
    basis: `${number(series)} series, ${number(published)} of ${number(seriesOf(size))} for subnets, VPCs and clusters`,
    dollars: metricsPrice(series),
  };
  if (sink === 'emf') {
    const gigabytes = (values * EMF_BYTES_PER_VALUE) / GIGABYTE;
    return [
      metrics,
      {
        item: 'EMF log lines',
        basis: `${gigabytes.toFixed(1)} GB`,
        dollars: gigabytes * PRICES.logsGigabyte,
      },
    ];
  }
  // A request has one namespace: that of subnets, VPCs and clusters, and the monitor's own, which the plan uses as well.
  const requests = runs * (1 + targets * (1 + Math.ceil(published / Math.max(1, targets) / 1000)));
  return [
    metrics,
    {
      item: 'PutMetricData',
      basis: `${number(Math.round(requests))} requests`,
      dollars: (requests / 1000) * PRICES.putMetricDataPerThousand,
    },
  ];
};
