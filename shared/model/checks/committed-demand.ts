import { count } from '../base/text/numbers.ts';
import type { ClusterAssessment, CommittedDemand, DemandWhenFull } from '../result/cluster.ts';
import type { Subject } from '../result/finding.ts';
import { type Estate, type FindingRule, finding } from './estate.ts';
import { remediesForDemand, remediesForFullDemand } from './remedies/subnet-remedies.ts';

const KIND = 'committed-demand';

export const committedDemandShortfall: FindingRule = {
  kind: KIND,
  label: "A group's maximum size does not fit",
  appears:
    'If every managed node group and Auto Scaling group went to its maximum size at once, some node of this one would find no address or prefix. Critical when not one node more fits; else warning. Info where all nodes start, but not all of them can be full of pods.',
  why: 'A maximum size is a promise to the workload. This one cannot be kept, and it shows at the worst time: under load, or when a zone fails.',
  find: (estate) =>
    estate.input.clusters.flatMap((cluster) =>
      cluster.committed.flatMap((demand) =>
        demand.shortfall !== null && demand.shortfall > 0 && demand.fits !== null
          ? [shortfall(estate, cluster, demand, demand.fits, demand.shortfall)]
          : shortfallWhenFull(estate, cluster, demand),
      ),
    ),
};

const shortfall = (
  estate: Estate,
  cluster: ClusterAssessment,
  demand: CommittedDemand,
  fits: number,
  short: number,
) => {
  const subject = subjectOf(estate, cluster, demand);
  const range =
    demand.fitsAtBest !== null && demand.fitsAtBest > fits ? `${fits} to ${demand.fitsAtBest}` : `${fits}`;
  const takes = perNodeText(demand);
  return finding(KIND, fits === 0 ? 'critical' : 'warning', subject, {
    title: `${demand.group} cannot reach its maximum of ${demand.maximumNodes} nodes: ${count(short, 'node')} too many`,
    explanation: `${demand.group} has ${count(demand.currentNodes, 'node')} and may grow to ${demand.maximumNodes}. Of the ${demand.maximumNodes - demand.currentNodes} still to come, ${fits === 0 && demand.fitsAtBest === 0 ? 'none fits' : `${range} fit`} if every group grows${takes}. The next one would fail with ${demand.error ?? 'an error that cannot be told'}.${fullSentence(demand)}`,
    evidence: [
      { name: 'currentNodes', value: demand.currentNodes, unit: 'nodes' },
      { name: 'maximumNodes', value: demand.maximumNodes, unit: 'nodes' },
      { name: 'fits', value: fits, unit: 'nodes' },
      { name: 'fitsAtBest', value: demand.fitsAtBest, unit: 'nodes' },
      { name: 'shortfall', value: short, unit: 'nodes' },
      { name: 'instanceType', value: demand.instanceType },
      { name: 'addressesPerNode', value: demand.perNode?.addresses ?? null, unit: 'addresses' },
      { name: 'prefixesPerNode', value: demand.perNode?.prefixes ?? null, unit: 'prefixes' },
      { name: 'error', value: demand.error },
      ...evidenceWhenFull(demand.whenFull),
    ],
    remedies: () => remediesForDemand(estate, cluster, demand),
  });
};

/** Every node starts, but some could not get an address for each pod that the kubelet admits. */
const shortfallWhenFull = (estate: Estate, cluster: ClusterAssessment, demand: CommittedDemand) => {
  const { whenFull } = demand;
  if (whenFull === null || whenFull.shortfall === 0) return [];
  const nodes = whenFull.fits + whenFull.shortfall;
  return [
    finding(KIND, 'info', subjectOf(estate, cluster, demand), {
      title: `${demand.group}: ${whenFull.fits} of ${count(nodes, 'node')} can be full of pods`,
      explanation: `${demand.group} has ${count(demand.currentNodes, 'node')} and may grow to ${demand.maximumNodes}. All of them start.${fullSentence(demand)}`,
      evidence: [
        { name: 'currentNodes', value: demand.currentNodes, unit: 'nodes' },
        { name: 'maximumNodes', value: demand.maximumNodes, unit: 'nodes' },
        { name: 'instanceType', value: demand.instanceType },
        ...evidenceWhenFull(whenFull),
      ],
      remedies: () => remediesForFullDemand(estate, cluster, demand, whenFull),
    }),
  ];
};

const subjectOf = (estate: Estate, cluster: ClusterAssessment, demand: CommittedDemand): Subject => ({
  ...estate.clusterSubject(cluster, demand.subnetIds),
  type: 'node-group',
  id: `${cluster.clusterName}/${demand.group}`,
  name: demand.group,
});

const fullSentence = ({ whenFull }: CommittedDemand): string => {
  if (whenFull === null || whenFull.shortfall === 0) return '';
  const { addresses, error, fits, fitsAtBest, podsPerNode, shortfall } = whenFull;
  const range = fitsAtBest > fits ? `${fits} to ${fitsAtBest}` : `${fits}`;
  return ` With ${count(podsPerNode, 'pod')} on each node they would hold ${count(addresses, 'address')}. ${range} of ${count(fits + shortfall, 'node')} find them all; the next one meets ${error ?? 'an error that is not known'}.`;
};

const evidenceWhenFull = (whenFull: DemandWhenFull | null) =>
  whenFull === null
    ? []
    : [
        { name: 'podsPerNodeWhenFull', value: whenFull.podsPerNode, unit: 'pods' },
        { name: 'addressesWhenFull', value: whenFull.addresses, unit: 'addresses' },
        { name: 'fitsWhenFull', value: whenFull.fits, unit: 'nodes' },
        { name: 'fitsAtBestWhenFull', value: whenFull.fitsAtBest, unit: 'nodes' },
      ];

const perNodeText = ({ instanceType, perNode }: CommittedDemand): string => {
  if (perNode === null || instanceType === null) return '';
  const prefixes = perNode.prefixes === 0 ? '' : ` and ${count(perNode.prefixes, 'prefix', 'prefixes')}`;
  return `; each ${instanceType} takes ${count(perNode.addresses, 'address', 'addresses')}${prefixes} with its warm pool`;
};
