import { printable } from '../model/base/invisible-characters.ts';
import type { ClusterAssessment, CniGauges } from '../model/result/cluster.ts';
import type { ClusterPods } from '../model/result/pods.ts';
import { CLUSTER_METRICS, type MetricContext, type MetricFamily } from './catalogue.ts';
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
  return family.metrics.flatMap(({ name, unit, value, isCount }) => {
    const measured = value(subject, context);
    // A figure that is not finite would be a defect of ours; it is no more fit to publish than an unknown one.
    if (measured === null || !Number.isFinite(measured)) return [];
    return [
      {
        namespace,
        name,
        dimensions,
        value: measured,
        unit,
        timestamp: context.scannedAt,
        subject: family.subject,
        ...(isCount === true ? { count: { since: context.since ?? null } } : {}),
      },
    ];
  });
};

/**
 * Everything that the CNI Metrics Helper publishes, as far as it is known: its namespace, its one dimension, unit Count. The
 * helper leaves out ipamd's `no_available_ip_addresses`, the best symptom of all; it is `noAvailableIPAddresses` here. Gauges are those that EC2 can answer, and of the others what the CNI counts; addresses in use are known from pods as well.
 */
export const compatData = (
  { clusterName, kubernetes, pods }: Pick<ClusterAssessment, 'clusterName' | 'kubernetes' | 'pods'>,
  gauges: CniGauges,
  context: MetricContext,
): MetricDatum[] => {
  const counted = kubernetes?.ipamd?.values ?? {};
  const used = pods?.used ?? null;
  const known = {
    ...counted,
    ...Object.fromEntries(
      Object.entries(gauges).map(([name, value]) => [name, value ?? counted[name] ?? null]),
    ),
    assignIPAddresses: counted['assignIPAddresses'] ?? used,
    totalAssignedIPv4sPerCidr: counted['totalAssignedIPv4sPerCidr'] ?? used,
  };
  return Object.entries(known).flatMap(([name, value]) =>
    value === null
      ? []
      : [
          {
            namespace: COMPAT_NAMESPACE,
            name,
            dimensions: { CLUSTER_ID: clusterName },
            value,
            unit: 'Count' as const,
            timestamp: context.scannedAt,
          },
        ],
  );
};

/** By whom the addresses of pods are held: the dimension, and where the model has it. */
const HOLDERS = [
  { dimension: 'Namespace', of: (pods: ClusterPods) => pods.namespaces },
  { dimension: 'Workload', of: (pods: ClusterPods) => pods.workloads },
  { dimension: 'Team', of: (pods: ClusterPods) => pods.teams },
] as const;

/** Addresses by namespace, workload and team of a cluster: hundreds of series, for receivers that ask no price for each. */
export const holderData = (
  cluster: ClusterAssessment,
  context: MetricContext,
  namespace: string,
): MetricDatum[] => {
  const { pods } = cluster;
  if (pods == null) return [];
  return HOLDERS.flatMap(({ dimension, of }) =>
    of(pods).map(({ name, addresses }) => ({
      namespace,
      name: `${dimension}Addresses`,
      dimensions: { ...CLUSTER_METRICS.dimensions(cluster), [dimension]: printable(name) },
      value: addresses,
      unit: 'Count' as const,
      timestamp: context.scannedAt,
      subject: 'holder' as const,
    })),
  );
};
