import { count } from '../base/text/numbers.ts';
import type { ClusterAssessment, CommittedDemand, DemandWhenFull } from '../result/cluster.ts';
import type { Subject } from '../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { remediesForDemand, remediesForFullDemand } from './remedies/subnet-remedies.ts';

export const committedDemand: Check = {
  kind: 'committed-demand',
  label: "A group's maximum size does not fit",
  about: 'each managed node group and Auto Scaling group',
  condition:
    'If all node groups and Auto Scaling groups scale to their maximum at once, some node of this one finds no address or prefix. Critical when not one node more fits; else warning. Information where all nodes start, but not all of them can be full of pods.',
  unknown: 'The type of its nodes, or what is free in their subnets, is not known.',
  impact:
    'The group stops growing before its maximum, usually under load or when a zone fails. The pods that need the missing nodes stay pending.',
  settings: 'findings',
  find: ({ estate }) =>
    estate.input.clusters.flatMap((cluster) =>
      cluster.committed.map((demand) => result(estate, cluster, demand)),
    ),
};

const result = (estate: Estate, cluster: ClusterAssessment, demand: CommittedDemand): CheckResult => {
  const subject: Subject = {
    ...estate.clusterSubject(cluster, demand.subnetIds),
    type: 'node-group',
    id: `${cluster.clusterName}/${demand.group}`,
    name: demand.group,
  };
  const { fits, fitsAtBest, shortfall } = demand;
  if (shortfall === null || fits === null) {
    return notMeasured(subject, 'The type of its nodes, or what is free in their subnets, is not known.');
  }
  const { whenFull } = demand;
  const evidence = [
    { name: 'currentNodes', value: demand.currentNodes, unit: 'nodes' },
    { name: 'maximumNodes', value: demand.maximumNodes, unit: 'nodes' },
    { name: 'fits', value: fits, unit: 'nodes' },
    { name: 'fitsAtBest', value: fitsAtBest, unit: 'nodes' },
    { name: 'shortfall', value: shortfall, unit: 'nodes' },
    { name: 'instanceType', value: demand.instanceType },
    { name: 'addressesPerNode', value: demand.perNode?.addresses ?? null, unit: 'addresses' },
    { name: 'prefixesPerNode', value: demand.perNode?.prefixes ?? null, unit: 'prefixes' },
    { name: 'error', value: demand.error },
    ...evidenceWhenFull(whenFull),
  ];
  if (shortfall > 0) {
    return found(subject, fits === 0 ? 'critical' : 'warning', evidence, () =>
      describe(estate, cluster, demand, fits),
    );
  }
  if (whenFull === null || whenFull.shortfall === 0) return healthy(subject, evidence);
  return found(subject, 'info', evidence, () => describeWhenFull(estate, cluster, demand, whenFull));
};

const describe = (estate: Estate, cluster: ClusterAssessment, demand: CommittedDemand, fits: number) => {
  const { group, currentNodes, maximumNodes, fitsAtBest, error, whenFull } = demand;
  const toCome = maximumNodes - currentNodes;
  const upTo = fitsAtBest !== null && fitsAtBest > fits ? ` (${fitsAtBest} at best)` : '';
  const outcome = fits === 0 && fitsAtBest === 0 ? 'none' : `only ${fits}${upTo}`;
  const fails = error === null ? 'The next one would not start.' : `The next one would fail with ${error}.`;
  return {
    title: `${demand.outsideCluster ? group : `${cluster.clusterName}/${group}`}: can scale to ${currentNodes + fits} of its ${maximumNodes} nodes, then ${demand.limitedBy === 'prefixes' ? 'no free prefix' : missing(error)}`,
    explanation: `${group} has ${count(currentNodes, 'node')} now. If every group grows to its maximum, ${outcome} of the ${toCome} nodes still to come ${fits === 1 || (fits === 0 && fitsAtBest === 0) ? 'fits' : 'fit'}${perNodeText(demand)}. ${fails}${whenFull === null || whenFull.shortfall === 0 ? '' : ` ${fullText(whenFull)}`}`,
    remedies: () => remediesForDemand(estate, cluster, demand),
  };
};

/** Every node starts, but some could not get an address for each pod that the kubelet admits. */
const describeWhenFull = (
  estate: Estate,
  cluster: ClusterAssessment,
  demand: CommittedDemand,
  whenFull: DemandWhenFull,
) => ({
  title: `${cluster.clusterName}/${demand.group}: only ${whenFull.fits} of ${count(whenFull.fits + whenFull.shortfall, 'node')} can be full of pods`,
  explanation: `${demand.group} has ${count(demand.currentNodes, 'node')} and may grow to ${demand.maximumNodes}. All of them start. ${fullText(whenFull)}`,
  remedies: () => remediesForFullDemand(estate, cluster, demand, whenFull),
});

const fullText = ({ addresses, error, fits, fitsAtBest, podsPerNode, shortfall }: DemandWhenFull): string => {
  const range = fitsAtBest > fits ? `${fits} to ${fitsAtBest}` : `${fits}`;
  const next = error === null ? 'the next one lacks some of them' : `the next one meets ${error}`;
  return `With ${count(podsPerNode, 'pod')} on each node they would hold ${count(addresses, 'address')}. ${range} of ${count(fits + shortfall, 'node')} find them all; ${next}.`;
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

/** What the group lacks, by the error that EC2 would answer. */
const missing = (error: string | null): string =>
  error === 'InsufficientCidrBlocks' ? 'no free prefix' : 'no free address';

const perNodeText = ({ instanceType, outsideCluster, perNode }: CommittedDemand): string => {
  if (perNode === null || instanceType === null) return '';
  const prefixes = perNode.prefixes === 0 ? '' : ` and ${count(perNode.prefixes, 'prefix')}`;
  return `. Each ${instanceType} takes ${count(perNode.addresses, 'address')}${prefixes}${outsideCluster ? '' : ' with its warm pool'}`;
};
