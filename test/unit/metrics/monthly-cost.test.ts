import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROMQL_ALARMS } from '../../../infra/lambda/metric-resources.ts';
import {
  type EstateSize,
  metricsPrice,
  monthlyCost,
  scanMegabytesOf,
  scanSecondsOf,
  subnetsThatFit,
} from '../../../shared/metrics/monthly-cost.ts';

const size = (changes: Partial<EstateSize> = {}): EstateSize => ({
  targets: 80,
  subnets: 1000,
  vpcs: 80,
  clusters: 20,
  activeAddresses: 50_000,
  scanIntervalMinutes: 5,
  subnetSeries: 500,
  scanSeconds: 3,
  ...changes,
});
const lineOf = (cost: ReturnType<typeof monthlyCost>, item: string) =>
  cost.lines.find((line) => line.item === item)?.dollars ?? Number.NaN;

describe('the price of metric series', () => {
  test.each([
    [0, 0],
    [1, 0.3],
    [10_000, 3_000],
    [10_001, 3_000.1],
    [250_000, 27_000],
    [250_001, 27_000.05],
    [1_000_000, 64_500],
    [1_000_001, 64_500.02],
  ])('%d series cost $%d a month', (series, price) => {
    expect(metricsPrice(series)).toBeCloseTo(price, 6);
  });
});

describe('the bill of 1,000 subnets in 80 targets, scanned every five minutes', () => {
  const cost = monthlyCost(size());

  test('its lines add up to its total', () => {
    expect(cost.lines.reduce((sum, { dollars }) => sum + dollars, 0)).toBeCloseTo(cost.total, 9);
  });

  test('Lambda: 700,800 scans of 3 s and 8,760 plans at 256 MB', () => {
    const seconds = 700_800 * 3 + 8_760 * 3;
    expect(lineOf(cost, 'Lambda')).toBeCloseTo(seconds * 0.25 * 0.0000133334 + 0.70956 * 0.2, 6);
  });

  test('SQS: three requests for each scan, and 15 polls a minute of a queue that is empty', () => {
    expect(lineOf(cost, 'SQS')).toBeCloseTo((2.1024 + 0.657) * 0.4, 6);
  });

  test('IPAM for 50,000 active addresses is $9,855', () => {
    expect(cost.ipamAdvanced).toBeCloseTo(9_855, 0);
  });
});

describe('the budget bounds the whole bill', () => {
  const issued = { subnets: 1000, targets: 80, vpcs: 80, clusters: 0 };

  test('by classic metrics and the default budget it is at most $150', () => {
    const cost = monthlyCost(size({ ...issued, monthlyDollars: 150 }));
    expect(cost.total).toBeLessThanOrEqual(150);
    expect(cost.total).toBeGreaterThan(149);
  });

  test('by OTLP, with every metric of every subnet, it is at most $60', () => {
    const cost = monthlyCost(size({ ...issued, sink: 'otlp', monthlyDollars: 150 }));
    expect(cost.total).toBeLessThanOrEqual(60);
    expect(cost.lines[0]).toMatchObject({
      item: 'OTLP metrics',
      basis: expect.stringMatching(/^14,280 series/),
    });
  });

  test('by EMF it is the same limit, with bytes in the log instead of requests', () => {
    const cost = monthlyCost(size({ ...issued, sink: 'emf', monthlyDollars: 150 }));
    expect(cost.total).toBeLessThanOrEqual(150);
    expect(cost.lines.map(({ item }) => item)).toContain('EMF log lines');
    expect(cost.lines.map(({ item }) => item)).not.toContain('PutMetricData');
  });

  test.each(['cloudwatch', 'emf'] as const)('%s: whatever the estate, it is kept where it can be', (sink) => {
    for (const targets of [1, 10, 80, 200])
      for (const subnets of [targets, 20 * targets])
        for (const monthlyDollars of [40, 150, 1_000, 20_000]) {
          const estate = size({ targets, subnets, vpcs: targets, clusters: 5, sink, monthlyDollars });
          const least = monthlyCost({ ...estate, monthlyDollars: null, subnetSeries: 0 }).total;
          expect(monthlyCost(estate).total).toBeLessThanOrEqual(Math.max(monthlyDollars, least) + 0.01);
        }
  });

  test('other prices of a GB are taken', () => {
    const at = (otlpGigabyte: number) =>
      lineOf(monthlyCost(size({ sink: 'otlp', otlpGigabyte })), 'OTLP metrics');
    expect(at(2)).toBeCloseTo(4 * at(0.5), 6);
  });
});

test('a budget bounds the metrics, and without one every subnet is paid for in full', () => {
  const small = monthlyCost(size({ subnetSeries: 0, vpcs: 0, clusters: 0 }));
  const large = monthlyCost(size({ subnetSeries: 1_000_000, vpcs: 0, clusters: 0 }));
  expect(lineOf(large, 'CloudWatch metrics') - lineOf(small, 'CloudWatch metrics')).toBeGreaterThan(3_000);
  expect(small.withoutBudget).toBeCloseTo(large.withoutBudget, 9);
  expect(large.total).toBeCloseTo(large.withoutBudget, 9);
});

test('scanning every fifteen minutes costs a third of the scans', () => {
  const often = lineOf(monthlyCost(size()), 'CloudWatch Logs');
  expect(lineOf(monthlyCost(size({ scanIntervalMinutes: 15 })), 'CloudWatch Logs')).toBeCloseTo(often / 3, 9);
});

test.each([
  [5_000, 1, 0],
  [5_001, 1, 1],
  [400_000, 80, 0],
  [400_001, 80, 1],
])(
  '%d subnets in %d targets have %d warnings that they do not fit the function',
  (subnets, targets, count) => {
    expect(monthlyCost(size({ subnets, targets })).warnings).toHaveLength(count);
  },
);

test.each([
  [5_000, 256, 'at 256 MB', null],
  [5_001, 512, 'at 512 MB', '256 MB holds 5,000. Deploy with memorySize=512'],
  [20_000, 512, 'at 512 MB', '256 MB holds 5,000. Deploy with memorySize=512'],
  [20_001, 1_024, 'at 1,024 MB', '512 MB holds 20,000. Deploy with memorySize=1024'],
])(
  '%d subnets in a target need %d MB, and Lambda is reckoned with them',
  (subnets, megabytes, basis, warning) => {
    const own = { subnets, targets: 1, scanSeconds: 100 };
    expect(scanMegabytesOf(own)).toBe(megabytes);
    const cost = monthlyCost(size(own));
    const lambda = cost.lines.find(({ item }) => item === 'Lambda');
    expect(lambda?.basis).toContain(basis);
    const runs = 8_760;
    const gigabyteSeconds = (runs * 100 * megabytes + runs * 3 * 256) / 1_024;
    expect(lambda?.dollars).toBeCloseTo(gigabyteSeconds * 0.0000133334 + ((2 * runs) / 1e6) * 0.2, 6);
    const [said = null] = cost.warnings;
    if (warning === null) expect(said).toBeNull();
    else expect(said).toContain(warning);
  },
);

test.each([
  ['cloudwatch', true, 0],
  ['emf', true, 0],
  ['otlp', false, Object.keys(PROMQL_ALARMS).length],
] as const)('%s: counts the alarms that a deployment has', (sink, isClassic, inPromql) => {
  const template = readFileSync(join(import.meta.dirname, '../../../infra/lambda/alarms.yml'), 'utf8');
  const alarms = template.split('Type: AWS::CloudWatch::Alarm').slice(1);
  const made = alarms.filter(
    (alarm) => isClassic || !alarm.trimStart().startsWith('Condition: MetricsAreClassic'),
  );
  expect(alarms.length - made.length).toBe(isClassic ? 0 : 2);
  const said = lineOf(monthlyCost(size({ sink })), 'CloudWatch alarms');
  expect(said).toBeCloseTo((made.length + inPromql) * 0.1, 6);
});

test.each([
  [1, 3],
  [70, 3],
  [1_000, 28],
  [5_000, 139],
  [5_001, 70],
  [20_000, 277],
])('a scan of %d subnets takes %d s in the least function that holds them', (subnets, seconds) => {
  expect(scanSecondsOf({ subnets, targets: 1 })).toBe(seconds);
  expect(scanSecondsOf({ subnets: 10 * subnets, targets: 10 })).toBe(seconds);
});

test.each([
  [255, null],
  [256, 5_000],
  [511, 5_000],
  [512, 20_000],
  [1_024, 20_000],
])('a function of %d MB holds so many subnets as were measured: %s', (megabytes, subnets) => {
  expect(subnetsThatFit(megabytes)).toBe(subnets);
});
