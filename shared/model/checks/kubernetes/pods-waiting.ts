import { elementAt } from '../../base/element-at.ts';
import { listOf, shorten } from '../../base/text/names.ts';
import { count, verb } from '../../base/text/numbers.ts';
import { utcTime } from '../../base/text/times.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { WaitingPod } from '../../result/pods.ts';
import { subnetName } from '../../result/resource-name.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import type { Estate } from '../estate.ts';
import { leastLeftFirst, leftIn } from '../least-left.ts';
import { remediesForAddresses, remediesForPrefixes } from '../remedies/subnet-remedies.ts';
import type { SupplyName } from '../subnet-supply.ts';
import { type ReadCluster, readClusters, reasonOf } from './read-clusters.ts';

const SHOWN = 3;
const LONGEST_TEXT = 300;

export const podsWaiting: Check = {
  kind: 'pods-waiting',
  label: 'Pods wait for an address',
  summary: 'pods wait for an address',
  clear: () => 'no pod waits for an address',
  about: 'each cluster whose Kubernetes API is read',
  condition:
    'A pod has a node and no address, and an event says that the CNI got none. Critical, whatever EC2 says of the subnets.',
  unknown: 'Pods, nodes or events could not be read.',
  impact:
    'The pods do not start. Their nodes are ready meanwhile, so neither the scheduler nor an autoscaler does anything about it.',
  settings: 'findings',
  find: ({ estate }) => readClusters(estate).map((read) => result(estate, read)),
};

const result = (estate: Estate, { cluster, reading }: ReadCluster): CheckResult => {
  const subject = estate.clusterSubject(cluster);
  const missing = [reading.pods, reading.nodes, reading.sandboxFailures].find((part) => !part.known);
  if (missing !== undefined && !missing.known) return notMeasured(subject, reasonOf(missing.unread));
  const waiting = cluster.pods?.waiting ?? null;
  if (waiting === null) return notMeasured(subject, 'The pods could not be joined to the nodes.');
  if (waiting.length === 0) return healthy(subject, [{ name: 'waitingPods', value: 0, unit: 'pods' }]);
  const nodes = new Set(waiting.map(({ nodeName }) => nodeName));
  const subnets = subnetsOf(estate, cluster, waiting);
  const [since = null] = waiting.flatMap((pod) => pod.since ?? []).toSorted();
  const evidence = [
    { name: 'waitingPods', value: waiting.length, unit: 'pods' },
    { name: 'nodesWithWaitingPods', value: nodes.size, unit: 'nodes' },
    { name: 'waitingSince', value: since },
    ...subnets.map((subnet) => ({
      name: `available in ${subnet.subnetId}`,
      value: leftIn(subnet, supplyOf(cluster)),
      unit: supplyOf(cluster),
      detail: true,
    })),
  ];
  return found(subject, 'critical', evidence, () => ({
    title: `${cluster.clusterName}: ${count(waiting.length, 'pod')} ${verb(waiting.length, 'waits')} for an address on ${count(nodes.size, 'node')}${placeOf(subnets)}`,
    explanation: [
      `Workloads: ${listOf(holdersOf(waiting), SHOWN)}.`,
      `Nodes: ${listOf([...nodes], SHOWN)}.`,
      ...(since === null ? [] : [`The first failure was on ${utcTime(since)}.`]),
      `The event says: ${shorten(elementAt(waiting, 0).text, LONGEST_TEXT)}`,
    ].join(' '),
    remedies: () => subnets.slice(0, 1).flatMap((subnet) => remediesOf(estate, cluster, subnet)),
  }));
};

const remediesOf = (estate: Estate, cluster: ClusterAssessment, subnet: SubnetAssessment) =>
  supplyOf(cluster) === 'prefixes'
    ? remediesForPrefixes(estate, subnet)
    : remediesForAddresses(estate, subnet);

const supplyOf = ({ mode }: ClusterAssessment): SupplyName => (mode === 'prefix' ? 'prefixes' : 'addresses');

/** The subnets that the pods' nodes take addresses from, the emptiest supply first. */
const subnetsOf = (
  estate: Estate,
  cluster: ClusterAssessment,
  waiting: readonly WaitingPod[],
): readonly SubnetAssessment[] => {
  const instances = new Set(waiting.map(({ instanceId }) => instanceId));
  const ids = cluster.nodes
    .filter(({ instanceId }) => instances.has(instanceId))
    .flatMap(({ customNetworking, subnetId, usage }) =>
      usage.flatMap((each) => (customNetworking && each.subnetId === subnetId ? [] : each.subnetId)),
    );
  return leastLeftFirst(estate.subnetsIn([...new Set(ids)]), supplyOf(cluster));
};

const placeOf = (subnets: readonly SubnetAssessment[]): string => {
  const [first, ...others] = subnets;
  if (first === undefined) return '';
  const name = subnetName(first);
  return others.length === 0 ? ` in ${name}` : ` in ${name} and ${count(others.length, 'other subnet')}`;
};

/** `shop/Deployment/web (8 pods)`. */
const holdersOf = (waiting: readonly WaitingPod[]): readonly string[] =>
  [...Map.groupBy(waiting, ({ namespace, name, workload }) => workload ?? `${namespace}/${name}`)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([name, pods]) => `${name} (${count(pods.length, 'pod')})`);
