import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';
import {
  CLUSTER_METRICS,
  type MetricDefinition,
  type MetricFamily,
  SUBNET_METRICS,
  VPC_METRICS,
} from '../../shared/metrics/catalogue.ts';
import { prometheusMetric, snakeCase } from '../../shared/metrics/prometheus-names.ts';

/** Grafana's grid is 24 columns wide. */
const COLUMNS = 24;
const HEIGHT = 8;

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable, not a template
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly [setting: string]: unknown;
}

const variables = (names: readonly string[]): string => names.map((name) => `${name}=~"$${name}"`).join(',');

const unitOf = (name: string): string => {
  if (name.endsWith('_seconds')) return 's';
  return name.endsWith('_ratio') || name.endsWith('_index') ? 'percentunit' : 'short';
};

const target = (expr: string, legendFormat = '', extra: object = {}): object => ({
  refId: 'A',
  datasource: DATASOURCE,
  expr,
  legendFormat,
  ...extra,
});

const stat = (
  title: string,
  description: string,
  expr: string,
  steps: readonly object[],
  unit = 'short',
): Panel => ({
  type: 'stat',
  title,
  description,
  width: 6,
  height: 4,
  targets: [target(expr, '', { instant: true })],
  fieldConfig: { defaults: { unit, thresholds: { mode: 'absolute', steps } }, overrides: [] },
  options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'background', graphMode: 'none' },
});

/** Red from one on: none of these should be. */
const NONE_IS_WELL = [
  { color: 'green', value: null },
  { color: 'red', value: 1 },
];

const SUBNET_LABELS = SUBNET_METRICS.dimensionNames.map(snakeCase);

/** The names of the subnets, joined to a figure. */
const named = (expr: string): string =>
  `${expr} * on (${SUBNET_LABELS.join(', ')}) group_left (name, cidr_block) headroom_subnet_info`;

/** As many as a reader can distinguish in one picture: those that are worst off by available addresses. */
const SHOWN = 20;

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable, not a template
const LIVE_PAGE_VARIABLE = '${page}';

/** Where a click on a series or a row leads: the subnet on the live page. */
const toSubnet = (labels: 'series' | 'row'): object => {
  const value = (label: string): string =>
    labels === 'series' ? `\${__field.labels.${label}}` : `\${__data.fields.${label}}`;
  return {
    title: 'Map and history',
    url: `\${page}/#${value('account_id')}/${value('region')}/${value('subnet_id')}`,
    targetBlank: true,
  };
};

/** Where a click on a series of a VPC or a cluster leads: the live page, which shows only that one. */
const toFilter = (filter: 'vpc' | 'cluster', label: string): object => ({
  title: filter === 'vpc' ? 'VPC on the live page' : 'Cluster on the live page',
  url: `\${page}/#account=\${__field.labels.account_id}&region=\${__field.labels.region}&${filter}=\${__field.labels.${label}}`,
  targetBlank: true,
});

const LINK_OF_SERIES: Readonly<Record<MetricFamily<never>['subject'], object | null>> = {
  subnet: toSubnet('series'),
  vpc: toFilter('vpc', 'vpc_id'),
  cluster: toFilter('cluster', 'cluster_name'),
  run: null,
};

/** The thresholds of an empty headroom.yml, in the units of Prometheus, where they are figures of the metric itself. */
const thresholdsOf = (
  name: string,
): { readonly warning: number; readonly critical: number; readonly below: boolean } | null => {
  const { rules } = DEFAULT_POLICY;
  const low = rules['addresses-low'];
  const within = (rule: 'addresses-exhaustion' | 'prefixes-exhaustion') => ({
    warning: (rules[rule].warningWithin ?? 0) * 3600,
    critical: (rules[rule].criticalWithin ?? 0) * 3600,
    below: true,
  });
  if (name === 'headroom_subnet_exhaustion_seconds') return within('addresses-exhaustion');
  if (name === 'headroom_subnet_prefix_exhaustion_seconds') return within('prefixes-exhaustion');
  return name === 'headroom_subnet_utilization_ratio'
    ? {
        warning: 1 - (low.warning?.percent ?? 0) / 100,
        critical: 1 - (low.critical?.percent ?? 0) / 100,
        below: false,
      }
    : null;
};

const thresholdLines = (name: string): object => {
  const limits = thresholdsOf(name);
  if (limits === null) return {};
  const { warning, critical, below } = limits;
  const steps = below
    ? [
        { color: 'red', value: null },
        { color: 'orange', value: critical },
        { color: 'green', value: warning },
      ]
    : [
        { color: 'green', value: null },
        { color: 'orange', value: warning },
        { color: 'red', value: critical },
      ];
  return { thresholds: { mode: 'absolute', steps } };
};

const timeSeries = <Subject>(family: MetricFamily<Subject>, definition: MetricDefinition<Subject>): Panel => {
  const { name } = prometheusMetric(family.subject, definition);
  const labels = family.dimensionNames.map(snakeCase);
  const filter = variables(labels.filter((label) => ['account_id', 'region', 'vpc_id'].includes(label)));
  const figure = `${name}{${filter}}`;
  const subnet = family.subject === 'subnet';
  const scarce = `bottomk(${SHOWN}, headroom_subnet_available_addresses{${filter}})`;
  return {
    type: 'timeseries',
    title: definition.name,
    description: definition.help,
    width: COLUMNS / 3,
    height: HEIGHT,
    targets: [
      target(
        subnet ? named(`(${figure} and on (${labels.join(', ')}) ${scarce})`) : figure,
        subnet ? '{{name}} {{subnet_id}}' : `{{${labels.at(-1)}}}`,
      ),
    ],
    fieldConfig: {
      defaults: {
        unit: unitOf(name),
        ...thresholdLines(name),
        ...(LINK_OF_SERIES[family.subject] === null ? {} : { links: [LINK_OF_SERIES[family.subject]] }),
        custom: {
          showPoints: 'never',
          ...(thresholdsOf(name) === null ? {} : { thresholdsStyle: { mode: 'line' } }),
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom' },
      tooltip: { mode: 'multi', sort: 'asc' },
    },
  };
};

const linked = (field: string, link: object): object => ({
  matcher: { id: 'byName', options: field },
  properties: [{ id: 'links', value: [link] }],
});

const table = (
  title: string,
  description: string,
  expr: string,
  unit: string,
  links: readonly object[] = [linked('subnet_id', toSubnet('row')), linked('name', toSubnet('row'))],
  width = COLUMNS / 2,
): Panel => ({
  type: 'table',
  title,
  description,
  width,
  height: 10,
  targets: [target(expr, '', { instant: true, format: 'table' })],
  fieldConfig: { defaults: { unit }, overrides: links },
  transformations: [
    { id: 'organize', options: { excludeByName: { Time: true, __name__: true, instance: true, job: true } } },
  ],
});

const SUBNET_FILTER = variables(['account_id', 'region', 'vpc_id']);

/** Both supplies of a subnet, with a label that names them. */
const runsOut = (filter: string): string =>
  ['addresses', 'prefixes']
    .map((supply) => {
      const name = supply === 'addresses' ? 'exhaustion' : 'prefix_exhaustion';
      return `label_replace(headroom_subnet_${name}_seconds{${filter}}, "supply", "${supply}", "", "")`;
    })
    .join(' or ');

const ALERT_FILTER = variables(['account_id', 'region']);

const OVERVIEW: readonly Panel[] = [
  stat(
    'Critical alerts',
    'Critical alerts that fire.',
    'count(headroom_alert_firing{severity="critical"}) or vector(0)',
    NONE_IS_WELL,
  ),
  stat(
    'Targets down',
    'Targets whose last scan failed or is incomplete.',
    'count(headroom_target_up == 0) or vector(0)',
    NONE_IS_WELL,
  ),
  stat(
    'Next exhaustion',
    'When the first subnet is expected to have no address or no prefix left. Empty: no exhaustion is expected.',
    `min(${runsOut('')})`,
    [
      { color: 'red', value: null },
      { color: 'orange', value: 86_400 },
      { color: 'green', value: 7 * 86_400 },
    ],
    's',
  ),
  stat(
    'Oldest figures',
    'The age of the oldest figures, as a share of `headroom_stale_after_seconds`. That is `staleAfter`, and at least three scan intervals.',
    'max((time() - headroom_target_figures_timestamp_seconds) / on (job, instance) group_left () headroom_stale_after_seconds)',
    [
      { color: 'green', value: null },
      { color: 'red', value: 1 },
    ],
    'percentunit',
  ),
  table(
    'Run out next',
    'Subnets by the time until no address, or no prefix, is expected to be left.',
    `sort(${named(`(${runsOut(SUBNET_FILTER)})`)})`,
    's',
  ),
  table(
    'Fullest subnets',
    'Subnets by the share of usable addresses that is in use.',
    `sort_desc(${named(`headroom_subnet_utilization_ratio{${SUBNET_FILTER}}`)})`,
    'percentunit',
  ),
];

const ALERTS: Panel = table(
  'Alerts',
  'Every alert that fires, with its state: firing, acknowledged or muted.',
  `headroom_alert_state{${ALERT_FILTER}}`,
  'short',
  [
    linked('runbook', { title: 'Runbook', url: `\${__data.fields.runbook}`, targetBlank: true }),
    linked('name', {
      title: 'Live page',
      url: `\${page}/#account=\${__data.fields.account_id}&vpc=\${__data.fields.vpc_id}`,
      targetBlank: true,
    }),
  ],
  COLUMNS,
);

/** When alerts fired, drawn into every graph. */
const ANNOTATIONS = {
  list: [
    {
      name: 'Alerts',
      type: 'dashboard',
      datasource: DATASOURCE,
      enable: true,
      iconColor: 'red',
      expr: `headroom_alert_firing{${ALERT_FILTER}}`,
      step: '60s',
      titleFormat: '{{severity}}: {{check}}',
      textFormat: '{{name}} {{subject}} {{runbook}}',
      tagKeys: 'severity,rule,cluster_name,team',
    },
  ],
};

const row = (title: string): Panel => ({
  type: 'row',
  title,
  width: COLUMNS,
  height: 1,
  collapsed: false,
  panels: [],
});

/** From left to right, and on to the next line when a line is full. */
const placed = (panels: readonly Panel[]): readonly object[] => {
  let x = 0;
  let y = 0;
  let lineHeight = 0;
  return panels.map(({ width, height, ...panel }, index) => {
    if (x + width > COLUMNS) {
      x = 0;
      y += lineHeight;
      lineHeight = 0;
    }
    const gridPos = { x, y, w: width, h: height };
    x += width;
    lineHeight = Math.max(lineHeight, height);
    return { id: index + 1, ...(panel.type === 'row' ? {} : { datasource: DATASOURCE }), ...panel, gridPos };
  });
};

const choice = (name: string, label: string, filter: string): object => ({
  type: 'query',
  name,
  label,
  datasource: DATASOURCE,
  query: { query: `label_values(headroom_subnet_info${filter}, ${name})`, refId: 'A' },
  refresh: 2,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
});

/** Where headroom serve listens by default. */
const LIVE_PAGE = 'http://127.0.0.1:9464';

/** A Grafana dashboard over the metrics of `headroom serve`: every figure of the catalogue, the worst first. */
export const grafanaDashboard = (): string => {
  const panels = [
    ...OVERVIEW,
    ALERTS,
    row('Subnets (the 20 with the fewest addresses available)'),
    ...SUBNET_METRICS.metrics.map((metric) => timeSeries(SUBNET_METRICS, metric)),
    row('VPCs'),
    ...VPC_METRICS.metrics.map((metric) => timeSeries(VPC_METRICS, metric)),
    row('Clusters'),
    ...CLUSTER_METRICS.metrics.map((metric) => timeSeries(CLUSTER_METRICS, metric)),
  ];
  const dashboard = {
    uid: 'headroom',
    title: 'Headroom',
    description: 'IP addresses of VPC subnets and EKS clusters, from headroom serve.',
    tags: ['headroom', 'aws', 'vpc'],
    schemaVersion: 39,
    editable: true,
    time: { from: 'now-7d', to: 'now' },
    refresh: '1m',
    annotations: ANNOTATIONS,
    links: [
      { title: 'Live page', type: 'link', url: LIVE_PAGE_VARIABLE, targetBlank: true, icon: 'external link' },
    ],
    templating: {
      list: [
        { type: 'datasource', name: 'datasource', label: 'Prometheus', query: 'prometheus' },
        // Where people reach headroom serve: what --public-url says.
        {
          type: 'textbox',
          name: 'page',
          label: 'Live page',
          query: LIVE_PAGE,
          current: { text: LIVE_PAGE, value: LIVE_PAGE },
        },
        choice('account_id', 'Account', ''),
        choice('region', 'Region', '{account_id=~"$account_id"}'),
        choice('vpc_id', 'VPC', '{account_id=~"$account_id",region=~"$region"}'),
      ],
    },
    panels: placed(panels),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
};
