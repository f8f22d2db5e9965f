import { listOf } from '../../base/text/names.ts';
import { count, number, verb } from '../../base/text/numbers.ts';
import { committedPods } from '../../kubernetes/committed-pods.ts';
import { ADDRESSES_PER_PREFIX } from '../../net/prefix.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import type { Estate } from '../estate.ts';
import { leastLeftFirst, leftIn } from '../least-left.ts';
import { remediesForAddresses, remediesForPrefixes } from '../remedies/subnet-remedies.ts';
import type { SupplyName } from '../subnet-supply.ts';
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
  if (cluster.mode === 'ipv6' || cluster.cni === 'overlay') return healthy(subject);
  const missing = [reading.workloads, reading.autoscalers, reading.pods, reading.nodes].find(
    (part) => !part.known,
  );
  if (missing !== undefined && !missing.known) return notMeasured(subject, reasonOf(missing.unread));
  const committed = committedPods(reading);
  const { pods } = cluster;
  const subnetIds = podSubnetIds(cluster);
  const room = subnetIds === null ? null : roomIn(estate, cluster, subnetIds);
  if (committed === null || pods == null || subnetIds === null || room === null) {
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
    title: `${cluster.clusterName}: workloads may grow to ${count(committed.pods, 'pod')}, ${reachable === 0 ? 'none' : `only ${number(reachable)}`} can get an address`,
    explanation: `${count(pods.used, 'pod')} ${verb(pods.used, 'has')} an address now. At the maximum of all autoscalers, with the surge of rollouts, the largest namespaces are ${listOf(largest, SHOWN)}.`,
    remedies: () => {
      const supply = cluster.mode === 'prefix' ? 'prefixes' : 'addresses';
      return leastLeftFirst(estate.subnetsIn(subnetIds), supply)
        .slice(0, 1)
        .flatMap((lowest) =>
          supply === 'prefixes' ? remediesForPrefixes(estate, lowest) : remediesForAddresses(estate, lowest),
        );
    },
  }));
};

/** Where pods get their addresses; `null`: not known. Custom networking gives them none of the node's own subnet. */
const podSubnetIds = ({ newNodes, nodeSubnetIds }: ClusterAssessment): readonly string[] | null => {
  const places = newNodes?.places ?? [];
  if (places.length === 0) return nodeSubnetIds;
  const known = places.flatMap(({ podSubnetIds: forPods, primaryServesPods, subnetId }) =>
    forPods === null ? [] : [[...(primaryServesPods ? [subnetId] : []), ...forPods]],
  );
  return known.length < places.length ? null : [...new Set(known.flat())];
};

/** What these subnets can still give to pods, if no new node takes any of it; `null`: not known. */
const roomIn = (estate: Estate, cluster: ClusterAssessment, ids: readonly string[]): number | null => {
  const rooms = estate
    .subnetsIn(ids)
    .flatMap((subnet) => roomOf(subnet, cluster.mode === 'prefix' ? 'prefixes' : 'addresses') ?? []);
  return rooms.length < ids.length ? null : rooms.reduce((sum, room) => sum + room, 0);
};

const roomOf = (subnet: SubnetAssessment, supply: SupplyName): number | null => {
  const left = leftIn(subnet, supply);
  if (left === null) return null;
  return supply === 'prefixes' ? left * ADDRESSES_PER_PREFIX : left;
};
