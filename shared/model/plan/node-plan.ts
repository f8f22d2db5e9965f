import { elementAt } from '../base/element-at.ts';
import { count, verb } from '../base/text/numbers.ts';
import type { ClusterAssessment, NewNodeSettings, NodePlace } from '../result/cluster.ts';
import { type PlannedChanges, replacesNodes } from './changes.ts';
import { extrasAt, type FleetNode, spreadNodes, spreadPods } from './fleet.ts';
import type { NodeDemands } from './node-demands.ts';
import type { PlanEstate, PlannedNode } from './plan-estate.ts';
import { isWindowsType, windowsType } from './windows-type.ts';

/** What a change does to the nodes of a cluster. */
export interface NodePlan {
  readonly before: readonly PlannedNode[];
  /** Nodes that end, each with the one that takes its place. */
  readonly replaced: readonly { readonly old: FleetNode; readonly next: FleetNode }[];
  /** Nodes that stay, with the pods that they then run. */
  readonly kept: readonly FleetNode[];
  /** Whether those that stay take or give back anything. */
  readonly settles: boolean;
  readonly added: readonly FleetNode[];
  /** Where nodes start after the change. */
  readonly places: readonly NodePlace[];
  readonly removed: readonly FleetNode[];
  /** A new node without pods, for each place where nodes start. */
  readonly emptiesBefore: readonly FleetNode[];
  readonly emptiesAfter: readonly FleetNode[];
  readonly podsWithoutNode: number;
  /** Pods that one more node may run. */
  readonly podsOnNewNode: number;
  readonly notices: readonly string[];
}

export interface NodePlanInput {
  readonly changes: PlannedChanges;
  readonly settings: NewNodeSettings;
  readonly after: NewNodeSettings;
  readonly demandsAfter: NodeDemands;
  /** Under new custom networking, the subnet of the pods, by zone. */
  readonly podSubnetOfZone: ReadonlyMap<string, string>;
  /** New subnets that the CNI finds, by zone. */
  readonly discoveredOfZone: ReadonlyMap<string, readonly string[]>;
}

export const nodePlan = (estate: PlanEstate, cluster: ClusterAssessment, input: NodePlanInput): NodePlan => {
  const { changes, settings, after, demandsAfter } = input;
  const before = estate.nodesOf(cluster);
  const places = estate.placesOf(cluster);
  const placesAfter = places.map((place) => placeAfter(place, input));
  const typeBefore = usualType(estate, cluster, before);
  const typeAfter = (now: string): string =>
    changes.type !== null && isWindowsType(now) ? windowsType(changes.type) : (changes.type ?? now);
  const type = typeBefore === null ? changes.type : typeAfter(typeBefore);
  const removed = changes.nodes < 0 ? toRemove(before, -changes.nodes) : [];
  const staying = before.filter((node) => !removed.includes(node));
  const replaces = replacesNodes(settings, after, changes.type);
  // The settings of the CNI are not those of nodes that run Windows.
  const isReplaced = ({ type: own }: FleetNode): boolean =>
    replaces && (changes.type !== null || !isWindowsType(own));
  const moved = staying.map(({ maxPods, ...node }) => ({
    ...node,
    ...(maxPods !== undefined && !isReplaced(node) && { maxPods }),
    type: typeAfter(node.type),
    ...extrasAt(
      placesAfter.find(({ subnetId }) => subnetId === node.subnetId),
      changes.type ?? node.type,
    ),
    ...podPlace(placesAfter, node, input),
  }));
  const limitOf = (node: FleetNode): number =>
    demandsAfter.podsAtMost(node.type, node.primaryServesPods, node.maxPods);
  const overflow = moved.reduce((sum, node) => sum + Math.max(0, node.pods - limitOf(node)), 0);
  const evicted = removed.reduce((sum, { pods }) => sum + pods, 0);
  const started = (number: number): readonly FleetNode[] =>
    type === null ? [] : spreadNodes(placesAfter, staying, number).map((place) => newNode(place, type));
  const [sample] = started(1);
  // No number of nodes helps where none runs a pod.
  const onOne = sample === undefined ? 0 : limitOf(sample);
  const forOverflow = onOne === 0 ? 0 : Math.ceil(overflow / onOne);
  const added = started(Math.max(0, changes.nodes) + forOverflow);
  const all = [...moved.map((node) => ({ ...node, pods: Math.min(node.pods, limitOf(node)) })), ...added];
  const extra = overflow + evicted + Math.max(0, changes.pods);
  const { each, left } = spreadPods(
    all.map((node) => Math.max(0, limitOf(node) - node.pods)),
    extra,
  );
  const fewer = Math.max(0, -changes.pods);
  const total = all.reduce((sum, { pods }) => sum + pods, 0);
  const planned = all.map((node, index) => ({
    ...node,
    pods: node.pods + elementAt(each, index) - (total === 0 ? 0 : Math.floor((fewer * node.pods) / total)),
  }));
  const stayingAfter = planned.slice(0, moved.length);
  return {
    before,
    replaced: stayingAfter.flatMap((next, index) =>
      isReplaced(next) ? [{ old: elementAt(staying, index), next: fresh(next) }] : [],
    ),
    kept: stayingAfter.filter((next) => !isReplaced(next)),
    settles: Object.keys(changes.settings).length > 0 || changes.pods !== 0 || evicted > 0,
    added: planned.slice(moved.length),
    removed,
    places: placesAfter,
    emptiesBefore: emptiesIn(places, typeBefore),
    emptiesAfter: emptiesIn(placesAfter, type),
    podsWithoutNode: left,
    podsOnNewNode: onOne,
    notices:
      forOverflow === 0
        ? []
        : [
            `${count(forOverflow, 'node')} more ${verb(forOverflow, 'is')} needed: ${count(overflow, 'pod')} ${verb(overflow, 'does')} not fit on nodes of this kind.`,
          ],
  };
};

const fresh = (node: FleetNode): FleetNode => ({ ...node, instanceId: null, interfaces: 0, holdings: [] });

const placeAfter = (place: NodePlace, input: NodePlanInput): NodePlace => {
  const { podSubnetOfZone, discoveredOfZone } = input;
  const zone = place.availabilityZone ?? '';
  const own = podSubnetOfZone.get(zone);
  if (own !== undefined) return { ...place, podSubnetIds: [own], primaryServesPods: false };
  const discovered = discoveredOfZone.get(zone) ?? [];
  return place.podSubnetIds === null || discovered.length === 0
    ? place
    : { ...place, podSubnetIds: [...place.podSubnetIds, ...discovered] };
};

const placeOf = ({
  podSubnetIds,
  primaryServesPods,
  subnetId,
}: PlannedNode): Omit<NodePlace, 'availabilityZone'> => ({ podSubnetIds, primaryServesPods, subnetId });

/** Where a node of the same subnet takes its pods' addresses after the change. */
const podPlace = (
  places: readonly NodePlace[],
  node: PlannedNode,
  input: NodePlanInput,
): Pick<FleetNode, 'podSubnetIds' | 'primaryServesPods'> => {
  if (isWindowsType(node.type)) return { podSubnetIds: [node.subnetId], primaryServesPods: true };
  const place =
    places.find(({ subnetId }) => subnetId === node.subnetId) ??
    placeAfter({ ...placeOf(node), availabilityZone: node.zone }, input);
  return {
    podSubnetIds: place.podSubnetIds ?? node.podSubnetIds,
    primaryServesPods: place.primaryServesPods,
  };
};

export const newNode = (place: NodePlace, type: string): FleetNode => ({
  instanceId: null,
  type,
  zone: place.availabilityZone,
  subnetId: place.subnetId,
  podSubnetIds: isWindowsType(type) ? [place.subnetId] : place.podSubnetIds,
  primaryServesPods: isWindowsType(type) || place.primaryServesPods,
  pods: 0,
  interfaces: 0,
  holdings: [],
  ...extrasAt(place, type),
});

/** A place whose pods' subnets are not known says nothing of nodes that start there. */
const emptiesIn = (places: readonly NodePlace[], type: string | null): readonly FleetNode[] =>
  type === null
    ? []
    : places.filter(({ podSubnetIds }) => podSubnetIds !== null).map((place) => newNode(place, type));

/** The type that most nodes have; else the first that the groups launch and whose limits are known. */
export const usualType = (
  { input }: PlanEstate,
  cluster: ClusterAssessment,
  nodes: readonly PlannedNode[],
): string | null => {
  const types = Map.groupBy(nodes.map(({ type }) => type).sort(), (type) => type);
  const counted = [...types].toSorted(([, those], [, these]) => these.length - those.length);
  const launched = cluster.committed.flatMap(({ instanceType }) => instanceType ?? []);
  const [usual = null] = [
    ...counted.map(([type]) => type),
    ...launched.filter((type) => input.limits(type) !== null),
  ];
  return usual;
};

/** The zone with most nodes gives the next one up, as Auto Scaling does; the node with fewest pods goes. */
const toRemove = (nodes: readonly PlannedNode[], number: number): readonly PlannedNode[] => {
  const left = nodes.toSorted((a, b) => a.pods - b.pods || (a.instanceId < b.instanceId ? -1 : 1));
  const removed: PlannedNode[] = [];
  while (removed.length < number && left.length > 0) {
    const byZone = Map.groupBy(left, ({ zone }) => zone);
    const [fullest = []] = [...byZone.values()].toSorted((a, b) => b.length - a.length);
    const node = elementAt(fullest, 0);
    removed.push(node);
    left.splice(left.indexOf(node), 1);
  }
  return removed;
};
