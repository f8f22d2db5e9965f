import { count } from '../base/text/numbers.ts';
import { HOST_NETWORK_PODS, podAddresses } from '../cluster/max-pods.ts';
import { type FindingRule, finding } from './estate.ts';
import { kubectl } from './remedies/commands.ts';
import { ranked } from './remedies/ranked.ts';

const KIND = 'reserved-enis';

/** Each name once, in order. */
const named = (names: readonly (string | null)[]): readonly string[] =>
  [...new Set(names)].filter((name) => name !== null).sort();

export const reservedEnis: FindingRule = {
  kind: KIND,
  label: 'RESERVED_ENIS under custom networking',
  appears:
    'Karpenter starts nodes of a cluster with custom networking, in secondary mode, of a type on which the lost primary interface lowers max-pods. Warning: EC2 does not tell whether RESERVED_ENIS is set.',
  why: 'Under custom networking the primary interface serves no pod, but Karpenter counts it unless it is told to reserve one. It then packs more pods on a node than the node has addresses for; they wait with "failed to assign an IP address".',
  find: (estate) =>
    estate.input.clusters.flatMap((cluster) => {
      const nodes = cluster.nodes.filter(
        ({ customNetworking, mode, nodePool }) =>
          customNetworking && mode === 'secondary' && nodePool !== null,
      );
      const types = named(nodes.map(({ instanceType }) => instanceType));
      const counts = types.flatMap((type) => {
        const limits = estate.input.limits(type);
        if (limits === null) return [];
        const assumed = podAddresses(limits, 'secondary', false) + HOST_NETWORK_PODS;
        const real = podAddresses(limits, 'secondary', true) + HOST_NETWORK_PODS;
        return assumed > real ? [{ type, assumed, real }] : [];
      });
      const [worst] = counts.toSorted((a, b) => b.assumed - b.real - (a.assumed - a.real));
      if (cluster.autoMode || worst === undefined) return [];
      const pools = named(nodes.map(({ nodePool }) => nodePool));
      return [
        finding(KIND, 'warning', estate.clusterSubject(cluster), {
          title: `${cluster.clusterName} may put more pods on a node than it has addresses for`,
          explanation: `${count(nodes.length, 'node')} of Karpenter's (${pools.join(', ')}) ${nodes.length === 1 ? 'uses' : 'use'} custom networking. Unless Karpenter reserves an interface, it counts ${worst.assumed} pods for an ${worst.type}, which can serve ${worst.real}.`,
          evidence: [
            { name: 'nodes', value: nodes.length, unit: 'nodes' },
            ...counts.flatMap(({ type, assumed, real }) => [
              { name: `maxPods of ${type} by Karpenter`, value: assumed, unit: 'pods' },
              { name: `maxPods of ${type} in truth`, value: real, unit: 'pods' },
            ]),
          ],
          remedies: () =>
            ranked({
              title: 'Let Karpenter reserve one interface',
              effect:
                'New nodes then get a max-pods that they can serve. Nodes that are there keep theirs until they are replaced.',
              commands: [
                kubectl(
                  'set',
                  'env',
                  'deployment/karpenter',
                  '--namespace',
                  'kube-system',
                  'RESERVED_ENIS=1',
                ),
              ],
              preconditions: [
                { text: 'Nodes use custom networking.', holds: true },
                {
                  text: 'RESERVED_ENIS is not set to 1 yet: look with kubectl get deployment/karpenter --namespace kube-system --output yaml.',
                  holds: null,
                },
                {
                  text: "Karpenter runs as deployment/karpenter in kube-system, its chart's default.",
                  holds: null,
                },
              ],
            }),
        }),
      ];
    }),
};
