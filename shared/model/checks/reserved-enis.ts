import { kubectl } from '../base/commands.ts';
import { listOf } from '../base/text/names.ts';
import { count, verb } from '../base/text/numbers.ts';
import { HOST_NETWORK_PODS, podAddresses } from '../cluster/max-pods.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import type { Remedy } from '../result/finding.ts';
import { type Check, type CheckResult, found, healthy } from './check.ts';
import type { Estate } from './estate.ts';
import { ranked } from './remedies/ranked.ts';

const POOLS_SHOWN = 5;

/** Each name once, in order. */
const named = (names: readonly (string | null)[]): readonly string[] =>
  [...new Set(names)].filter((name) => name !== null).sort();

export const reservedEnis: Check = {
  kind: 'reserved-enis',
  label: 'RESERVED_ENIS under custom networking',
  summary: 'more pods than addresses on a node',
  clear: () => 'Karpenter counts no more pods than its nodes have addresses for',
  about: 'each cluster',
  condition:
    'Karpenter starts nodes of a cluster with custom networking, in secondary mode, of a type on which the lost primary interface lowers max-pods. Warning: EC2 does not report whether RESERVED_ENIS is set.',
  unknown: 'Never.',
  impact:
    'Under custom networking the primary interface serves no pod, but Karpenter counts it unless RESERVED_ENIS says otherwise. It then puts more pods on a node than the node has addresses for. These pods wait with "failed to assign an IP address".',
  settings: 'findings',
  find: ({ estate }) => estate.input.clusters.map((cluster) => result(estate, cluster)),
};

const result = (estate: Estate, cluster: ClusterAssessment): CheckResult => {
  const subject = estate.clusterSubject(cluster);
  const nodes = cluster.nodes.filter(
    ({ customNetworking, mode, nodePool }) => customNetworking && mode === 'secondary' && nodePool !== null,
  );
  const counts = named(nodes.map(({ instanceType }) => instanceType)).flatMap((type) => {
    const limits = estate.input.limits(type);
    if (limits === null) return [];
    const assumed = podAddresses(limits, 'secondary', false) + HOST_NETWORK_PODS;
    const real = podAddresses(limits, 'secondary', true) + HOST_NETWORK_PODS;
    return assumed > real ? [{ type, assumed, real }] : [];
  });
  const [worst] = counts.toSorted((a, b) => b.assumed - b.real - (a.assumed - a.real));
  if (cluster.autoMode || worst === undefined) return healthy(subject);
  const evidence = [
    { name: 'nodes', value: nodes.length, unit: 'nodes' },
    ...counts.flatMap(({ type, assumed, real }) => [
      { name: `maxPods of ${type} by Karpenter`, value: assumed, unit: 'pods' },
      { name: `maxPods of ${type} in truth`, value: real, unit: 'pods' },
    ]),
  ];
  const pools = named(nodes.map(({ nodePool }) => nodePool));
  return found(subject, 'warning', evidence, () => ({
    title: `${cluster.clusterName}: Karpenter may put more pods on a node than it has addresses for`,
    explanation: `${count(nodes.length, 'node')} of the node ${pools.length === 1 ? 'pool' : 'pools'} ${listOf(pools, POOLS_SHOWN)} ${verb(nodes.length, 'uses')} custom networking. Unless Karpenter reserves an interface, it counts ${worst.assumed} pods for an ${worst.type}, which can serve ${worst.real}.`,
    remedies: () => ranked(RESERVE_ONE),
  }));
};

const RESERVE_ONE: Remedy = {
  title: 'Let Karpenter reserve one interface',
  effect:
    'New nodes then get a max-pods that they can serve. Nodes that are there keep theirs until they are replaced.',
  price: 'Free. Karpenter restarts, and new nodes take fewer pods.',
  when: 'Right when pods wait for an address on nodes that Karpenter started.',
  commands: [kubectl('set', 'env', 'deployment/karpenter', '--namespace', 'kube-system', 'RESERVED_ENIS=1')],
  preconditions: [
    { text: 'Nodes use custom networking.', holds: true },
    {
      text: 'RESERVED_ENIS is not set to 1 yet: look with kubectl get deployment/karpenter --namespace kube-system --output yaml.',
      holds: null,
    },
    { text: "Karpenter runs as deployment/karpenter in kube-system, its chart's default.", holds: null },
  ],
};
