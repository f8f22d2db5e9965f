import type { Placement } from '../cluster/supply-ledger.ts';
import type { AddressMap, SubnetAssessment } from '../result/assessment.ts';
import type { ClusterAssessment, NodePlace } from '../result/cluster.ts';
import { settingsOf } from './cluster-settings.ts';
import { startOf } from './fleet.ts';
import { NodeDemands } from './node-demands.ts';
import { newNode, usualType } from './node-plan.ts';
import type { PlanEstate } from './plan-estate.ts';
import { type Room, roomForNodes } from './room.ts';
import { type Bounds, boundsOf } from './state-figures.ts';
import { type Holding, Timeline } from './timeline.ts';

/** A change in one zone that ends no node. */
export interface ZoneChange {
  /** A subnet that new nodes of the zone may use: for more interfaces of pods, for all of their pods, or to start in. */
  readonly opens?: {
    readonly subnet: SubnetAssessment;
    readonly map: AddressMap | null;
    readonly use: 'discovery' | 'pods' | 'nodes';
  };
  /** A subnet in which no new node starts any more. */
  readonly closes?: string;
  /** What is given back. */
  readonly returns?: Pick<Holding, 'subnetId' | 'addresses' | 'prefixes'>;
  /** A `prefix` reservation. */
  readonly reserves?: { readonly subnetId: string; readonly cidr: string };
}

/**
 * More nodes of the cluster's usual type that fit in the zone when they are full of pods, at the least and at the most. At
 * its start a node takes addresses of its own subnet alone, so nodes without pods would not show a new subnet for pods.
 */
export interface ZoneRoom {
  readonly type: string;
  readonly takesPrefixes: boolean;
  /** False: computed with the CNI's defaults, because its settings could not be read. */
  readonly settingsKnown: boolean;
  readonly before: Bounds;
  readonly after: Bounds;
}

/**
 * What a change gives one zone of a cluster.
 *
 * @returns `null` where it is not known: EKS Auto Mode, Cilium's ENI mode, IPv6, a cluster without nodes of a known type, subnets that could not
 * be read
 */
export const zoneRoom = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  zone: string,
  change: ZoneChange,
): ZoneRoom | null => {
  const now = roomNow(estate, cluster, zone);
  if (now === null) return null;
  const { before, demands, places, settingsKnown, type } = now;
  const after = roomIn(
    estate,
    demands,
    type,
    placesWith(places, zone, change.opens).filter(({ subnetId }) => subnetId !== change.closes),
    change,
  );
  return before === null || after === null
    ? null
    : { type, takesPrefixes: demands.takesPrefixes(type), settingsKnown, before, after };
};

/** What is so of one zone of a cluster, whatever is changed. */
interface RoomNow {
  readonly type: string;
  readonly demands: NodeDemands;
  readonly places: readonly NodePlace[];
  readonly settingsKnown: boolean;
  readonly before: Bounds | null;
}

/** By estate, cluster and zone: each remedy of each finding asks, and a target may have thousands of them. */
const ROOMS = new WeakMap<PlanEstate, WeakMap<ClusterAssessment, Map<string, RoomNow | null>>>();

const roomNow = (estate: PlanEstate, cluster: ClusterAssessment, zone: string): RoomNow | null => {
  const ofEstate = ROOMS.get(estate) ?? new WeakMap<ClusterAssessment, Map<string, RoomNow | null>>();
  ROOMS.set(estate, ofEstate);
  const ofCluster = ofEstate.get(cluster) ?? new Map<string, RoomNow | null>();
  ofEstate.set(cluster, ofCluster);
  const known = ofCluster.get(zone);
  if (known !== undefined) return known;
  const room = computedRoom(estate, cluster, zone);
  ofCluster.set(zone, room);
  return room;
};

const computedRoom = (estate: PlanEstate, cluster: ClusterAssessment, zone: string): RoomNow | null => {
  const { autoMode, cni, mode, newNodes } = cluster;
  if (autoMode || cni === 'cilium-eni') return null;
  if (mode === 'ipv6' || mode === 'unknown' || newNodes === undefined) return null;
  const type = usualType(estate, cluster, estate.nodesOf(cluster));
  if (type === null) return null;
  const demands = new NodeDemands(estate.input.limits, settingsOf(cluster));
  const places = newNodes.places.filter(({ availabilityZone }) => availabilityZone === zone);
  const { settingsKnown } = newNodes;
  return { type, demands, places, settingsKnown, before: roomIn(estate, demands, type, places, {}) };
};

const placesWith = (
  places: readonly NodePlace[],
  zone: string,
  opens: ZoneChange['opens'],
): readonly NodePlace[] => {
  if (opens === undefined) return places;
  const { subnet, use } = opens;
  const { subnetId } = subnet;
  if (use === 'nodes') {
    // Under custom networking their pods go where those of the other nodes do.
    const apart = places.find(({ primaryServesPods }) => !primaryServesPods);
    const own = { podSubnetIds: [subnetId], primaryServesPods: true };
    return [...places, { ...(apart ?? own), subnetId, availabilityZone: zone }];
  }
  return places.map((place) =>
    use === 'pods'
      ? { ...place, podSubnetIds: [subnetId], primaryServesPods: false }
      : place.podSubnetIds === null || place.podSubnetIds.includes(subnetId)
        ? place
        : { ...place, podSubnetIds: [...place.podSubnetIds, subnetId] },
  );
};

const roomIn = (
  estate: PlanEstate,
  demands: NodeDemands,
  type: string,
  places: readonly NodePlace[],
  change: ZoneChange,
): Bounds | null => {
  const named = new Set<string>();
  for (const { podSubnetIds, subnetId } of places) {
    if (podSubnetIds === null) return null;
    for (const id of [subnetId, ...podSubnetIds]) named.add(id);
  }
  if (named.size === 0) return null;
  const starts = places.map((place) => {
    const pods = demands.podsAtMost(type, place.primaryServesPods);
    return startOf(demands, { ...newNode(place, type), pods });
  });
  const { map = null, subnet = null } = change.opens ?? {};
  // Neither list is gone through, nor copied: many remedies ask, and a target may have 20,000 subnets.
  const subnets = [...named].flatMap((id) =>
    id === subnet?.subnetId ? subnet : (estate.subnets.get(id) ?? []),
  );
  const maps = { get: (id: string) => (id === map?.subnetId ? map : estate.maps.get(id)) };
  const roomWith = (placement: Placement): Room | null => {
    const timeline = new Timeline(placement, subnets, maps);
    return applied(timeline, change) ? roomForNodes(timeline, starts) : null;
  };
  return boundsOf(roomWith('worst'), roomWith('best'), ({ fits }) => fits);
};

const applied = (timeline: Timeline, { reserves, returns }: ZoneChange): boolean => {
  if (returns !== undefined) timeline.stop([{ ...returns, reservedPrefixes: null, blocks: null }]);
  return reserves === undefined || timeline.reserve(reserves.subnetId, reserves.cidr);
};
