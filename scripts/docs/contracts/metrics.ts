import {
  CLUSTER_METRICS,
  DEFAULT_NAMESPACE,
  RUN_METRICS,
  SUBNET_METRICS,
  VPC_METRICS,
} from '../../../shared/metrics/catalogue.ts';
import { COMPAT_NAMESPACE } from '../../../shared/metrics/data.ts';
import { PrometheusExporter } from '../../../shared/metrics/prometheus-exporter.ts';

const families = [SUBNET_METRICS, VPC_METRICS, CLUSTER_METRICS, RUN_METRICS].flatMap(
  ({ subject, dimensionNames, metrics }) => [
    `  per ${subject}${dimensionNames.length === 0 ? '' : `, by ${dimensionNames.join(', ')}`}`,
    ...metrics.map(({ name, unit }) => `    ${name} ${unit}`),
  ],
);

/** Names, units and dimensions in CloudWatch, and the names that `headroom serve` shows Prometheus. */
export const metricsContract = async (): Promise<string> => {
  const exposition = await new PrometheusExporter().render({
    figures: [],
    targets: [],
    staleAfter: null,
    alerts: [],
    runs: [],
  });
  const types = [...exposition.matchAll(/^# TYPE (.+)$/gm)].map(([, type]) => `  ${type}`);
  return [
    `CloudWatch, namespace ${DEFAULT_NAMESPACE} (with metrics.compat also ${COMPAT_NAMESPACE})`,
    ...families,
    '',
    'Prometheus',
    ...types.toSorted(),
    '',
  ].join('\n');
};
