import { count, verb } from '../base/text/numbers.ts';
import { boundGroups, startsNowhere } from '../cluster/starts-nowhere.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { ClusterAssessment, ShortGroup, ZoneFailover } from '../result/cluster.ts';
import type { Remedy } from '../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { leastLeftFirst } from './least-left.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import type { Shortfall } from './remedies/new-subnet-size.ts';
import { remediesForAddresses, remediesForPrefixes } from './remedies/subnet-remedies.ts';

export const zoneFailover: Check = {
  kind: 'zone-failover',
  label: 'The other zones do not hold a zone that fails',
  summary: 'the other zones do not hold a zone that fails',
  clear: () => 'the other zones hold what any one zone loses',
  about: 'each cluster with nodes in several zones',
  condition:
    'If one zone goes, some of its nodes find no address or prefix in the other zones, although every cluster moves at once. Warning. Information where only the loss of two zones, or groups at their maximum, is too much.',
  unknown: 'Its nodes, their types, or what is free in the subnets of the other zones, are not known.',
  impact:
    'When a zone fails, the autoscaler starts its nodes in the other zones. The nodes without an address do not start, and the pods that need them stay pending.',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  isShortage: true,
  find: ({ estate }) => estate.input.clusters.flatMap((cluster) => result(estate, cluster)),
};

const result = (estate: Estate, cluster: ClusterAssessment): readonly CheckResult[] => {
  const losses = cluster.zoneFailover ?? [];
  const subject = estate.clusterSubject(cluster);
  if (cluster.unknowns.some(({ field }) => field === 'nodes')) {
    return [notMeasured(subject, 'The nodes could not be listed.')];
  }
  if (losses.length === 0) return [];
  const [worst, ...others] = worstFirst(losses.flatMap(shortOf));
  const evidence = losses.flatMap(evidenceOf);
  if (worst === undefined) {
    const unknown = losses.find(({ fits }) => fits === null);
    return [
      unknown === undefined
        ? healthy(subject, evidence)
        : notMeasured(subject, unknown.reason ?? 'The room in the other zones is not known.'),
    ];
  }
  const { limitedBy, lostZones } = worst.loss;
  const subnets = subnetsElsewhere(estate, cluster, worst.loss);
  const isWarning = lostZones.length === 1 && !worst.growing;
  return [
    found(
      estate.clusterSubject(
        cluster,
        subnets.map(({ subnetId }) => subnetId),
      ),
      isWarning ? 'warning' : 'info',
      evidence,
      () => ({
        title: `${cluster.clusterName}: ${outcomeText(worst)}`,
        explanation: explain(worst, others),
        remedies: () => [
          ...boundGroups(worst.loss).map(inAnotherZone),
          ...subnets
            .slice(0, 1)
            .flatMap((tightest) =>
              limitedBy === 'prefixes'
                ? remediesForPrefixes(estate, tightest, missingIn(cluster, worst.loss, tightest))
                : remediesForAddresses(
                    estate,
                    tightest,
                    missingIn(cluster, worst.loss, tightest),
                    'node-starts',
                  ),
            )
            .map(withoutFits),
        ],
      }),
    ),
  ];
};

/**
 * A remedy counts what fits for one cluster alone, in one subnet. Here all clusters start their nodes at once: beside "0 of 5 nodes
 * fit", the same subnet would then have room for eight.
 */
const withoutFits = ({ afterwards: _afterwards, ...remedy }: Remedy): Remedy => remedy;

/**
 * What the zone of a subnet lacks, if the nodes that find no room are spread over the zones of their groups. `undefined`: it is not
 * known, as for node pools, of which EC2 does not know what one more node takes.
 */
const missingIn = (
  { committed }: ClusterAssessment,
  { short = [] }: ZoneFailover,
  { availabilityZone }: SubnetAssessment,
): Shortfall | undefined => {
  const parts = short
    .filter(({ zones }) => zones.some((zone) => zone === availabilityZone))
    .flatMap(({ group, nodes, zones }) => {
      const { perNode = null } = committed.find((demand) => demand.group === group) ?? {};
      return perNode === null ? [] : [{ ...perNode, share: Math.ceil(nodes / zones.length) }];
    });
  return parts.length === 0
    ? undefined
    : {
        addresses: parts.reduce((sum, { addresses, share }) => sum + share * addresses, 0),
        prefixes: parts.reduce((sum, { prefixes, share }) => sum + share * prefixes, 0),
      };
};

const inAnotherZone = ({ group }: ShortGroup): Remedy => ({
  title: `Let nodes of ${group === '' ? 'no group' : group} start in another zone`,
  effect:
    'An Auto Scaling group takes a subnet of another zone. A managed node group keeps its subnets, so add a second group there.',
  price: 'Free until nodes run there.',
  when: 'Right when its pods need nothing that is in one zone alone, such as an EBS volume.',
  gains: { addresses: 0, prefixes: 0 },
  commands: [],
  preconditions: [],
});

/** A loss after which nodes that run now, or that groups may grow to, find no room. */
interface Short {
  readonly loss: ZoneFailover;
  readonly growing: boolean;
  readonly nodes: number;
  readonly fits: number;
}

const shortOf = (loss: ZoneFailover): readonly Short[] => {
  const { atMaximum, fits, lostNodes, shortfall } = loss;
  if (fits !== null && shortfall !== null && shortfall > 0)
    return [{ loss, growing: false, nodes: lostNodes, fits }];
  if (atMaximum !== null && atMaximum.shortfall > 0)
    return [{ loss, growing: true, nodes: atMaximum.nodes, fits: atMaximum.fits }];
  return [];
};

/** What runs now before what groups may grow to, and one zone before two. */
const worstFirst = (short: readonly Short[]): readonly Short[] =>
  short.toSorted(
    (a, b) =>
      Number(a.growing) - Number(b.growing) ||
      a.loss.lostZones.length - b.loss.lostZones.length ||
      b.nodes - b.fits - (a.nodes - a.fits),
  );

/**
 * Subnets of its nodes and pods in the zones that remain, the one with least left first. Where groups that lose nodes may start in
 * some of them, only those: a full subnet of a local zone is of no use to a group of the Region's zones.
 */
const subnetsElsewhere = (
  estate: Estate,
  cluster: ClusterAssessment,
  { limitedBy, lostZones, short }: ZoneFailover,
): readonly SubnetAssessment[] => {
  // No room in another zone is of use to groups that start in the lost ones alone.
  if (short !== undefined && boundGroups({ short }).length === short.length) return [];
  const supply = limitedBy ?? 'addresses';
  const ids = supply === 'prefixes' ? cluster.takesPrefixesFrom : cluster.nodeSubnetIds;
  const elsewhere = estate
    .subnetsIn(ids)
    .filter(({ availabilityZone }) => availabilityZone !== null && !lostZones.includes(availabilityZone));
  const losing = new Set(
    short?.map(({ group }) => group) ??
      cluster.nodes
        .filter(({ availabilityZone }) => availabilityZone !== null && lostZones.includes(availabilityZone))
        .map(({ nodeGroup }) => nodeGroup),
  );
  const theirs = new Set(
    cluster.committed.filter(({ group }) => losing.has(group)).flatMap(({ subnetIds }) => subnetIds),
  );
  const useful = elsewhere.filter(({ subnetId }) => theirs.has(subnetId));
  return leastLeftFirst(useful.length > 0 ? useful : elsewhere, supply);
};

const outcomeText = ({ fits, growing, loss, nodes }: Short): string => {
  const zones = loss.lostZones.join(' and ');
  if (!growing && nodes === 1) return `without ${zones}, its node there does not fit in the other zones`;
  return growing
    ? `without ${zones}, its groups cannot grow to their maximum: ${fits} of ${count(nodes, 'node')} ${verb(fits, 'fits')}`
    : `without ${zones}, ${fits} of ${count(nodes, 'node')} ${verb(fits, 'fits')} in the other zones`;
};

/** The title says the worst. Of two zones that are lost together only the number of pairs is given. */
const explain = (worst: Short, others: readonly Short[]): string => {
  const { error } = worst.loss;
  const fails = !worst.growing && error !== null ? [`The next one fails with ${error}.`] : [];
  const single = others.filter(({ loss }) => loss.lostZones.length === 1);
  const isPair = ({ loss }: Short): boolean => loss.lostZones.length > 1;
  const otherPairs = others.filter(isPair).length;
  const pairs = isPair(worst) ? otherPairs + 1 : otherPairs;
  return [
    ...fails,
    ...startsNowhere(worst.loss),
    ...single.map((short) => `${capitalized(outcomeText(short))}.`),
    ...(otherPairs === 0
      ? []
      : [
          `If two zones fail together, ${count(pairs, 'pair')} of zones ${verb(pairs, 'leaves')} too little room.`,
        ]),
    'The figures count the nodes of all clusters of the account, which start at the same time.',
  ].join(' ');
};

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const evidenceOf = ({ atMaximum, fits, lostNodes, lostZones }: ZoneFailover) => {
  const zones = lostZones.join(' and ');
  return [
    { name: `nodes lost with ${zones}`, value: lostNodes, unit: 'nodes' },
    { name: `of them fit without ${zones}`, value: fits, unit: 'nodes' },
    ...(atMaximum === null
      ? []
      : [{ name: `short at the maximum without ${zones}`, value: atMaximum.shortfall, unit: 'nodes' }]),
  ];
};
