import { RUN_METRICS, SUBNET_METRICS } from '../../../shared/metrics/catalogue.ts';
import { PRICES } from '../../../shared/metrics/prices.ts';
import { RANKINGS, WORST_IN_GRAPHS } from '../../../shared/metrics/rankings.ts';
import {
  addressMap,
  type BoardNames,
  below,
  boardLinks,
  type DashboardBody,
  inRows,
  type MetricEntry,
  type Placement,
  REGION,
  rankingWidget,
  searchWidget,
  text,
  type Widget,
} from './body.ts';

/** What a deployment is called, and where it publishes. */
export interface Deployment {
  readonly namespace: string;
  /** The names of its functions with their memory in GB, what Lambda bills: a number, or a variable that becomes one. */
  readonly functions: readonly { readonly name: string; readonly gigabytes: string }[];
  readonly tableName: string;
  readonly boards: BoardNames;
}

/** What is worth a look over months. */
const LONG = [
  ['Fewest available addresses', 'AvailableAddresses', 'lowest'],
  ['Fewest free prefixes', 'FreePrefixes', 'lowest'],
  ['Highest utilization', 'UtilizationPercent', 'highest'],
] as const;

const run = (namespace: string, name: string, stat: string): MetricEntry => {
  if (!RUN_METRICS.metrics.some((metric) => metric.name === name))
    throw new Error(`The catalogue has no metric ${name} of a run.`);
  return [namespace, name, { stat }];
};

const graph =
  (title: string, metrics: readonly MetricEntry[]) =>
  (placement: Placement): Widget => ({
    ...placement,
    type: 'metric',
    properties: {
      title,
      region: REGION,
      view: 'timeSeries',
      period: 300,
      stat: 'Sum',
      metrics,
      yAxis: { left: { min: 0, showUnits: false } },
    },
  });

const MONTH_SECONDS = 730 * 3600;

/**
 * What Lambda and DynamoDB would ask for a month of the present pace, by their own counters. Metrics, alarms and
 * dashboards cost a fixed price, which `headroom cost` tells.
 */
const running = ({ functions, tableName }: Deployment): readonly MetricEntry[] => {
  const perMonth = `${MONTH_SECONDS}/PERIOD`;
  const lambda = functions.flatMap(({ name }, index): MetricEntry[] => [
    ['AWS/Lambda', 'Duration', 'FunctionName', name, { id: `d${index}`, stat: 'Sum', visible: false }],
    ['AWS/Lambda', 'Invocations', 'FunctionName', name, { id: `i${index}`, stat: 'Sum', visible: false }],
  ]);
  const seconds = functions.map(({ gigabytes }, index) => `FILL(d${index},0)/1000*${gigabytes}`).join('+');
  const invocations = functions.map((_, index) => `FILL(i${index},0)`).join('+');
  return [
    ...lambda,
    [
      'AWS/DynamoDB',
      'ConsumedWriteCapacityUnits',
      'TableName',
      tableName,
      { id: 'w', stat: 'Sum', visible: false },
    ],
    [
      'AWS/DynamoDB',
      'ConsumedReadCapacityUnits',
      'TableName',
      tableName,
      { id: 'r', stat: 'Sum', visible: false },
    ],
    [
      {
        expression: `((${seconds})*${PRICES.lambdaGigabyteSecond}+(${invocations})*${PRICES.lambdaPerMillion}/1000000)*${perMonth.replace('PERIOD', 'PERIOD(d0)')}`,
        id: 'lambda',
        label: 'Lambda, dollars a month',
      },
    ],
    [
      {
        expression: `(FILL(w,0)*${PRICES.dynamoWritesPerMillion}+FILL(r,0)*${PRICES.dynamoReadsPerMillion})/1000000*${perMonth.replace('PERIOD', 'PERIOD(w)')}`,
        id: 'dynamodb',
        label: 'DynamoDB, dollars a month',
      },
    ],
  ];
};

/** The whole fleet: worst first, runway, coverage, and what the monitor itself costs. */
export const fleetDashboard = (deployment: Deployment): DashboardBody => {
  const { namespace, boards } = deployment;
  const top = [
    boardLinks('fleet', boards),
    addressMap('Subnets, worst first', {}, 1, 14),
    addressMap('Alerts and findings', { view: 'alerts' }, 15, 10),
    addressMap('The last 60 days of the worst subnets', { view: 'history' }, 25, 14),
    text(
      '## Worst subnets over time\nThe ten worst subnets of all accounts and Regions, by id: a query knows no names. The table has the names. The lines are the usual thresholds.',
      39,
      2,
    ),
    addressMap('The names of the subnets in these graphs', { view: 'names' }, 41, 6),
  ];
  const rankings = inRows(
    below(top),
    { width: 8, height: 6 },
    RANKINGS.map(
      ([title, metric, worst]) =>
        (placement: Placement) =>
          rankingWidget(
            title,
            { namespace, family: SUBNET_METRICS, metric, worst, groupBy: 'SubnetId', limit: WORST_IN_GRAPHS },
            placement,
          ),
    ),
  );
  const longTitle = text(
    '## Months back\nHourly extremes by a classic search. Choose a time of up to 15 months above.',
    below(rankings),
    2,
  );
  const long = inRows(
    below([longTitle]),
    { width: 8, height: 6 },
    LONG.map(
      ([title, metric, worst]) =>
        (placement: Placement) =>
          searchWidget(
            title,
            { namespace, family: SUBNET_METRICS, metric, worst, groupBy: 'SubnetId', limit: WORST_IN_GRAPHS },
            placement,
          ),
    ),
  );
  const about = text('## Headroom itself\nCoverage, pace and cost.', below(long), 2);
  const sum = (name: string): MetricEntry => run(namespace, name, 'Sum');
  const most = (name: string): MetricEntry => run(namespace, name, 'Maximum');
  const itself = inRows(below([about]), { width: 8, height: 6 }, [
    graph('Accounts and Regions: planned, scanned, failed', [
      sum('TargetsPlanned'),
      sum('TargetsSucceeded'),
      sum('TargetsFailed'),
    ]),
    graph('Accounts and Regions: stale, new, gone', [
      most('TargetsStale'),
      most('TargetsNew'),
      most('TargetsGone'),
    ]),
    graph('Seconds of the slowest scan, and the age of the oldest map', [
      most('ScanDuration'),
      most('OldestMapSeconds'),
    ]),
    graph('Requests to AWS', [sum('ApiCalls'), sum('Throttles')]),
    graph('Metric values', [sum('MetricsPublished'), sum('MetricsWithheld')]),
    graph('Undelivered alerts', [most('AlertsUndelivered')]),
    graph('Cost of operation', running(deployment)),
  ]);
  return { widgets: [...top, ...rankings, longTitle, ...long, about, ...itself] };
};
