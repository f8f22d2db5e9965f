import { kubectl } from '../base/commands.ts';
import { listOf } from '../base/text/names.ts';
import { count, verb } from '../base/text/numbers.ts';
import { HOST_NETWORK_PODS, podAddresses } from '../cluster/max-pods.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import type { Remedy } from '../result/finding.ts';
import { type Check, type CheckResult, found, healthy } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
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
    'Karpenter starts nodes in secondary mode, of a type on which interfaces that serve no pod lower max-pods. Custom networking and security groups for pods have such interfaces. Warning: EC2 does not report whether RESERVED_ENIS is set.',
  unknown: 'The instances could not be listed.',
  impact:
    'Under custom networking the primary interface serves no pod, and neither does the trunk of security groups for pods. Karpenter counts both unless RESERVED_ENIS says otherwise. It then puts more pods on a node than the node has addresses for. These pods wait with "failed to assign an IP address".',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  find: ({ estate }) => estate.input.clusters.map((cluster) => result(estate, cluster)),
};

/** Interfaces of a node that serve no pod, although Karpenter counts them. */
interface Lost {
  readonly primary: boolean;
  readonly trunk: boolean;
}

const interfacesIn = ({ primary, trunk }: Lost): number => Number(primary) + Number(trunk);

const result = (estate: Estate, cluster: ClusterAssessment): CheckResult => {
  const subject = estate.clusterSubject(cluster);
  const losing = cluster.nodes.flatMap((node) => {
    const limits = node.instanceType === null ? null : estate.input.limits(node.instanceType);
    if (node.mode !== 'secondary' || node.nodePool === null || limits === null) return [];
    const lost = { primary: node.customNetworking, trunk: cluster.securityGroupsForPods && limits.trunk };
    if (interfacesIn(lost) === 0) return [];
    const own = { ...limits, maxEnis: limits.maxEnis - Number(lost.trunk) };
    const assumed = podAddresses(limits, 'secondary', false) + HOST_NETWORK_PODS;
    const real = podAddresses(own, 'secondary', lost.primary) + HOST_NETWORK_PODS;
    return [{ node, lost, type: limits.type, assumed, real }];
  });
  const counts = losing
    .filter(
      ({ assumed, real, type }, index) =>
        assumed > real && losing.findIndex((each) => each.type === type && each.real === real) === index,
    )
    .toSorted((a, b) => (a.type < b.type ? -1 : Number(a.type > b.type)));
  const [worst] = counts.toSorted((a, b) => b.assumed - b.real - (a.assumed - a.real));
  if (cluster.autoMode || worst === undefined) return healthy(subject);
  const evidence = [
    { name: 'nodes', value: losing.length, unit: 'nodes' },
    ...counts.flatMap(({ type, assumed, real }) => [
      { name: `maxPods of ${type} by Karpenter`, value: assumed, unit: 'pods' },
      { name: `maxPods of ${type} in truth`, value: real, unit: 'pods' },
    ]),
  ];
  const pools = named(losing.map(({ node }) => node.nodePool));
  const lost = {
    primary: losing.some((each) => each.lost.primary),
    trunk: losing.some((each) => each.lost.trunk),
  };
  const reserved = interfacesIn(lost);
  const why = [
    ...(lost.primary ? ['custom networking'] : []),
    ...(lost.trunk ? ['security groups for pods'] : []),
  ].join(' and ');
  return found(subject, 'warning', evidence, () => ({
    title: `${cluster.clusterName}: Karpenter may put more pods on a node than it has addresses for`,
    explanation: `${count(losing.length, 'node')} of the node ${pools.length === 1 ? 'pool' : 'pools'} ${listOf(pools, POOLS_SHOWN)} ${verb(losing.length, 'uses')} ${why}. Unless Karpenter reserves ${reserved === 1 ? 'an interface' : 'two interfaces'}, it counts ${worst.assumed} pods for ${article(worst.type)} ${worst.type}, which can serve ${worst.real}.`,
    remedies: () => ranked(reserve(reserved, why)),
  }));
};

/** By how the first letter of a type is said: an m5.large, a c5.large. */
const article = (type: string): string => (/^[aefhilmnorsx]/.test(type) ? 'an' : 'a');

/** Source: Karpenter, settings, `RESERVED_ENIS`: one for custom networking, and one for a trunk. */
const reserve = (interfaces: number, why: string): Remedy => ({
  title: `Let Karpenter reserve ${interfaces === 1 ? 'one interface' : 'two interfaces'}`,
  effect:
    'New nodes then get a max-pods that they can serve. Nodes that are there keep theirs until they are replaced.',
  price: 'Free. Karpenter restarts, and new nodes take fewer pods.',
  when: 'Right when pods wait for an address on nodes that Karpenter started.',
  commands: [
    kubectl(
      'set',
      'env',
      'deployment/karpenter',
      '--namespace',
      'kube-system',
      `RESERVED_ENIS=${interfaces}`,
    ),
  ],
  preconditions: [
    { text: `Nodes use ${why}.`, holds: true },
    {
      text: `RESERVED_ENIS is not set to ${interfaces} yet: look with kubectl get deployment/karpenter --namespace kube-system --output yaml.`,
      holds: null,
    },
    { text: "Karpenter runs as deployment/karpenter in kube-system, its chart's default.", holds: null },
  ],
});
