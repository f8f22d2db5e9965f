import type { MetricDefinition, MetricFamily } from './catalogue.ts';

/**
 * The catalogue's metrics under Prometheus' conventions: snake case, a prefix, base units (seconds, ratios) with the
 * unit as suffix. https://prometheus.io/docs/practices/naming/
 */

export interface PrometheusMetric {
  readonly name: string;
  /** What a value of the catalogue is multiplied with to be in the base unit. */
  readonly scale: number;
}

const SECONDS_PER_HOUR = 3600;

/** `totalIPv4Prefixes` is `total_ipv4_prefixes`, `eniMaxAvailable` is `eni_max_available`. */
export const snakeCase = (name: string): string =>
  name
    .replace(/IPv4/g, 'Ipv4')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase();

const prefixOf = (subject: MetricFamily<never>['subject']): string =>
  subject === 'run' ? 'headroom' : `headroom_${subject}`;

export const prometheusMetric = (
  subject: MetricFamily<never>['subject'],
  { name, unit }: Pick<MetricDefinition<never>, 'name' | 'unit'>,
): PrometheusMetric => {
  const prefix = prefixOf(subject);
  const hours = /^HoursTo(.+)$/.exec(name)?.[1];
  if (hours !== undefined) return { name: `${prefix}_${snakeCase(hours)}_seconds`, scale: SECONDS_PER_HOUR };
  const snake = snakeCase(name);
  if (unit === 'Percent') return { name: `${prefix}_${snake.replace(/_percent$/, '')}_ratio`, scale: 0.01 };
  if (unit === 'Seconds') return { name: `${prefix}_${snake}_seconds`, scale: 1 };
  return { name: `${prefix}_${snake}`, scale: 1 };
};

/** The help of a metric in the units and names of Prometheus: `Seconds until`, and other metrics by their names here. */
export const prometheusHelp = <Subject>(
  { subject, metrics }: MetricFamily<Subject>,
  definition: MetricDefinition<Subject>,
): string => {
  const { scale } = prometheusMetric(subject, definition);
  const inUnits =
    scale === SECONDS_PER_HOUR ? definition.help.replace(/^Hours\b/, 'Seconds') : definition.help;
  const ratio = definition.unit === 'Percent' ? ' From 0 to 1.' : '';
  const names = new Map(metrics.map((metric) => [metric.name, prometheusMetric(subject, metric).name]));
  return inUnits.replace(/\b[A-Za-z]{2,60}\b/g, (word) => names.get(word) ?? word) + ratio;
};
