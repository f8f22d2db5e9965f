import { aws, kubectl } from '../base/commands.ts';
import { count, verb } from '../base/text/numbers.ts';
import { HOST_NETWORK_PODS, recommendedCap } from '../cluster/max-pods.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { ClusterAssessment, NodeAssessment } from '../result/cluster.ts';
import type { Remedy } from '../result/finding.ts';
import { type Check, type CheckResult, found, healthy } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import { afterReturn } from './remedies/afterwards.ts';
import { ranked } from './remedies/ranked.ts';

/** Names shown in a message; the rest are in the JSON. */
const NODES_SHOWN = 5;

/** Prefixes that no pod of the node can ever use: all of a stopped node's, and those beyond max-pods. */
const unusableOn = (estate: Estate, node: NodeAssessment): number => {
  if (node.state === 'stopped' || node.state === 'stopping') return node.prefixes;
  const limits = node.instanceType === null ? null : estate.input.limits(node.instanceType);
  if (limits === null) return 0;
  const usable = Math.ceil((recommendedCap(limits) - HOST_NETWORK_PODS) / ADDRESSES_PER_PREFIX);
  return Math.max(0, node.prefixes - usable);
};

export const unusablePrefixes: Check = {
  kind: 'unusable-prefixes',
  label: 'Prefixes that no pod can use',
  summary: 'prefixes held that no pod can use',
  clear: () => 'pods can use all of its prefixes',
  about: 'each cluster',
  condition:
    "Nodes hold prefixes that none of their pods can use: on stopped nodes, or beyond the recommended max-pods (110, or 250 above 30 vCPUs). Warning when they are more than the free prefixes in the nodes' subnets; else information.",
  unknown: 'The instances could not be listed. A node whose type is not known is left out.',
  impact:
    'A prefix takes 16 addresses, whether one pod uses it or none. EC2 does not report which pods run, so this counts only what cannot be used at all.',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  find: ({ estate }) => estate.input.clusters.map((cluster) => result(estate, cluster)),
};

const result = (estate: Estate, cluster: ClusterAssessment): CheckResult => {
  const nodes = cluster.nodes
    .map((node) => ({ node, prefixes: unusableOn(estate, node) }))
    .filter(({ prefixes }) => prefixes > 0)
    .toSorted((a, b) => b.prefixes - a.prefixes);
  const prefixes = nodes.reduce((sum, each) => sum + each.prefixes, 0);
  if (prefixes === 0) return healthy(estate.clusterSubject(cluster));
  const subnetIds = [...new Set(nodes.flatMap(({ node }) => node.usage.map(({ subnetId }) => subnetId)))];
  const free = freePrefixes(estate, subnetIds);
  const stopped = nodes.filter(({ node }) => node.state !== 'running' && node.state !== 'pending');
  const evidence = [
    { name: 'unusablePrefixes', value: prefixes, unit: 'prefixes' },
    { name: 'unusableAddresses', value: prefixes * ADDRESSES_PER_PREFIX, unit: 'addresses' },
    {
      name: 'nodes',
      value: nodes
        .slice(0, NODES_SHOWN)
        .map(({ node }) => node.instanceId)
        .join(', '),
    },
    { name: 'stoppedNodes', value: stopped.length, unit: 'nodes' },
    { name: 'freePrefixes', value: free, unit: 'prefixes' },
  ];
  const severity = free !== null && prefixes > free ? 'warning' : 'info';
  return found(estate.clusterSubject(cluster, subnetIds), severity, evidence, () => ({
    title: `${cluster.clusterName}: ${count(prefixes, 'prefix')} held that no pod can use`,
    explanation: `${count(nodes.length, 'node')} ${verb(nodes.length, 'holds')} them, which is ${prefixes * ADDRESSES_PER_PREFIX} addresses. ${stoppedText(stopped.length)} ${free === null ? 'How many prefixes are free in their subnets is not known.' : `Their subnets have ${count(free, 'free prefix')}.`}`,
    remedies: () =>
      ranked(
        stopped.length === 0
          ? null
          : terminateStopped(
              estate,
              cluster.region,
              stopped.map(({ node }) => node),
            ),
        stopped.length === nodes.length ? null : keepFewerPrefixes(cluster.autoMode),
      ),
  }));
};

const stoppedText = (stopped: number): string => {
  if (stopped === 0) return 'None of these nodes is stopped.';
  return `${stopped} of these nodes ${verb(stopped, 'is')} stopped.`;
};

const freePrefixes = (estate: Estate, subnetIds: readonly string[]): number | null =>
  estate
    .subnetsIn(subnetIds)
    .reduce<number | null>(
      (sum, { prefixes }) => (sum === null || prefixes === null ? null : sum + prefixes.free),
      0,
    );

const terminateStopped = (estate: Estate, region: string, nodes: readonly NodeAssessment[]): Remedy => ({
  title: `Terminate ${count(nodes.length, 'stopped node')}`,
  effect: 'A stopped node keeps all its addresses. Its group starts a new one when one is needed.',
  ...afterMostReturned(
    estate,
    nodes.flatMap(({ usage }) => usage),
  ),
  price: 'Free. Data on their disks may be lost.',
  when: 'Right when they are not to be started again.',
  commands: [
    aws('ec2', 'terminate-instances', region, { 'instance-ids': nodes.map(({ instanceId }) => instanceId) }),
  ],
  preconditions: [
    { text: 'They are stopped.', holds: true },
    { text: 'They are not needed again, and neither are their disks.', holds: null },
  ],
});

/** What there is in the subnet that gets most back. */
const afterMostReturned = (estate: Estate, usage: NodeAssessment['usage']): Pick<Remedy, 'afterwards'> => {
  const returned = [...Map.groupBy(usage, ({ subnetId }) => subnetId)].map(([subnetId, parts]) => ({
    subnetId,
    addresses: parts.reduce((sum, { addresses }) => sum + addresses, 0),
    prefixes: parts.reduce((sum, { prefixes }) => sum + prefixes, 0),
  }));
  const [most] = returned.toSorted((a, b) => b.addresses - a.addresses);
  const [subnet = null] = most === undefined ? [] : estate.subnetsIn([most.subnetId]);
  return most === undefined ? {} : afterReturn(estate, subnet, most);
};

const keepFewerPrefixes = (autoMode: boolean) => ({
  title: 'Let the CNI hold fewer prefixes',
  effect:
    'WARM_PREFIX_TARGET=1 keeps one spare prefix on a node. Prefixes that no pod uses go back within a minute.',
  price: 'Free. The CNI restarts node by node.',
  when: 'Right when running nodes hold them.',
  commands: [
    kubectl(
      'set',
      'env',
      'daemonset/aws-node',
      '--namespace',
      'kube-system',
      'WARM_PREFIX_TARGET=1',
      'WARM_IP_TARGET-',
      'MINIMUM_IP_TARGET-',
    ),
  ],
  preconditions: [{ text: 'The cluster runs the VPC CNI itself, not EKS Auto Mode.', holds: !autoMode }],
});
