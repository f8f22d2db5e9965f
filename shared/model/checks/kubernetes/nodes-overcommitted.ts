import { kubectl } from '../../base/commands.ts';
import { listOf } from '../../base/text/names.ts';
import { count, number, verb } from '../../base/text/numbers.ts';
import { HOST_NETWORK_PODS } from '../../cluster/max-pods.ts';
import { type NodeCommitment, nodeCommitments } from '../../kubernetes/overcommitted-nodes.ts';
import type { Remedy } from '../../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import type { Estate } from '../estate.ts';
import { ranked } from '../remedies/ranked.ts';
import { type ReadCluster, readClusters, reasonOf } from './read-clusters.ts';

const SHOWN = 3;

export const nodesOvercommitted: Check = {
  kind: 'nodes-overcommitted',
  label: 'Nodes admit more pods than get an address',
  summary: 'more pods admitted than addresses',
  clear: () => 'no node admits more pods than get an address',
  about: 'each cluster whose Kubernetes API is read',
  condition: `A node admits more pods (allocatable.pods) than its interfaces and subnets can give an address, plus ${HOST_NETWORK_PODS} on the host's network. Warning.`,
  unknown: 'Nodes could not be read, or what their subnets can give is not known.',
  impact:
    'The scheduler fills the node up to that number. The last pods then wait on it for an address, while other nodes have room.',
  settings: 'findings',
  find: ({ estate }) => readClusters(estate).map((read) => result(estate, read)),
};

const result = (estate: Estate, { cluster, reading }: ReadCluster): CheckResult => {
  const subject = estate.clusterSubject(cluster);
  if (!reading.nodes.known) return notMeasured(subject, reasonOf(reading.nodes.unread));
  const commitments = nodeCommitments(reading, cluster);
  if (commitments === null) return notMeasured(subject, 'The supply of its subnets is not known.');
  const { compared, over } = commitments;
  const [worst] = over;
  const evidence = [
    { name: 'nodesOvercommitted', value: over.length, unit: 'nodes' },
    { name: 'nodesCompared', value: compared, unit: 'nodes' },
  ];
  if (worst === undefined) return healthy(subject, evidence);
  const excess = over.reduce((sum, { admits, serves }) => sum + admits - serves, 0);
  return found(
    subject,
    'warning',
    [...evidence, { name: 'podsWithoutAddress', value: excess, unit: 'pods' }],
    () => ({
      title: `${cluster.clusterName}: ${count(over.length, 'node')} ${verb(over.length, 'admits')} ${count(excess, 'pod')} more than can get an address`,
      explanation: `${worst.name} admits ${count(worst.admits, 'pod')} and can serve ${number(worst.serves)}.${othersText(over)}${karpenterText(over)}`,
      remedies: () => ranked(LOWER_MAX_PODS),
    }),
  );
};

const othersText = ([, ...others]: readonly NodeCommitment[]): string => {
  const named = others.map(
    ({ name, admits, serves }) => `${name} (admits ${number(admits)}, can serve ${number(serves)})`,
  );
  return named.length === 0 ? '' : ` The others are ${listOf(named, SHOWN)}.`;
};

/** Karpenter computes max-pods itself, from secondary addresses and all interfaces but RESERVED_ENIS (karpenter-provider-aws#8210). */
const karpenterText = (over: readonly NodeCommitment[]): string => {
  const pools = [...new Set(over.flatMap(({ node }) => node.nodePool ?? []))];
  return pools.length === 0
    ? ''
    : ` Karpenter started nodes of ${listOf(pools, SHOWN)}. It also counts interfaces that serve no pod, unless RESERVED_ENIS is set.`;
};

const LOWER_MAX_PODS: Remedy = {
  title: 'Let the kubelet admit fewer pods',
  effect:
    'Set maxPods in the node class or launch template to what a node can serve. New nodes then leave the other pods to the scheduler.',
  price: 'Free. Nodes have to be replaced, and each one runs fewer pods.',
  when: 'Right when pods wait for an address on these nodes.',
  gains: { addresses: 0, prefixes: 0 },
  commands: [
    kubectl(
      'get',
      'nodes',
      '--output',
      'custom-columns=NAME:.metadata.name,PODS:.status.allocatable.pods,TYPE:.metadata.labels.node\\.kubernetes\\.io/instance-type',
    ),
  ],
  preconditions: [],
};
