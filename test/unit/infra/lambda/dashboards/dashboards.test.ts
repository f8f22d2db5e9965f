import { describe, expect, test } from 'vitest';
import {
  below,
  type DashboardBody,
  GRID_WIDTH,
  MAX_METRICS_PER_DASHBOARD,
  MAX_METRICS_PER_WIDGET,
  MAX_WIDGETS,
  mostSeries,
  rankingQuery,
  searchQuery,
  text,
  type Widget,
} from '../../../../../infra/lambda/dashboards/body.ts';
import { clusterDashboard } from '../../../../../infra/lambda/dashboards/cluster.ts';
import { fleetDashboard } from '../../../../../infra/lambda/dashboards/fleet.ts';
import { vpcDashboard } from '../../../../../infra/lambda/dashboards/vpc.ts';
import { DEFAULT_POLICY } from '../../../../../shared/config/default-policy.ts';
import {
  CLUSTER_METRICS,
  RUN_METRICS,
  SUBNET_METRICS,
  VPC_METRICS,
} from '../../../../../shared/metrics/catalogue.ts';

const DEPLOYMENT = {
  namespace: 'VpcHeadroom',
  functions: [{ name: 'headroom-prod-scan-target', gigabytes: '0.25' }],
  tableName: 'headroom-prod-state',
  boards: { fleet: 'headroom', vpc: 'headroom-vpc', cluster: 'headroom-cluster' },
};

const DASHBOARDS: readonly (readonly [string, DashboardBody])[] = [
  ['fleet', fleetDashboard(DEPLOYMENT)],
  ['VPC', vpcDashboard(DEPLOYMENT)],
  ['cluster', clusterDashboard(DEPLOYMENT)],
];

const RANKING = { namespace: 'Mine', family: SUBNET_METRICS, groupBy: 'SubnetId', limit: 10 } as const;

/** What is wrong with a dashboard by CloudWatch's limits, whatever the number of subnets. */
const problems = ({ widgets }: DashboardBody): readonly string[] => {
  const series = widgets.map(mostSeries);
  const total = series.reduce((sum, count) => sum + count, 0);
  return [
    ...(widgets.length > MAX_WIDGETS ? [`${widgets.length} widgets`] : []),
    ...(total > MAX_METRICS_PER_DASHBOARD ? [`${total} metrics`] : []),
    ...series.flatMap((count, index) =>
      count > MAX_METRICS_PER_WIDGET ? [`widget ${index}: ${count} metrics`] : [],
    ),
    ...widgets.flatMap(({ x, width }, index) =>
      x + width > GRID_WIDTH ? [`widget ${index} is off the grid`] : [],
    ),
    ...widgets.flatMap((one, index) =>
      widgets
        .slice(index + 1)
        .filter(
          (other) =>
            one.x < other.x + other.width &&
            other.x < one.x + one.width &&
            one.y < other.y + other.height &&
            other.y < one.y + one.height,
        )
        .map(() => `widget ${index} is under another`),
    ),
  ];
};

describe.each(DASHBOARDS)('the %s dashboard', (_, body) => {
  test('keeps within the limits for any number of subnets', () => {
    expect(problems(body)).toEqual([]);
  });

  test('names no subnet, account or cluster: what is new appears by itself', () => {
    expect(JSON.stringify(body)).not.toMatch(/subnet-0|\d{12}/);
  });
});

test('each board links to the two others by their names', () => {
  const links = DASHBOARDS.map(([, { widgets }]) => {
    const [first] = widgets;
    const markdown = first?.type === 'text' ? first.properties.markdown : '';
    return [...markdown.matchAll(/\]\(#dashboards:name=([\w-]+)\)/g)].map(([, name]) => name);
  });
  expect(links).toEqual([
    ['headroom-vpc', 'headroom-cluster'],
    ['headroom', 'headroom-cluster'],
    ['headroom', 'headroom-vpc'],
  ]);
});

test('the thresholds of an empty headroom.yml are drawn where they are figures of the metric', () => {
  const expiry = DEFAULT_POLICY.rules['addresses-exhaustion'];
  const lines = fleetDashboard(DEPLOYMENT).widgets.flatMap((widget) =>
    widget.type === 'metric' && widget.properties.annotations !== undefined
      ? [[widget.properties.title, ...widget.properties.annotations.horizontal.map(({ value }) => value)]]
      : [],
  );
  expect(lines.slice(0, 5)).toEqual([
    ['Hours until addresses run out', expiry.warningWithin, expiry.criticalWithin],
    ['Hours until prefixes run out', expiry.warningWithin, expiry.criticalWithin],
    ['Fewest available addresses', 5, 3],
    ['Fewest free prefixes', 4, 2],
    ['Highest utilization', 95, 98],
  ]);
});

test('the fleet board has alerts, findings and the past, and a search that looks back months', () => {
  const { widgets } = fleetDashboard(DEPLOYMENT);
  const views = widgets.flatMap((widget) =>
    widget.type === 'custom' ? [widget.properties.params['view']] : [],
  );
  expect(views).toEqual([undefined, 'alerts', 'history', 'names']);
  expect(searchQuery({ ...RANKING, metric: 'AvailableAddresses', worst: 'lowest' })).toBe(
    `SLICE(SORT(SEARCH('{"Mine",AccountId,Region,VpcId,SubnetId} MetricName="AvailableAddresses"', 'Minimum', 3600), MIN, ASC), 0, 10)`,
  );
  const searched = widgets.filter((widget) => JSON.stringify(widget).includes('SLICE(SORT('));
  expect(searched.map(mostSeries)).toEqual([10, 10, 10]);
});

test('everything in the catalogue is on some dashboard', () => {
  const all = JSON.stringify(DASHBOARDS.map(([, body]) => body));
  const names = [SUBNET_METRICS, VPC_METRICS, CLUSTER_METRICS, RUN_METRICS].flatMap(({ metrics }) =>
    metrics.map(({ name }) => name),
  );
  expect(names.filter((name) => !all.includes(name))).toEqual([]);
});

test('a query asks for the worst few of the exact dimensions under which subnets are published', () => {
  expect(
    rankingQuery({
      namespace: 'Mine',
      family: SUBNET_METRICS,
      metric: 'AvailableAddresses',
      worst: 'lowest',
      groupBy: 'SubnetId',
      limit: 10,
      where: { VpcId: 'vpc-01' },
    }),
  ).toBe(
    `SELECT MIN("AvailableAddresses") FROM SCHEMA("Mine", AccountId, Region, VpcId, SubnetId) WHERE VpcId = 'vpc-01' GROUP BY SubnetId ORDER BY MIN() ASC LIMIT 10`,
  );
});

test('what the catalogue does not have cannot be asked for', () => {
  const ask = () =>
    rankingQuery({
      namespace: 'Mine',
      family: SUBNET_METRICS,
      metric: 'FreeBeer',
      worst: 'lowest',
      groupBy: 'SubnetId',
      limit: 1,
    });
  expect(ask).toThrow('The catalogue has no metric FreeBeer per subnet.');
});

describe('the limits are noticed at one past them', () => {
  const searches = (count: number): DashboardBody => ({
    widgets: Array.from(
      { length: count },
      (_, index): Widget => ({
        type: 'metric',
        x: 0,
        y: index,
        width: 1,
        height: 1,
        properties: {
          title: '',
          region: '',
          view: 'timeSeries',
          period: 300,
          stat: 'Sum',
          metrics: [[{ expression: `SEARCH('x', 'Sum')` }]],
        },
      }),
    ),
  });

  test('2,500 metrics of a dashboard: five unbounded searches fit, six do not', () => {
    expect(problems(searches(5))).toEqual([]);
    expect(problems(searches(6))).toEqual(['3000 metrics']);
  });

  test('500 metrics of a widget', () => {
    const query = (limit: number): DashboardBody => {
      const [widget] = searches(1).widgets;
      if (widget?.type !== 'metric') throw new Error('There should be a widget of metrics.');
      const metrics = [[{ expression: `SELECT MIN("a") FROM "b" LIMIT ${limit}` }]];
      return { widgets: [{ ...widget, properties: { ...widget.properties, metrics } }] };
    };
    expect(problems(query(500))).toEqual([]);
    expect(problems(query(501))).toEqual(['widget 0: 501 metrics']);
  });

  test('500 widgets', () => {
    const texts = (count: number): DashboardBody => ({
      widgets: Array.from({ length: count }, (_, index) => text('x', index, 1)),
    });
    expect(problems(texts(500))).toEqual([]);
    expect(problems(texts(501))).toEqual(['501 widgets']);
  });

  test('widgets that lie over each other, or beside the grid', () => {
    expect(problems({ widgets: [text('a', 0, 2), text('b', 1, 2)] })).toEqual(['widget 0 is under another']);
    expect(problems({ widgets: [{ ...text('a', 0, 1), x: 1 }] })).toEqual(['widget 0 is off the grid']);
  });

  test('the next row begins where the last ends', () => {
    expect(below([text('a', 0, 2), text('b', 2, 3)])).toBe(5);
  });
});
