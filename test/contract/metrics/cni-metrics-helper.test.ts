import { afterEach, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../lab/services/kubernetes/kinds.ts';
import { createApiSource } from '../../../shared/kubernetes/api-source.ts';
import { createHttpsApi } from '../../../shared/kubernetes/https-api.ts';
import { compatData } from '../../../shared/metrics/data.ts';
import { ipamdFigures } from '../../../shared/model/kubernetes/ipamd-counters.ts';
import type { IpamdFigures } from '../../../shared/model/result/kubernetes-figures.ts';
import { aCluster } from '../../fixtures/findings-input.ts';
import { type LabKubernetes, startLabKubernetes, TOKEN } from '../../fixtures/kubernetes/lab-api.ts';
import { awsNodePod, nodeObject } from '../../fixtures/kubernetes/objects.ts';
import { EVERYTHING } from '../kubernetes/source-conformance.ts';

/**
 * What the CNI Metrics Helper publishes: its names in CloudWatch, and the families of ipamd that they come from. Source:
 * aws/amazon-vpc-cni-k8s@047b0c6, cmd/cni-metrics-helper/metrics/cni_metrics.go, `InterestingCNIMetrics`. Its sums are gauges, or
 * counters that it means to publish as what was added since the last reading.
 */
const GAUGES: Readonly<Record<string, string>> = {
  assignIPAddresses: 'awscni_assigned_ip_addresses',
  totalIPAddresses: 'awscni_total_ip_addresses',
  totalIPv4Prefixes: 'awscni_total_ipv4_prefixes',
  totalAssignedIPv4sPerCidr: 'awscni_assigned_ip_per_cidr',
  eniAllocated: 'awscni_eni_allocated',
  eniMaxAvailable: 'awscni_eni_max',
  maxIPAddresses: 'awscni_ip_max',
  ipamdActionInProgress: 'awscni_ipamd_action_inprogress',
};
const COUNTERS: Readonly<Record<string, string>> = {
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
};
const LATENCY = 'awsAPILatency';

let lab: LabKubernetes | null = null;
afterEach(async () => {
  await lab?.close();
  lab = null;
});

/** Different for each family, node and reading, so that no two can be taken for one another. */
const countOf = (family: number, node: number, reading: number): number =>
  1_000 * (family + 1) + node * 7 + reading * (family + node + 1);

const LABELS = ['', '{fn="a"}', '{api="AssignPrivateIpAddresses",error="Throttling"}'];

/** The exposition of one node: a family has one series or several, and ipamd has families that the helper does not read. */
const exposition = (node: number, reading: number): string =>
  [
    '# HELP awscni_build_info A family that the helper does not read.',
    'awscni_build_info{version="v1.23.1"} 1',
    ...[...Object.values(GAUGES), ...Object.values(COUNTERS)].map(
      (name, family) => `${name}${LABELS[family % LABELS.length]} ${countOf(family, node, reading)}`,
    ),
    `awscni_aws_api_latency_ms_sum{api="x",error="false",status="200"} ${1_000 + reading * 90}`,
    `awscni_aws_api_latency_ms_count{api="x",error="false",status="200"} ${10 + reading * 3}`,
    '',
  ].join('\n');

const sumOver = (nodes: number, of: (node: number) => number): number =>
  Array.from({ length: nodes }, (_, node) => of(node)).reduce((sum, value) => sum + value, 0);

test.each([1, 2, 3, 200])(
  'all 20 metrics of the CNI Metrics Helper are published with its names, unit and dimension for %i nodes',
  async (nodes) => {
    let reading = 0;
    const objects: readonly KubernetesObject[] = Array.from({ length: nodes }, (_, index) => [
      nodeObject(index),
      awsNodePod(index),
    ])
      .flat()
      .map((object) => ({
        ...object,
        metadata: {
          creationTimestamp: '2026-11-27T00:00:00Z',
          uid: object.metadata.name,
          ...object.metadata,
        },
      }));
    const started = await startLabKubernetes(objects, {
      podMetrics: (name) => ({ status: 200, text: exposition(Number(name.split('-').at(-1)), reading) }),
    });
    lab = started;
    const source = createApiSource(() =>
      createHttpsApi(
        { server: started.url, certificateAuthority: null, token: async () => TOKEN },
        { userAgent: 'headroom/test' },
      ),
    );
    const read = async (previous: IpamdFigures | null): Promise<IpamdFigures> => {
      const found = ipamdFigures(await source.read('payments', { ...EVERYTHING, ipamd: true }), previous);
      if (found === null) throw new Error('the counters could not be read');
      return found;
    };
    const first = await read(null);
    reading = 1;
    const ipamd = await read(first);
    const cluster = aCluster({
      clusterName: 'payments',
      kubernetes: { committedPods: null, serviceAddressesUsed: null, nodesOvercommitted: null, ipamd },
    });
    const unknown = {
      eniAllocated: null,
      eniMaxAvailable: null,
      totalIPAddresses: null,
      totalIPv4Prefixes: null,
      maxIPAddresses: null,
    };
    const data = compatData(cluster, unknown, { scannedAt: 1_000 });

    const families = [...Object.keys(GAUGES), ...Object.keys(COUNTERS)];
    const expected = Object.fromEntries([
      ...families.map((name, family) => [
        name,
        name in GAUGES
          ? sumOver(nodes, (node) => countOf(family, node, 1))
          : sumOver(nodes, (node) => countOf(family, node, 1) - countOf(family, node, 0)),
      ]),
      [LATENCY, 30],
    ]);
    expect(Object.keys(expected)).toHaveLength(20);
    const published = Object.fromEntries(data.map(({ name, value }) => [name, value]));
    // The symptom that the helper leaves out.
    const { noAvailableIPAddresses, ...helper } = published;
    expect(noAvailableIPAddresses).toBe(0);
    expect(helper).toEqual(expected);
    for (const { namespace, dimensions, unit } of data)
      expect({ namespace, dimensions, unit }).toEqual({
        namespace: 'Kubernetes',
        dimensions: { CLUSTER_ID: 'payments' },
        unit: 'Count',
      });
  },
);
