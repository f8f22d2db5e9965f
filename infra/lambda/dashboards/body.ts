import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { MetricFamily } from '../../../shared/metrics/catalogue.ts';

/**
 * CloudWatch dashboards as typed data. Series are found by queries and searches, never named one by one: subnets and
 * accounts appear by themselves, and each widget has a bound of its own however many there are.
 * Source: CloudWatch User Guide and API reference, "Dashboard body structure and syntax" and "CloudWatch quotas".
 */

/** CloudWatch's quotas: widgets of a dashboard, metrics of a widget, metrics of all widgets of a dashboard. */
export const MAX_WIDGETS = 500;
export const MAX_METRICS_PER_WIDGET = 500;
export const MAX_METRICS_PER_DASHBOARD = 2_500;

/** The grid's width in columns. */
export const GRID_WIDTH = 24;

export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line across a graph, such as a threshold. */
export interface HorizontalLine {
  readonly label: string;
  readonly value: number;
  readonly color: string;
}

/** One entry of a metric widget: a metric by its name and dimensions, or an expression, with how it is shown. */
export type MetricEntry = readonly (string | Readonly<Record<string, string | number | boolean>>)[];

export type Widget = Placement &
  (
    | {
        readonly type: 'metric';
        readonly properties: {
          readonly title: string;
          readonly region: string;
          readonly view: 'timeSeries' | 'singleValue';
          readonly period: number;
          readonly stat: string;
          readonly metrics: readonly MetricEntry[];
          readonly yAxis?: {
            readonly left: { readonly min: number; readonly label?: string; readonly showUnits: false };
          };
          readonly annotations?: { readonly horizontal: readonly HorizontalLine[] };
        };
      }
    | { readonly type: 'text'; readonly properties: { readonly markdown: string } }
    | {
        readonly type: 'custom';
        readonly properties: {
          readonly title: string;
          readonly endpoint: string;
          readonly params: Readonly<Record<string, string>>;
          readonly updateOn: {
            readonly refresh: boolean;
            readonly resize: boolean;
            readonly timeRange: boolean;
          };
        };
      }
  );

/** A list above the dashboard; what is chosen takes the place of `pattern` throughout the body. */
export interface DashboardVariable {
  readonly type: 'pattern';
  readonly pattern: string;
  readonly inputType: 'select';
  readonly id: string;
  readonly label: string;
  readonly visible: true;
  readonly search: string;
  readonly populateFrom: string;
}

export interface DashboardBody {
  readonly variables?: readonly DashboardVariable[];
  readonly widgets: readonly Widget[];
}

/** What CloudFormation fills in (`Fn::Sub`). */
const filledIn = (name: string): string => `\${${name}}`;
export const REGION = filledIn('AWS::Region');
const WIDGET_FUNCTION = filledIn('DashboardDashwidgetLambdaFunction.Arn');

const PERIOD = 300;

/** The names of a family's metrics: a metric that is not in the catalogue is never published. */
const known = (family: MetricFamily<never>, name: string): string => {
  if (!family.metrics.some((metric) => metric.name === name))
    throw new Error(`The catalogue has no metric ${name} per ${family.subject}.`);
  return name;
};

export interface Ranking {
  readonly namespace: string;
  // The catalogue's families differ in what they measure, which is of no interest here.
  readonly family: MetricFamily<never>;
  readonly metric: string;
  /** Which end is worse: few addresses, or much fragmentation. */
  readonly worst: 'lowest' | 'highest';
  readonly groupBy: string;
  readonly limit: number;
  readonly where?: Readonly<Record<string, string>>;
}

/** A Metrics Insights query for the worst few of all series, whichever those are at the time. */
export const rankingQuery = ({
  namespace,
  family,
  metric,
  worst,
  groupBy,
  limit,
  where = {},
}: Ranking): string => {
  const aggregate = worst === 'lowest' ? 'MIN' : 'MAX';
  const conditions = Object.entries(where).map(([name, value]) => `${name} = '${value}'`);
  return [
    `SELECT ${aggregate}("${known(family, metric)}")`,
    `FROM SCHEMA("${namespace}", ${family.dimensionNames.join(', ')})`,
    ...(conditions.length === 0 ? [] : [`WHERE ${conditions.join(' AND ')}`]),
    `GROUP BY ${groupBy}`,
    `ORDER BY ${aggregate}() ${worst === 'lowest' ? 'ASC' : 'DESC'}`,
    `LIMIT ${limit}`,
  ].join(' ');
};

/** A graph with the usual thresholds of its metric. */
const graphOf = (
  title: string,
  { metric, worst }: Pick<Ranking, 'metric' | 'worst'>,
  expression: string,
  period: number,
  placement: Placement,
): Widget => {
  const horizontal = thresholdsOf(metric);
  return {
    ...placement,
    type: 'metric',
    properties: {
      title,
      region: REGION,
      view: 'timeSeries',
      period,
      stat: worst === 'lowest' ? 'Minimum' : 'Maximum',
      metrics: [[{ expression, id: 'worst', period }]],
      yAxis: { left: { min: 0, showUnits: false } },
      ...(horizontal.length === 0 ? {} : { annotations: { horizontal } }),
    },
  };
};

export const rankingWidget = (title: string, ranking: Ranking, placement: Placement): Widget =>
  graphOf(title, ranking, rankingQuery(ranking), PERIOD, placement);

/** Hours are kept for 15 months; Metrics Insights looks back two weeks (CloudWatch User Guide, quotas). */
const HOUR = 3_600;

/**
 * The worst few by a classic search, which reaches as far back as CloudWatch keeps a value. It sorts by the extreme of the
 * whole time that is shown.
 */
export const searchQuery = ({ namespace, family, metric, worst, limit }: Ranking): string => {
  const [statistic, order] = worst === 'lowest' ? ['Minimum', 'MIN, ASC'] : ['Maximum', 'MAX, DESC'];
  const search = `SEARCH('{"${namespace}",${family.dimensionNames.join(',')}} MetricName="${known(family, metric)}"', '${statistic}', ${HOUR})`;
  return `SLICE(SORT(${search}, ${order}), 0, ${limit})`;
};

export const searchWidget = (title: string, ranking: Ranking, placement: Placement): Widget =>
  graphOf(title, ranking, searchQuery(ranking), HOUR, placement);

const COLOURS = { warning: '#ff7f0e', critical: '#d62728' } as const;

/** The thresholds of an empty headroom.yml, where they are figures of the metric itself. */
const thresholdsOf = (metric: string): readonly HorizontalLine[] => {
  const { rules } = DEFAULT_POLICY;
  const low = rules['addresses-low'];
  const limits: Readonly<Record<string, readonly (number | null | undefined)[]>> = {
    HoursToExhaustion: [
      rules['addresses-exhaustion'].warningWithin,
      rules['addresses-exhaustion'].criticalWithin,
    ],
    HoursToPrefixExhaustion: [
      rules['prefixes-exhaustion'].warningWithin,
      rules['prefixes-exhaustion'].criticalWithin,
    ],
    AvailableAddresses: [low.warning?.count, low.critical?.count],
    FreePrefixes: [rules['prefixes-low'].warning?.count, rules['prefixes-low'].critical?.count],
    UtilizationPercent: [low.warning?.percent, low.critical?.percent].map((percent) =>
      percent === undefined ? null : 100 - percent,
    ),
  };
  return (limits[metric] ?? []).flatMap((value, index) => {
    const level = index === 0 ? 'warning' : 'critical';
    return value == null ? [] : [{ label: level, value, color: COLOURS[level] }];
  });
};

/** Series that a widget shows at the most. A query that says no limit may show all that one widget can. */
export const mostSeries = (widget: Widget): number => {
  if (widget.type !== 'metric') return 0;
  return widget.properties.metrics.reduce((sum, entry) => {
    const last = entry.at(-1);
    const expression = typeof last === 'object' ? last['expression'] : undefined;
    if (typeof expression !== 'string' || !/^(SELECT|SEARCH|SLICE)/.test(expression)) return sum + 1;
    const limit = /(?: LIMIT |^SLICE.*, )(\d+)\)?$/.exec(expression)?.[1];
    return sum + Number(limit ?? MAX_METRICS_PER_WIDGET);
  }, 0);
};

/** Widgets of one size, row by row from `y` on. */
export const inRows = (
  y: number,
  { width, height }: Pick<Placement, 'width' | 'height'>,
  make: readonly ((placement: Placement) => Widget)[],
): readonly Widget[] => {
  const columns = Math.floor(GRID_WIDTH / width);
  return make.map((widget, index) =>
    widget({ x: (index % columns) * width, y: y + Math.floor(index / columns) * height, width, height }),
  );
};

/** Where the next row begins. */
export const below = (widgets: readonly Widget[]): number =>
  Math.max(0, ...widgets.map(({ y, height }) => y + height));

export const text = (markdown: string, y: number, height: number): Widget => ({
  type: 'text',
  x: 0,
  y,
  width: GRID_WIDTH,
  height,
  properties: { markdown },
});

/** The names of the boards of a deployment. */
export interface BoardNames {
  readonly fleet: string;
  readonly vpc: string;
  readonly cluster: string;
}

const BOARDS = { fleet: 'Fleet', vpc: 'One VPC', cluster: 'One cluster' } as const;

/** The first row of each board: links to the others. CloudWatch gives such a fragment the board of that name. */
export const boardLinks = (here: keyof BoardNames, names: BoardNames): Widget =>
  text(
    (['fleet', 'vpc', 'cluster'] as const)
      .map((board) =>
        board === here ? `**${BOARDS[board]}**` : `[${BOARDS[board]}](#dashboards:name=${names[board]})`,
      )
      .join(' | '),
    0,
    1,
  );

export const addressMap = (
  title: string,
  params: Readonly<Record<string, string>>,
  y: number,
  height: number,
): Widget => ({
  type: 'custom',
  x: 0,
  y,
  width: GRID_WIDTH,
  height,
  properties: {
    title,
    endpoint: WIDGET_FUNCTION,
    params,
    updateOn: { refresh: true, resize: false, timeRange: false },
  },
});
