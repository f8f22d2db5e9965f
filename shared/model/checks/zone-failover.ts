import { count } from '../base/text/numbers.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { ClusterAssessment, ZoneFailover } from '../result/cluster.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
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
  const short = losses.filter(isShort);
  const evidence = losses.flatMap(evidenceOf);
  if (short.length === 0) {
    const unknown = losses.find(({ fits }) => fits === null);
    return [
      unknown === undefined
        ? healthy(subject, evidence)
        : notMeasured(subject, unknown.reason ?? 'The room in the other zones is not known.'),
    ];
  }
  const worst = worstOf(short);
  const subnets = subnetsElsewhere(estate, cluster, worst);
  const isWarning = worst.lostZones.length === 1 && (worst.shortfall ?? 0) > 0;
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
        explanation: explain(worst, short),
        remedies: () => {
          const [tightest] = subnets;
          if (tightest === undefined) return [];
          return worst.limitedBy === 'prefixes'
            ? remediesForPrefixes(estate, tightest)
            : remediesForAddresses(estate, tightest);
        },
      }),
    ),
  ];
};

const isShort = ({ atMaximum, shortfall }: ZoneFailover): boolean =>
  (shortfall ?? 0) > 0 || (atMaximum?.shortfall ?? 0) > 0;

/** One zone before two, and what runs now before what groups may grow to. */
const worstOf = (short: readonly ZoneFailover[]): ZoneFailover => {
  const [worst] = short.toSorted(
    (a, b) =>
      Number((b.shortfall ?? 0) > 0) - Number((a.shortfall ?? 0) > 0) ||
      a.lostZones.length - b.lostZones.length ||
      (b.shortfall ?? 0) - (a.shortfall ?? 0) ||
      (b.atMaximum?.shortfall ?? 0) - (a.atMaximum?.shortfall ?? 0),
  );
  if (worst === undefined) throw new RangeError('there is one at least');
  return worst;
};

/** Subnets of its nodes in the zones that remain, the one with least room first. */
const subnetsElsewhere = (
  estate: Estate,
  cluster: ClusterAssessment,
  { lostZones }: ZoneFailover,
): readonly SubnetAssessment[] =>
  estate
    .subnetsIn(cluster.nodeSubnetIds)
    .filter(({ availabilityZone }) => availabilityZone !== null && !lostZones.includes(availabilityZone))
    .toSorted(
      (a, b) => (a.available ?? Number.POSITIVE_INFINITY) - (b.available ?? Number.POSITIVE_INFINITY),
    );

const outcomeText = ({ atMaximum, fits, lostNodes, lostZones, shortfall }: ZoneFailover): string => {
  const zones = lostZones.join(' and ');
  if ((shortfall ?? 0) > 0) {
    return `without ${zones}, ${fits} of ${count(lostNodes, 'node')} ${fits === 1 ? 'fits' : 'fit'} in the other zones`;
  }
  return `without ${zones}, its groups cannot grow to their maximum: ${atMaximum?.fits} of ${count(atMaximum?.nodes ?? 0, 'node')} fit`;
};

/** The title says the worst. Of two zones that are lost together only the number of pairs is given. */
const explain = (worst: ZoneFailover, short: readonly ZoneFailover[]): string => {
  const fails =
    (worst.shortfall ?? 0) > 0 && worst.error !== null ? [`The next one fails with ${worst.error}.`] : [];
  const others = short.filter((loss) => loss !== worst && loss.lostZones.length === 1);
  const pairs = short.filter((loss) => loss !== worst && loss.lostZones.length > 1).length;
  return [
    ...fails,
    ...others.map((loss) => `${capitalized(outcomeText(loss))}.`),
    ...(pairs === 0
      ? []
      : [
          `If two zones fail together, ${count(pairs, 'pair')} of zones ${pairs === 1 ? 'leaves' : 'leave'} too little room.`,
        ]),
    'All clusters of the account move at once.',
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
