import { elementAt } from '../base/element-at.ts';
import { largestOf } from '../base/extremes.ts';
import { startsNowhere } from '../cluster/starts-nowhere.ts';
import { freeRange } from '../net/free-ranges.ts';
import type { AddressMap } from '../result/assessment.ts';
import type { ClusterAssessment, ZoneFailover } from '../result/cluster.ts';
import { settingsOf } from './cluster-settings.ts';
import { extrasAt, spreadNodes } from './fleet.ts';
import { blocksOf } from './new-subnet.ts';
import { type Amount, NodeDemands, totalOf } from './node-demands.ts';
import { usualType } from './node-plan.ts';
import type { PlanEstate } from './plan-estate.ts';
import { mapsAfter, NO_MAP_CHANGE } from './possible-map.ts';
import { RULES, type Rule } from './rules.ts';
import { reservationsFor, smallestSubnet } from './subnet-size.ts';
import { Timeline } from './timeline.ts';

/** A subnet that would make a loss fit, in one of the zones that remain. */
export interface FailoverSubnet {
  readonly availabilityZone: string;
  /** Nodes that have no room now, of this zone's share. */
  readonly nodes: number;
  readonly needed: Amount;
  /** Prefix length; `null`: not even a /16 is large enough. */
  readonly length: number | null;
  /** A free range of the VPC; `null`: it has none of this size. */
  readonly cidr: string | null;
  readonly reservations: readonly string[];
}

/** The loss of some zones. */
export interface FailoverLoss extends ZoneFailover {
  /** What would make it fit; empty where it fits, or where that is not known. */
  readonly wouldFitWith: readonly FailoverSubnet[];
}

export interface FailoverAnswer {
  readonly clusterName: string;
  readonly accountId: string;
  readonly region: string;
  /** Whether every loss fits; `null`: it is not known of some, and no other one fails. */
  readonly fits: boolean | null;
  readonly losses: readonly FailoverLoss[];
  /** Groups that no new subnet helps by itself, in sentences. */
  readonly notices: readonly string[];
  readonly unknowns: readonly string[];
  readonly rules: readonly Rule[];
}

/** The answer, and maps for drawing. */
export interface FailoverPlan {
  readonly answer: FailoverAnswer;
  /** The loss that the maps show: the one that leaves most nodes without room, else the largest. `null`: none is known. */
  readonly drawn: FailoverLoss | null;
  /** The zones that remain after that loss, with one possible place for each lost node that fits. */
  readonly mapsAfter: () => ReadonlyMap<string, AddressMap>;
}

/**
 * What happens if zones fail: the scan's own answer (`zoneFailover`), and the subnets that would make it fit.
 *
 * @param lost the zones that fail together; empty: each zone, and each two of three and more
 */
export const planFailover = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  lost: readonly string[],
): FailoverPlan => {
  const wanted = lost.toSorted().join();
  const { zoneFailover = [] } = cluster;
  const losses = zoneFailover
    .filter(({ lostZones }) => lost.length === 0 || lostZones.toSorted().join() === wanted)
    .map((loss) => ({ ...loss, wouldFitWith: subnetsFor(estate, cluster, loss) }));
  const isUnknown = losses.length === 0 || losses.some(({ fits }) => fits === null);
  const answer: FailoverAnswer = {
    clusterName: cluster.clusterName,
    accountId: cluster.accountId,
    region: cluster.region,
    fits: losses.some((loss) => shortfallOf(loss) > 0) ? false : isUnknown ? null : true,
    losses,
    notices: losses.flatMap(startsNowhere),
    unknowns: [
      ...new Set(losses.flatMap(({ reason }) => reason ?? [])),
      ...(losses.length > 0 ? [] : whyNoLoss(estate, cluster)),
    ],
    rules: [RULES.pool, RULES.podsAtMost, RULES.spread, RULES.placement, RULES.reserved],
  };
  const [drawn = null] = losses.toSorted(
    (a, b) => shortfallOf(b) - shortfallOf(a) || b.lostNodes - a.lostNodes,
  );
  return {
    answer,
    drawn,
    mapsAfter: () => (drawn === null ? new Map() : mapsWithout(estate, cluster, drawn.lostZones)),
  };
};

/** Why a cluster has no figures of a loss. */
const whyNoLoss = (estate: PlanEstate, cluster: ClusterAssessment): readonly string[] => {
  const unknowns = [...estate.nodeUnknowns(cluster), ...unreadGroups(cluster)];
  if (unknowns.length > 0) return unknowns;
  return cluster.nodes.length === 0
    ? ['It has no nodes. Pods on Fargate start in the subnets of their profiles, and are not planned.']
    : ['No loss could be computed: the nodes are in one zone, or the scan is of an older version.'];
};

/** Where nodes start is a matter of their groups. */
const unreadGroups = ({ unknowns }: ClusterAssessment): readonly string[] =>
  unknowns.filter(({ field }) => field === 'version').map(({ reason }) => reason);

/** Nodes that surely have no room: none where that is not known. */
const shortfallOf = ({ shortfall }: ZoneFailover): number => shortfall ?? 0;

/** Starts the lost nodes in the zones that remain, as far as they fit. The subnets of the lost zones are left out. */
const mapsWithout = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  lostZones: readonly string[],
): ReadonlyMap<string, AddressMap> => {
  const isLost = (zone: string | null): boolean => zone !== null && lostZones.includes(zone);
  const nodes = estate.nodesOf(cluster);
  const staying = nodes.filter(({ zone }) => !isLost(zone));
  const moved = nodes.filter(({ zone }) => isLost(zone));
  const places = estate.placesOf(cluster).filter(({ availabilityZone }) => !isLost(availabilityZone));
  const demands = new NodeDemands(estate.input.limits, settingsOf(cluster));
  const timeline = new Timeline('worst', estate.input.subnets, estate.maps);
  for (const [index, place] of spreadNodes(places, staying, moved.length).entries()) {
    const { pods, type } = elementAt(moved, index);
    const { podSubnetIds, primaryServesPods, subnetId } = place;
    const steps = demands.steps(type, pods, primaryServesPods);
    timeline.start({ steps, subnetId, podSubnetIds, ...extrasAt(place, type) });
  }
  const remaining = [...estate.maps].filter(([subnetId]) => !isLost(estate.zoneOf(subnetId)));
  return mapsAfter(
    new Map(remaining),
    new Map([...timeline.taken].map(([subnetId, taken]) => [subnetId, { ...NO_MAP_CHANGE, taken }])),
  );
};

/** The nodes that have no room, spread over the zones in which their groups start. Each is as large as the largest that is lost. */
const subnetsFor = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  loss: ZoneFailover,
): readonly FailoverSubnet[] => {
  const { lostZones, shortfall } = loss;
  if (shortfall === null || shortfall === 0) return [];
  const nodes = estate.nodesOf(cluster);
  const type = usualType(estate, cluster, nodes);
  if (type === null) return [];
  const demands = new NodeDemands(estate.input.limits, settingsOf(cluster));
  const lostNodes = nodes.filter(({ zone }) => zone !== null && lostZones.includes(zone));
  const each = largest([
    totalOf(demands.steps(type, 0, true)),
    ...lostNodes.map(({ holdings }) => ({
      addresses: holdings.reduce((sum, { addresses }) => sum + addresses, 0),
      prefixes: holdings.reduce((sum, { prefixes }) => sum + prefixes, 0),
    })),
  ]);
  const blocks = blocksOf(estate, cluster.vpcId);
  const taken = estate.input.subnets.flatMap(({ vpcId, cidrBlock }) =>
    vpcId === cluster.vpcId && cidrBlock !== null ? [cidrBlock] : [],
  );
  return sharesOf(estate, cluster, loss, shortfall).map(([availabilityZone, share]) => {
    const needed = { addresses: share * each.addresses, prefixes: share * each.prefixes };
    const length = smallestSubnet(needed);
    const cidr = length === null ? null : freeRange(blocks, taken, length);
    if (cidr !== null) taken.push(cidr);
    return {
      availabilityZone,
      nodes: share,
      needed,
      length,
      cidr,
      reservations: cidr === null ? [] : reservationsFor(cidr, needed.prefixes),
    };
  });
};

/** How many of the nodes that have no room each zone gets: those of a group go to the zones that it may use, as many to each. */
const sharesOf = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  { lostZones, short }: ZoneFailover,
  shortfall: number,
): readonly (readonly [zone: string, nodes: number])[] => {
  const everywhere = estate.zonesOf(cluster).filter((zone) => !lostZones.includes(zone));
  const shares = new Map<string, number>();
  for (const { nodes, zones } of short ?? [{ nodes: shortfall, zones: everywhere }])
    for (const zone of zones) shares.set(zone, (shares.get(zone) ?? 0) + Math.ceil(nodes / zones.length));
  return [...shares].toSorted(([a], [b]) => a.localeCompare(b, 'en'));
};

const largest = (amounts: readonly Amount[]): Amount => ({
  addresses: largestOf(amounts.map(({ addresses }) => addresses)),
  prefixes: largestOf(amounts.map(({ prefixes }) => prefixes)),
});
