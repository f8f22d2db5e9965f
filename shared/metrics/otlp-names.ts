import type { MetricDatum } from './metric-sink.ts';
import { prometheusMetric, snakeCase } from './prometheus-names.ts';

/**
 * The catalogue's metrics under OpenTelemetry's conventions: words with dots, units of UCUM, base units.
 * https://opentelemetry.io/docs/specs/semconv/general/naming/
 *
 * Where a receiver turns them into Prometheus' names, as Prometheus itself does, they are those of `/metrics`:
 * `headroom.subnet.utilization` with the unit `1` is `headroom_subnet_utilization_ratio`.
 */
export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  /** What a value of the catalogue is multiplied with to be in this unit. */
  readonly scale: number;
}

/** Counted things have a unit in braces, which is a comment in UCUM: https://ucum.org/ucum#section-Curly-Braces */
const COUNTED = '{count}';

export const otlpMetric = ({
  name,
  unit,
  subject,
}: Pick<MetricDatum, 'name' | 'unit' | 'subject'>): OtlpMetric => {
  // Names of another program, such as the CNI Metrics Helper, stay as they are.
  if (subject === undefined) return { name, unit: COUNTED, scale: 1 };
  if (subject === 'holder') return { name: `headroom.cluster.${snakeCase(name)}`, unit: COUNTED, scale: 1 };
  const prometheus = prometheusMetric(subject, { name, unit });
  const words = prometheus.name
    .replace(/_(?:seconds|ratio)$/, '')
    .replace(/^headroom_(subnet_|vpc_|cluster_)?/, (_, family?: string) =>
      family === undefined ? 'headroom.' : `headroom.${family.slice(0, -1)}.`,
    );
  return { name: words, unit: unitOf(prometheus.name, unit), scale: prometheus.scale };
};

const unitOf = (prometheusName: string, unit: MetricDatum['unit']): string => {
  if (prometheusName.endsWith('_seconds')) return 's';
  if (prometheusName.endsWith('_ratio')) return '1';
  return unit === 'Count' ? COUNTED : '';
};

/** Dimensions that semantic conventions have a name for, and others under a prefix. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  VpcId: 'aws.vpc.id',
  SubnetId: 'aws.subnet.id',
  ClusterName: 'k8s.cluster.name',
  CLUSTER_ID: 'k8s.cluster.name',
  Namespace: 'k8s.namespace.name',
};

/** Those that describe the resource and not the point: https://opentelemetry.io/docs/specs/semconv/resource/cloud/ */
const RESOURCE_ATTRIBUTES: Readonly<Record<string, string>> = {
  AccountId: 'cloud.account.id',
  Region: 'cloud.region',
};

export const otlpAttributes = (
  dimensions: MetricDatum['dimensions'],
): { readonly resource: Record<string, string>; readonly point: Record<string, string> } => {
  const resource: Record<string, string> = {};
  const point: Record<string, string> = {};
  for (const [name, value] of Object.entries(dimensions)) {
    const ofResource = RESOURCE_ATTRIBUTES[name];
    if (ofResource !== undefined) resource[ofResource] = value;
    else point[ATTRIBUTES[name] ?? `headroom.${snakeCase(name)}`] = value;
  }
  return { resource, point };
};
