import { elementAt } from '../base/element-at.ts';
import type { IpamdFigures } from '../result/kubernetes-figures.ts';
import type { IpamdReading, IpamdSample, KubernetesReading } from './observed.ts';

/**
 * What the CNI Metrics Helper publishes, by the names of ipamd. Gauges are sums over nodes; counters are what was added since the
 * last reading. Source: amazon-vpc-cni-k8s v1.23, `cmd/cni-metrics-helper/metrics/cni_metrics.go`.
 */
export const IPAMD_GAUGES: Readonly<Record<string, string>> = {
  assignIPAddresses: 'awscni_assigned_ip_addresses',
  totalIPAddresses: 'awscni_total_ip_addresses',
  totalIPv4Prefixes: 'awscni_total_ipv4_prefixes',
  totalAssignedIPv4sPerCidr: 'awscni_assigned_ip_per_cidr',
  eniAllocated: 'awscni_eni_allocated',
  eniMaxAvailable: 'awscni_eni_max',
  maxIPAddresses: 'awscni_ip_max',
  ipamdActionInProgress: 'awscni_ipamd_action_inprogress',
};

export const IPAMD_COUNTERS: Readonly<Record<string, string>> = {
  awsAPIErr: 'awscni_aws_api_error_count',
  awsUtilErr: 'awscni_aws_utils_error_count',
  ipamdErr: 'awscni_ipamd_error_count',
  forceRemoveENI: 'awscni_force_removed_enis',
  forceRemoveIPs: 'awscni_force_removed_ips',
  reconcileCount: 'awscni_reconcile_count',
  addReqCount: 'awscni_add_ip_req_count',
  delReqCount: 'awscni_del_ip_req_count',
  podENIErr: 'awscni_pod_eni_error_count',
  ec2ApiReqCount: 'awscni_ec2api_req_count',
  ec2ApiErrCount: 'awscni_ec2api_error_count',
  noAvailableIPAddresses: 'awscni_no_available_ip_addresses',
};

/** Both parts of a summary: their quotient is the mean latency of the calls since the last reading. */
const LATENCY = ['awscni_aws_api_latency_ms_sum', 'awscni_aws_api_latency_ms_count'] as const;

const COUNTED: readonly string[] = [...Object.values(IPAMD_COUNTERS), ...LATENCY];

/** Nodes that are named; all are counted. */
const NAMED = 50;

interface ReadNode {
  readonly podUid: string;
  readonly samples: readonly IpamdSample[];
}

/**
 * The CNI's figures of a whole cluster. A counter that is seen for the first time adds nothing, since it is not known when its count
 * began. One that fell was reset with its container, and adds what it counted since. A node that is not read this time adds
 * all of it next time. Gauges are unknown while a node is: a sum without it would look like a loss.
 *
 * @param previous what the last reading found; `null` where there is none
 * @returns `null` where the counters could not be read, or were not asked for
 */
export const ipamdFigures = (
  { at, ipamd }: Pick<KubernetesReading, 'at' | 'ipamd'>,
  previous: IpamdFigures | null,
): IpamdFigures | null => {
  if (!ipamd.known) return null;
  const nodes = ipamd.value;
  const read = nodes.flatMap(({ podUid, samples }): ReadNode[] =>
    samples.known ? [{ podUid, samples: samples.value }] : [],
  );
  const unread = nodes.filter(({ samples }) => !samples.known);
  const counters = new Map(
    read.map(({ podUid, samples }) => [podUid, COUNTED.map((name) => sumOf(samples, name))]),
  );
  const added = addedSince(counters, previous?.counters ?? {});
  const isWhole = unread.length === 0 && nodes.length > 0;
  return {
    at: new Date(at).toISOString(),
    nodesRead: read.length,
    nodes: nodes.length,
    unreadNodes: unread.slice(0, NAMED).map(({ nodeName }) => nodeName),
    values: {
      ...valuesOf(IPAMD_GAUGES, (name) =>
        isWhole ? read.reduce((sum, { samples }) => sum + sumOf(samples, name), 0) : null,
      ),
      ...valuesOf(IPAMD_COUNTERS, (name) => added?.[COUNTED.indexOf(name)] ?? null),
      awsAPILatency: meanLatency(added),
    },
    counters: { ...keptOf(unread, previous), ...Object.fromEntries(counters) },
  };
};

/** The counters of nodes that did not answer wait for their next answer. */
const keptOf = (unread: readonly IpamdReading[], previous: IpamdFigures | null): IpamdFigures['counters'] =>
  Object.fromEntries(
    unread.flatMap(({ podUid }) => {
      const kept = previous?.counters[podUid];
      return kept === undefined ? [] : [[podUid, kept]];
    }),
  );

/** A family without a series has counted nothing yet. */
const sumOf = (samples: readonly IpamdSample[], name: string): number =>
  samples.reduce((sum, sample) => (sample.name === name ? sum + sample.value : sum), 0);

/** What all nodes together added to each counter; `null` where none was seen before. */
const addedSince = (
  counters: ReadonlyMap<string, readonly number[]>,
  previous: IpamdFigures['counters'],
): readonly number[] | null => {
  const known = [...counters].flatMap(([podUid, now]) => {
    const before = previous[podUid];
    return before === undefined ? [] : [{ now, before }];
  });
  if (known.length === 0) return null;
  return COUNTED.map((_, index) =>
    known.reduce((sum, { now, before }) => {
      const value = elementAt(now, index);
      // An earlier version kept fewer counters: what a new one counted before is not known.
      return sum + increase(value, before[index] ?? value);
    }, 0),
  );
};

const increase = (now: number, before: number): number => (now >= before ? now - before : now);

const meanLatency = (added: readonly number[] | null): number | null => {
  const [sum, calls] = LATENCY.map((name) => added?.[COUNTED.indexOf(name)] ?? 0);
  return sum === undefined || calls === undefined || calls === 0 ? null : sum / calls;
};

const valuesOf = (
  names: Readonly<Record<string, string>>,
  value: (name: string) => number | null,
): Record<string, number | null> =>
  Object.fromEntries(Object.entries(names).map(([metric, name]) => [metric, value(name)]));
