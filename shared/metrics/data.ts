import type { ClusterAssessment, CniGauges } from '../model/result/cluster.ts';
import type { MetricContext, MetricFamily } from './catalogue.ts';
import type { MetricDatum } from './metric-sink.ts';

/** The namespace and the dimension of the CNI Metrics Helper, for dashboards that were made for it. */
export const COMPAT_NAMESPACE = 'Kubernetes';

/** The data that a family makes of one subject: one for each metric that is known. */
export const dataOf = <Subject>(
  family: MetricFamily<Subject>,
  subject: Subject,
  context: MetricContext,
  namespace: string,
): MetricDatum[] => {
  const dimensions = family.dimensions(subject);
  return family.metrics.flatMap(({ name, unit, value }) => {
    const measured = value(subject, context);
    // A figure that is not finite would be a defect of ours; it is no more fit to publish than an unknown one.
    if (measured === null || !Number.isFinite(measured)) return [];
    return [{ namespace, name, dimensions, value: measured, unit, timestamp: context.scannedAt }];
  });
};

/** The same gauges as the CNI Metrics Helper publishes them: its namespace, its one dimension, unit Count. */
export const compatData = (
  cluster: Pick<ClusterAssessment, 'clusterName'>,
  gauges: CniGauges,
  context: MetricContext,
): MetricDatum[] =>
  Object.entries(gauges).flatMap(([name, value]) =>
    value === null
      ? []
      : [
          {
            namespace: COMPAT_NAMESPACE,
            name,
            dimensions: { CLUSTER_ID: cluster.clusterName },
            value,
            unit: 'Count' as const,
            timestamp: context.scannedAt,
          },
        ],
  );
