import { listOf } from '../../base/text/names.ts';
import { count, number } from '../../base/text/numbers.ts';
import { committedPods } from '../../kubernetes/committed-pods.ts';
import { ADDRESSES_PER_PREFIX } from '../../net/prefix.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import type { Estate } from '../estate.ts';
import { remediesForAddresses, remediesForPrefixes } from '../remedies/subnet-remedies.ts';
import { type ReadCluster, readClusters, reasonOf } from './read-clusters.ts';

const SHOWN = 3;

export const podsCommitted: Check = {
  kind: 'pods-committed',
  label: 'Workloads may ask for more addresses than there are',
  summary: 'workloads may outgrow the addresses',
  clear: () => 'all workloads fit at their maximum',
  about: 'each cluster whose Kubernetes API is read',
  condition:
    'All workloads at the maximum of their autoscalers need more addresses than nodes hold and subnets have left. The surge of rollouts counts. Warning.',
  unknown: 'Workloads, autoscalers or pods could not be read, or what is free in the subnets is not known.',
  impact:
    'Autoscalers raise the number of pods under load, and a rollout starts new pods before old ones end. Those that find no address do not start.',
  settings: 'findings',
  find: ({ estate }) => readClusters(estate).map((read) => result(estate, read)),
};

const result = (estate: Estate, { cluster, reading }: ReadCluster): CheckResult => {
  const subject = estate.clusterSubject(cluster);
  const missing = [reading.workloads, reading.autoscalers, reading.pods, reading.nodes].find(
    (part) => !part.known,
  );
  if (missing !== undefined && !missing.known) return notMeasured(subject, reasonOf(missing.unread));
  const committed = committedPods(reading);
  const { pods } = cluster;
  const room = roomIn(estate, cluster);
  if (committed === null || pods == null || room === null) {
    return notMeasured(subject, 'The free addresses of its subnets are not known.');
  }
  const reachable = pods.used + pods.warm + room;
  const evidence = [
    { name: 'committedPods', value: committed.pods, unit: 'pods' },
    { name: 'addressesForPods', value: reachable, unit: 'addresses' },
    { name: 'usedByPods', value: pods.used, unit: 'addresses' },
  ];
  if (committed.pods <= reachable) return healthy(subject, evidence);
  const largest = committed.namespaces.map(({ name, pods: own }) => `${name} (${count(own, 'pod')})`);
  return found(subject, 'warning', evidence, () => ({
    title: `${cluster.clusterName}: workloads may grow to ${count(committed.pods, 'pod')}, only ${number(reachable)} can get an address`,
    explanation: `${count(pods.used, 'pod')} ${pods.used === 1 ? 'has' : 'have'} an address now. At the maximum of all autoscalers, with the surge of rollouts, the largest namespaces are ${listOf(largest, SHOWN)}.`,
    remedies: () => {
      const [lowest] = estate
        .subnetsIn(cluster.nodeSubnetIds)
        .toSorted((a, b) => (a.available ?? Infinity) - (b.available ?? Infinity));
      if (lowest === undefined) return [];
      return cluster.mode === 'prefix'
        ? remediesForPrefixes(estate, lowest)
        : remediesForAddresses(estate, lowest);
    },
  }));
};

/** What the subnets of the nodes can still give to pods, if no new node takes any of it; `null`: not known. */
const roomIn = (estate: Estate, { mode, nodeSubnetIds }: ClusterAssessment): number | null => {
  const subnets = estate.subnetsIn(nodeSubnetIds);
  if (subnets.length < nodeSubnetIds.length) return null;
  const rooms = subnets.map(({ available, prefixes }) =>
    mode === 'prefix' ? (prefixes === null ? null : prefixes.free * ADDRESSES_PER_PREFIX) : available,
  );
  return rooms.reduce<number | null>((sum, room) => (sum === null || room === null ? null : sum + room), 0);
};
