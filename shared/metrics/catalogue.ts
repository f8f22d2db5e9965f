import { nodeCount } from '../model/cluster/cni-gauges.ts';
import type { SubnetAssessment, VpcAssessment } from '../model/result/assessment.ts';
import type { ClusterAssessment } from '../model/result/cluster.ts';
import type { Forecast } from '../model/result/forecast.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
import type { MetricDatum, MetricSubject } from './metric-sink.ts';

/**
 * Every metric that Headroom publishes, as one table. The publisher, the reference page (`docs/metrics.md`), the
 * dashboards and the Prometheus exporter are all made from it, so that they cannot disagree.
 */

export const DEFAULT_NAMESPACE = 'VpcHeadroom';

export interface MetricDefinition<Subject> {
  /** The CloudWatch name. */
  readonly name: string;
  readonly unit: MetricDatum['unit'];
  /** One or two sentences for the reference page and the exporter's HELP line. */
  readonly help: string;
  /** The value counts events since the scan before, or during this scan; absent: it is a state. */
  readonly isCount?: true;
  /** `null` when unknown: then nothing is published. */
  readonly value: (subject: Subject, context: MetricContext) => number | null;
}

export interface MetricContext {
  /** When the scan was made, in epoch milliseconds. */
  readonly scannedAt: number;
  /** When the counting of events began, in epoch milliseconds; absent: not known. */
  readonly since?: number;
}

export interface MetricFamily<Subject> {
  readonly subject: Exclude<MetricSubject, 'holder'>;
  readonly title: string;
  readonly dimensions: (subject: Subject) => Readonly<Record<string, string>>;
  readonly dimensionNames: readonly string[];
  readonly metrics: readonly MetricDefinition<Subject>[];
}

const MILLISECONDS_PER_HOUR = 3_600_000;

/** Hours from the scan to the expected exhaustion; `null` when none is expected, or when it is unknown. */
const hoursTo = (forecast: Forecast | undefined, context: MetricContext): number | null => {
  if (forecast?.exhaustionAt == null) return null;
  return Math.max(0, (Date.parse(forecast.exhaustionAt) - context.scannedAt) / MILLISECONDS_PER_HOUR);
};

const percent = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole === 0 ? null : (100 * part) / whole;

export const SUBNET_METRICS: MetricFamily<SubnetAssessment> = {
  subject: 'subnet',
  title: 'Per subnet',
  dimensionNames: ['AccountId', 'Region', 'VpcId', 'SubnetId'],
  dimensions: (subnet) => ({
    AccountId: subnet.accountId,
    Region: subnet.region,
    VpcId: subnet.vpcId,
    SubnetId: subnet.subnetId,
  }),
  metrics: [
    {
      name: 'TotalAddresses',
      unit: 'Count',
      help: 'Addresses in the IPv4 range of the subnet, including the five that AWS reserves.',
      value: (subnet) => subnet.total,
    },
    {
      name: 'UsableAddresses',
      unit: 'Count',
      help: 'TotalAddresses without the five that AWS reserves (the first four and the last).',
      value: (subnet) => subnet.usable,
    },
    {
      name: 'UsedAddresses',
      unit: 'Count',
      help: 'Addresses in use: primary, secondary, and 16 for each prefix. It includes those that only the count of AWS shows.',
      value: (subnet) => subnet.used,
    },
    {
      name: 'AvailableAddresses',
      unit: 'Count',
      help: 'Free addresses that a new interface or a secondary address can take: those outside reservations. Where AWS counts fewer, its count.',
      // The count of AWS alone can hold reserved addresses, so it may say that a subnet has room that it has not. None is none.
      value: (subnet) => {
        const supply = addressSupply(subnet);
        if (supply === null || (supply.source === 'aws' && supply.available > 0)) return null;
        return supply.available;
      },
    },
    {
      name: 'UtilizationPercent',
      unit: 'Percent',
      help: 'UsedAddresses as a share of UsableAddresses.',
      value: (subnet) => percent(subnet.used, subnet.usable),
    },
    {
      name: 'FreePrefixes',
      unit: 'Count',
      help: 'Free whole /28 blocks that AWS can assign as prefixes.',
      value: (subnet) => subnet.prefixes?.free ?? null,
    },
    {
      name: 'AssignedPrefixes',
      unit: 'Count',
      help: '/28 prefixes assigned to network interfaces.',
      value: (subnet) => subnet.prefixes?.assigned ?? null,
    },
    {
      name: 'FragmentationIndex',
      unit: 'None',
      help: '1 - 16 x free blocks / free addresses: 0 when every free address can be part of a prefix, 1 when none can.',
      value: (subnet) => subnet.fragmentationIndex,
    },
    {
      name: 'StrandedAddresses',
      unit: 'Count',
      help: 'Free addresses in blocks that are in part in use and so cannot become a prefix.',
      value: (subnet) => subnet.stranded,
    },
    {
      name: 'UnaccountedAddresses',
      unit: 'Count',
      help: 'Free addresses in the model minus free addresses that AWS counts. If not zero, addresses are in use that the scan cannot see.',
      value: (subnet) => subnet.unaccounted,
    },
    {
      name: 'LeakedInterfaces',
      unit: 'Count',
      help: 'Detached interfaces of the VPC CNI that no controller cleans up.',
      value: (subnet) => subnet.leakedInterfaces,
    },
    {
      name: 'HoursToExhaustion',
      unit: 'None',
      help: 'Hours until no address is expected to be available. Absent while no exhaustion is expected.',
      value: (subnet, context) => hoursTo(subnet.forecast.addresses, context),
    },
    {
      name: 'HoursToPrefixExhaustion',
      unit: 'None',
      help: 'Hours until no /28 prefix is expected to be free. Absent while no exhaustion is expected.',
      value: (subnet, context) => hoursTo(subnet.forecast.prefixes, context),
    },
  ],
};

/** Roll-ups: what stays visible of subnets whose own series the budget withholds. */
export const VPC_METRICS: MetricFamily<VpcAssessment> = {
  subject: 'vpc',
  title: 'Per VPC',
  dimensionNames: ['AccountId', 'Region', 'VpcId'],
  dimensions: (vpc) => ({ AccountId: vpc.accountId, Region: vpc.region, VpcId: vpc.vpcId }),
  metrics: [
    {
      name: 'UsableAddresses',
      unit: 'Count',
      help: 'Usable addresses of all subnets of the VPC.',
      value: (vpc) => (vpc.usable === 0 ? null : vpc.usable),
    },
    {
      name: 'AvailableAddresses',
      unit: 'Count',
      help: 'Available addresses of all subnets of the VPC.',
      // A VPC without an IPv4 subnet has no supply, which is not the same as none left.
      value: (vpc) => (vpc.usable === 0 ? null : vpc.available),
    },
    {
      name: 'NetworkAddressUsage',
      unit: 'Count',
      help: 'Network address units in use, at least: one for each address and each prefix (default quota: 64,000 for each VPC).',
      value: (vpc) => vpc.networkAddressUsage,
    },
  ],
};

export const CLUSTER_METRICS: MetricFamily<ClusterAssessment> = {
  subject: 'cluster',
  title: 'Per cluster',
  dimensionNames: ['AccountId', 'Region', 'ClusterName'],
  dimensions: (cluster) => ({
    AccountId: cluster.accountId,
    Region: cluster.region,
    ClusterName: cluster.clusterName,
  }),
  metrics: [
    {
      name: 'eniAllocated',
      unit: 'Count',
      help: 'Interfaces that the CNI manages on the nodes of the cluster.',
      value: (cluster) => cluster.gauges.eniAllocated,
    },
    {
      name: 'eniMaxAvailable',
      unit: 'Count',
      help: 'The maximum number of interfaces of the nodes.',
      value: (cluster) => cluster.gauges.eniMaxAvailable,
    },
    {
      name: 'totalIPAddresses',
      unit: 'Count',
      help: 'Addresses for pods on the nodes: secondary addresses, and 16 for each prefix.',
      value: (cluster) => cluster.gauges.totalIPAddresses,
    },
    {
      name: 'totalIPv4Prefixes',
      unit: 'Count',
      help: '/28 prefixes attached to the nodes.',
      value: (cluster) => cluster.gauges.totalIPv4Prefixes,
    },
    {
      name: 'maxIPAddresses',
      unit: 'Count',
      help: 'The maximum number of addresses for pods with every interface attached.',
      value: (cluster) => cluster.gauges.maxIPAddresses,
    },
    {
      name: 'Nodes',
      unit: 'Count',
      help: 'Instances that belong to the cluster.',
      value: nodeCount,
    },
    {
      name: 'AssignedAddresses',
      unit: 'Count',
      help: 'Addresses on the nodes that a pod has. Known where the Kubernetes API is read.',
      value: (cluster) => cluster.pods?.used ?? null,
    },
    {
      name: 'WarmAddresses',
      unit: 'Count',
      help: 'Addresses on the nodes that no pod had in this scan and in the one before it.',
      value: (cluster) => cluster.pods?.steady?.warm ?? null,
    },
    {
      name: 'UnexplainedAddresses',
      unit: 'Count',
      help: 'Addresses of pods that no interface of the account had in this scan and in the one before it: of another CNI or an overlay.',
      value: (cluster) => cluster.pods?.steady?.unexplained ?? null,
    },
    {
      name: 'StuckPods',
      unit: 'Count',
      help: 'Pods that have a node and wait for an address.',
      value: (cluster) => cluster.pods?.waiting?.length ?? null,
    },
    {
      name: 'AssignmentFailures',
      unit: 'Count',
      isCount: true,
      help: 'How often the CNI had no address for a pod since the last scan. Known where the counters of the CNI are read.',
      value: (cluster) => cluster.kubernetes?.ipamd?.values['noAvailableIPAddresses'] ?? null,
    },
    {
      name: 'CommittedPods',
      unit: 'Count',
      help: 'Pods with an address of their own, if all workloads go to the maximum of their autoscalers.',
      value: (cluster) => cluster.kubernetes?.committedPods ?? null,
    },
    {
      name: 'ServiceAddressesUsed',
      unit: 'Count',
      help: 'Addresses of the service range that Services use.',
      value: (cluster) => cluster.kubernetes?.serviceAddressesUsed ?? null,
    },
    {
      name: 'NodesOvercommitted',
      unit: 'Count',
      help: 'Nodes that admit more pods than can get an address.',
      value: (cluster) => cluster.kubernetes?.nodesOvercommitted ?? null,
    },
    {
      name: 'UnreadNodes',
      unit: 'Count',
      help: 'Nodes whose counters of the CNI could not be read.',
      value: ({ kubernetes }) =>
        kubernetes?.ipamd == null ? null : kubernetes.ipamd.nodes - kubernetes.ipamd.nodesRead,
    },
    {
      name: 'CommittedShortfallNodes',
      unit: 'Count',
      help: 'Nodes that would not fit if every group of the cluster scaled to its maximum size.',
      value: (cluster) =>
        cluster.committed.length > 0 && cluster.committed.every((group) => group.shortfall !== null)
          ? cluster.committed.reduce((sum, group) => sum + (group.shortfall ?? 0), 0)
          : null,
    },
  ],
};

/** What one invocation did, about itself. Published without dimensions, so that sums over invocations are sums over the run. */
export interface RunSummary {
  readonly targetsPlanned: number | null;
  readonly targetsSucceeded: number | null;
  readonly targetsFailed: number | null;
  readonly targetsStale: number | null;
  readonly targetsNew: number | null;
  readonly targetsGone: number | null;
  readonly scanSeconds: number | null;
  readonly apiCalls: number | null;
  readonly throttles: number | null;
  /** Of the subnets whose interfaces an earlier scan read; `null`: all were read in this one. */
  readonly oldestMapSeconds: number | null;
  readonly metricsPublished: number | null;
  readonly metricsWithheld: number | null;
  readonly alertsUndelivered: number | null;
}

export const RUN_METRICS: MetricFamily<RunSummary> = {
  subject: 'run',
  title: 'About the monitor itself',
  dimensionNames: [],
  dimensions: () => ({}),
  metrics: [
    {
      name: 'TargetsPlanned',
      unit: 'Count',
      help: 'Targets (an account and a Region) that a run planned to scan.',
      value: (run) => run.targetsPlanned,
    },
    {
      name: 'TargetsSucceeded',
      unit: 'Count',
      help: 'Targets that are watched: read in full, stored, and able to notify.',
      value: (run) => run.targetsSucceeded,
    },
    {
      name: 'TargetsFailed',
      unit: 'Count',
      help: 'Targets that are not watched: not scanned, only in part, not stored, or with alerts that could not be delivered.',
      value: (run) => run.targetsFailed,
    },
    {
      name: 'TargetsStale',
      unit: 'Count',
      help: 'Planned targets whose last scan is older than staleAfter.',
      value: (run) => run.targetsStale,
    },
    {
      name: 'TargetsNew',
      unit: 'Count',
      help: 'Planned targets that were never scanned before.',
      value: (run) => run.targetsNew,
    },
    {
      name: 'TargetsGone',
      unit: 'Count',
      help: 'Targets that were scanned once and are no longer planned.',
      value: (run) => run.targetsGone,
    },
    {
      name: 'ScanDuration',
      unit: 'Seconds',
      help: 'Duration of the scan of a target.',
      value: (run) => run.scanSeconds,
    },
    {
      name: 'ApiCalls',
      unit: 'Count',
      isCount: true,
      help: 'Requests sent to AWS APIs, retries included.',
      value: (run) => run.apiCalls,
    },
    {
      name: 'Throttles',
      unit: 'Count',
      isCount: true,
      help: 'Requests that AWS throttled.',
      value: (run) => run.throttles,
    },
    {
      name: 'OldestMapSeconds',
      unit: 'Seconds',
      help: 'The age of the oldest address map, with `scan.reading: incremental`. Absent where every map is of this scan.',
      value: (run) => run.oldestMapSeconds,
    },
    {
      name: 'MetricsPublished',
      unit: 'Count',
      isCount: true,
      help: 'Metric values sent.',
      value: (run) => run.metricsPublished,
    },
    {
      name: 'MetricsWithheld',
      unit: 'Count',
      help: 'Metric values that were not sent because of the budget.',
      value: (run) => run.metricsWithheld,
    },
    {
      name: 'AlertsUndelivered',
      unit: 'Count',
      help: 'Alert transitions that no destination has accepted yet.',
      value: (run) => run.alertsUndelivered,
    },
  ],
};
