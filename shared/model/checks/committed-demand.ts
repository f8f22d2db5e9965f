import { count, number, verb } from '../base/text/numbers.ts';
import type { ClusterAssessment, CommittedDemand, DemandWhenFull } from '../result/cluster.ts';
import type { Subject } from '../result/finding.ts';
import { idWithin } from '../result/identity.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import { nodeGroupOf } from './remedies/cluster-remedies.ts';
import { remediesForDemand, remediesForFullDemand } from './remedies/subnet-remedies.ts';

export const committedDemand: Check = {
  kind: 'committed-demand',
  label: "A group's maximum size does not fit",
  summary: 'the maximum size does not fit',
  clear: (figure) => canScale(figure('maximumNodes')),
  about: 'each managed node group, Auto Scaling group, and node pool whose limits the Kubernetes API shows',
  condition:
    'If all groups and node pools scale to their maximum at once, some node of this one finds no address or prefix. Critical when not one node more fits; else warning. Information where all nodes start, but not all of them can be full of pods.',
  unknown: 'The type of its nodes, or what is free in their subnets, is not known.',
  impact:
    'The group stops growing before its maximum, usually under load or when a zone fails. The pods that need the missing nodes stay pending.',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  isShortage: true,
  find: ({ estate }) => [
    ...estate.input.clusters.flatMap((cluster) =>
      cluster.committed.map((demand) => result(estate, cluster, demand)),
    ),
    ...(estate.input.outsideDemand ?? []).map((demand) => result(estate, null, demand)),
  ],
};

/** Groups of no cluster are named by the VPC of their subnets. */
const subjectOf = (estate: Estate, cluster: ClusterAssessment | null, demand: CommittedDemand): Subject => {
  const named = { type: 'node-group' as const, name: demand.group };
  if (cluster !== null) {
    const subject = estate.clusterSubject(cluster, demand.subnetIds);
    return { ...subject, ...named, id: idWithin(cluster.clusterName, demand.group) };
  }
  const { accountId, region } = estate.input.target;
  const vpcId = estate.subnetsIn(demand.subnetIds)[0]?.vpcId ?? null;
  return {
    ...named,
    id: vpcId === null ? demand.group : idWithin(vpcId, demand.group),
    accountId,
    region,
    vpcId,
    clusterName: null,
    subnetIds: demand.subnetIds,
  };
};

const result = (estate: Estate, cluster: ClusterAssessment | null, demand: CommittedDemand): CheckResult => {
  const subject = subjectOf(estate, cluster, demand);
  const { fits, fitsAtBest, shortfall } = demand;
  if (shortfall === null || fits === null) {
    return notMeasured(subject, 'The type of its nodes, or what is free in their subnets, is not known.');
  }
  const { whenFull } = demand;
  const evidence = [
    { name: 'currentNodes', value: demand.currentNodes, unit: 'nodes' },
    { name: 'maximumNodes', value: demand.maximumNodes, unit: 'nodes' },
    { name: 'fits', value: fits, unit: 'nodes' },
    { name: 'fitsAtBest', value: fitsAtBest, unit: 'nodes', detail: true },
    { name: 'shortfall', value: shortfall, unit: 'nodes' },
    { name: 'instanceType', value: demand.instanceType, detail: true },
    { name: 'addressesPerNode', value: demand.perNode?.addresses ?? null, unit: 'addresses', detail: true },
    { name: 'prefixesPerNode', value: demand.perNode?.prefixes ?? null, unit: 'prefixes', detail: true },
    // Unknown where a node would not start; where all do there is none.
    ...(shortfall > 0 ? [{ name: 'error', value: demand.error, detail: true }] : []),
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

const describe = (
  estate: Estate,
  cluster: ClusterAssessment | null,
  demand: CommittedDemand,
  fits: number,
) => {
  const { group, currentNodes, maximumNodes, error, whenFull } = demand;
  const member = memberOf(demand);
  const warm = warmNodes(estate, cluster, demand);
  const fails =
    error === null ? `The next ${member} would not start.` : `The next ${member} would fail with ${error}.`;
  const isFullWorse = whenFull !== null && whenFull.fits < currentNodes + fits;
  return {
    title: `${groupName(cluster, demand)}: can scale to ${number(currentNodes + fits)} of its ${number(maximumNodes)} ${member}s, then ${demand.limitedBy === 'prefixes' ? 'no free prefix' : missing(error)}`,
    explanation: `${group} has ${count(currentNodes, member)}. If all groups grow to their maximum, ${stillFit(demand, fits)}. ${warm === 0 ? '' : `Its maximum of ${number(maximumNodes)} is with the warm pool of ${number(warm)}. `}${perNodeText(demand)}${fails}${isFullWorse ? ` ${fullText(whenFull)}` : ''}`,
    remedies: () => remediesForDemand(estate, cluster, demand),
  };
};

/** A group of no cluster has no nodes. */
const memberOf = ({ outsideCluster }: CommittedDemand): 'instance' | 'node' =>
  outsideCluster ? 'instance' : 'node';

const groupName = (cluster: ClusterAssessment | null, { group, outsideCluster }: CommittedDemand): string =>
  outsideCluster || cluster === null ? group : `${cluster.clusterName}/${group}`;

/** `only 2 of 4 more nodes fit`, `not one more node fits`. */
const stillFit = (demand: CommittedDemand, fits: number): string => {
  const { currentNodes, maximumNodes, fitsAtBest } = demand;
  const member = memberOf(demand);
  const more = count(maximumNodes - currentNodes, `more ${member}`);
  if (fitsAtBest !== null && fitsAtBest > fits) {
    return `${number(fits)} to ${number(fitsAtBest)} of ${more} fit`;
  }
  return fits === 0 ? `not one more ${member} fits` : `only ${number(fits)} of ${more} ${verb(fits, 'fits')}`;
};

const canScale = (maximumNodes: number | null): string =>
  maximumNodes === null
    ? 'can scale to its maximum'
    : `can scale to its maximum of ${count(maximumNodes, 'node')}`;

/** Every node starts, but some could not get an address for each pod that the kubelet admits. */
const describeWhenFull = (
  estate: Estate,
  cluster: ClusterAssessment | null,
  demand: CommittedDemand,
  whenFull: DemandWhenFull,
) => ({
  title: `${groupName(cluster, demand)}: ${canBeFull(whenFull)}`,
  explanation: `${sizeText(estate, cluster, demand)} ${fullText(whenFull)}`,
  remedies: () => remediesForFullDemand(estate, cluster, demand, whenFull),
});

/** `workers has 2 nodes and may grow to 10. All of them start.` */
const sizeText = (estate: Estate, cluster: ClusterAssessment | null, demand: CommittedDemand): string => {
  const { currentNodes, group, maximumNodes } = demand;
  const warm = warmNodes(estate, cluster, demand);
  const has = `${group} has ${count(currentNodes, 'node')}`;
  if (currentNodes > maximumNodes) return `${has}, more than its maximum of ${number(maximumNodes)}.`;
  if (currentNodes === maximumNodes) return `${has}, which is its maximum.`;
  return `${has} and may grow to ${number(maximumNodes)}${warm === 0 ? '' : `, with its warm pool of ${number(warm)}`}. All of them start.`;
};

/** How much of the maximum its warm pool is: people have set a lower one. `0`: it has none. */
const warmNodes = (estate: Estate, cluster: ClusterAssessment | null, demand: CommittedDemand): number => {
  const managed = cluster === null ? undefined : nodeGroupOf(estate, cluster, demand);
  return managed?.warmPool == null
    ? (demand.warmNodes ?? 0)
    : Math.max(0, demand.maximumNodes - managed.maxSize);
};

const canBeFull = ({ fits, fitsAtBest, shortfall }: DemandWhenFull): string => {
  const nodes = count(fits + shortfall, 'node');
  if (fits > 0) return `only ${number(fits)} of ${nodes} can be full of pods`;
  if (fitsAtBest > 0) return `at most ${number(fitsAtBest)} of ${nodes} can be full of pods`;
  return shortfall === 1 ? 'its node cannot be full of pods' : `none of ${nodes} can be full of pods`;
};

const fullText = ({ addresses, error, fits, fitsAtBest, podsPerNode, shortfall }: DemandWhenFull): string => {
  const nodes = count(fits + shortfall, 'node');
  const filled =
    fitsAtBest > fits
      ? `Only ${number(fits)} to ${number(fitsAtBest)} of ${nodes} get them all`
      : fits === 0
        ? `None of ${nodes} gets them all`
        : `Only ${number(fits)} of ${nodes} ${verb(fits, 'gets')} them all`;
  return `Full of pods, with ${number(podsPerNode)} on each node, the group needs ${count(addresses, 'address')}. ${filled}${error === null ? '' : `: then EC2 answers ${error}`}.`;
};

const evidenceWhenFull = (whenFull: DemandWhenFull | null) =>
  whenFull === null
    ? []
    : [
        { name: 'podsPerNodeWhenFull', value: whenFull.podsPerNode, unit: 'pods', detail: true },
        { name: 'addressesWhenFull', value: whenFull.addresses, unit: 'addresses', detail: true },
        { name: 'fitsWhenFull', value: whenFull.fits, unit: 'nodes', detail: true },
        { name: 'fitsAtBestWhenFull', value: whenFull.fitsAtBest, unit: 'nodes', detail: true },
      ];

/** What the group lacks, by the error that EC2 would answer. */
const missing = (error: string | null): string =>
  error === 'InsufficientCidrBlocks' ? 'no free prefix' : 'no free address';

const perNodeText = ({ instanceType, outsideCluster, perNode }: CommittedDemand): string => {
  if (perNode === null || instanceType === null) return '';
  const prefixes = perNode.prefixes === 0 ? '' : ` and ${count(perNode.prefixes, 'prefix')}`;
  const hasWarmPool = perNode.addresses > 1 || perNode.prefixes > 0;
  return `A new ${instanceType} takes ${count(perNode.addresses, 'address')}${prefixes}${!outsideCluster && hasWarmPool ? ', with its warm pool' : ''}. `;
};
