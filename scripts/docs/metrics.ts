import {
  CLUSTER_METRICS,
  DEFAULT_NAMESPACE,
  type MetricFamily,
  RUN_METRICS,
  SUBNET_METRICS,
  VPC_METRICS,
} from '../../shared/metrics/catalogue.ts';
import { COMPAT_NAMESPACE } from '../../shared/metrics/data.ts';
import { otlpMetric } from '../../shared/metrics/otlp-names.ts';

const section = (
  family: Pick<MetricFamily<never>, 'title' | 'dimensionNames'> & {
    metrics: readonly { name: string; unit: string; help: string }[];
  },
): string => `## ${family.title}

${family.dimensionNames.length === 0 ? 'No dimensions: sums over all targets of a run.' : `Dimensions: ${family.dimensionNames.map((name) => `\`${name}\``).join(', ')}`}

| metric | unit | meaning |
| --- | --- | --- |
${family.metrics.map(({ name, unit, help }) => `| \`${name}\` | ${unit} | ${help} |`).join('\n')}
`;

const FAMILIES = [SUBNET_METRICS, VPC_METRICS, CLUSTER_METRICS, RUN_METRICS] as const;

/** Names by OTLP, as one table. */
const otlpTable = (): string =>
  FAMILIES.flatMap(({ title, subject, metrics }) =>
    metrics.map(({ name, unit, isCount }) => {
      const otlp = otlpMetric({ name, unit, subject });
      return `| ${title} | \`${name}\` | \`${otlp.name}\` | ${otlp.unit === '' ? '-' : `\`${otlp.unit}\``} | ${isCount === true ? 'sum' : 'gauge'} |`;
    }),
  ).join('\n');

/** The metric reference, from the catalogue. */
export const metricsPage = (): string => `# Metrics

Made from \`shared/metrics/catalogue.ts\` by \`npm run docs\`. Namespace: \`${DEFAULT_NAMESPACE}\`.

Unknown values are not published: a gap in a graph means unknown, never zero. Under a budget (\`metrics.budget\` in headroom.yml),
scarce subnets have series of their own. The other subnets are part of the figures of their VPC.

${FAMILIES.map(section).join('\n')}
With \`metrics.compat: true\` the five gauges of each cluster are also published as by the CNI Metrics Helper: namespace
\`${COMPAT_NAMESPACE}\`, dimension \`CLUSTER_ID\`, unit Count. That dimension is all the helper has: clusters of one name in several accounts or Regions
share these series. All other metrics carry the account and the Region.

## By OTLP
With \`metrics.sink: otlp\` metrics go to the OTLP endpoint of CloudWatch in the Region of Headroom, signed with its role.
\`metrics.otlp.endpoint\` names another receiver: any collector, Prometheus, Grafana or Datadog. They are protobuf over HTTP, compressed.

- Series have no price, so every subnet is published, and so are the addresses of namespaces, workloads and teams:
  \`headroom.cluster.namespace_addresses\`, \`headroom.cluster.workload_addresses\`, \`headroom.cluster.team_addresses\`.
- The resource has \`service.name\`, \`service.version\`, \`cloud.provider\`, \`cloud.account.id\` and \`cloud.region\`. Points have
  \`aws.vpc.id\`, \`aws.subnet.id\`, \`k8s.cluster.name\` and \`k8s.namespace.name\`.
- Counts of events are monotonic sums. As deltas each counts one scan. As cumulative sums each process counts from its own start,
  and \`service.instance.id\` tells processes apart.
- Prometheus' OTLP receiver makes the names of [\`/metrics\`](serve.md) of them. Sums have \`_total\` at the end there.
- With CloudWatch as the receiver, the deployment has three alarms in PromQL. The first fires when nothing was scanned for half an
  hour. The second fires for each subnet that is empty or expected to be empty within a day. The third fires when alerts reach no
  destination. The graphs of the dashboards read classic metrics and have no data then.

| of | by CloudWatch's API | by OTLP | unit | kind |
| --- | --- | --- | --- | --- |
${otlpTable()}

## By EMF
With \`metrics.sink: emf\` metrics are lines in the log of the functions, and CloudWatch makes the same metrics of them. It takes no
request and no permission. The price of a series is the same, and the log costs a little.
`;
