import {
  CLUSTER_METRICS,
  DEFAULT_NAMESPACE,
  type MetricFamily,
  RUN_METRICS,
  SUBNET_METRICS,
  VPC_METRICS,
} from '../../shared/metrics/catalogue.ts';
import { COMPAT_NAMESPACE } from '../../shared/metrics/data.ts';

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

/** The metric reference, from the catalogue. */
export const metricsPage = (): string => `# Metrics

Made from \`shared/metrics/catalogue.ts\` by \`npm run docs\`. Namespace: \`${DEFAULT_NAMESPACE}\`.

Unknown values are not published: a gap in a graph means unknown, never zero. Under a budget (\`metrics.budget\` in headroom.yml),
scarce subnets have series of their own. The other subnets are part of the figures of their VPC.

${[SUBNET_METRICS, VPC_METRICS, CLUSTER_METRICS, RUN_METRICS].map(section).join('\n')}
With \`metrics.compat: true\` the five gauges of each cluster are also published as by the CNI Metrics Helper: namespace
\`${COMPAT_NAMESPACE}\`, dimension \`CLUSTER_ID\`, unit Count. That dimension is all the helper has: clusters of one name in several accounts or Regions
share these series. All other metrics carry the account and the Region.
`;
