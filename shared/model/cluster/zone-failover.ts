import { elementAt } from '../base/element-at.ts';
import type { ShortGroup, ZoneFailover } from '../result/cluster.ts';
import type { Ledgers } from './capacity.ts';
import { certainOutcomes, growTogether, type Outcome } from './group-growth.ts';
import type { GrowingGroup, StandingNode } from './growing-group.ts';
import { type DemandStep, EXHAUSTION_ERRORS } from './node-demand.ts';
import type { Placement } from './supply-ledger.ts';

/** A cluster, as far as the loss of a zone concerns it. */
interface ClusterInZones {
  readonly name: string;
  groups(): readonly GrowingGroup[];
  /** Nodes of no group whose maximum is known. */
  loosePools(): readonly GrowingGroup[];
}

/** Makes fresh ledgers of every subnet. */
type FreshLedgers = (placement: Placement) => Ledgers;

/**
 * For every zone that nodes run in, and for every two of three and more: would the other zones hold the nodes that are lost,
 * and the groups at their maximum? All clusters lose the zone at once, so their nodes ask for the same addresses. A node
 * that comes back takes what a new one takes, or what its group's lost nodes hold on average where that is more.
 */
export const zoneFailover = (
  clusters: readonly ClusterInZones[],
  ledgers: FreshLedgers,
): ReadonlyMap<string, readonly ZoneFailover[]> => {
  const groups = clusters.flatMap((cluster) => [...cluster.groups(), ...cluster.loosePools()]);
  const found = new Map<string, ZoneFailover[]>(clusters.map(({ name }) => [name, []]));
  for (const lost of lossesOf(groups)) {
    const now = outcomes(groups, lost, ledgers);
    const grown = certainOutcomes(growTogether(shifted(groups, lost, true), ledgers('worst'), 'at-start'));
    for (const cluster of clusters) {
      const own = cluster.groups();
      const pools = cluster.loosePools();
      const all = [...own, ...pools];
      const lostNodes = sum(all.map((group) => lostOf(group, lost).length));
      // A cluster that stands in one zone alone has nowhere to go, and one without a node there loses none.
      if (lostNodes === 0 || zonesOf(all).size < 2) continue;
      const { reason, ...figures } = nowOf(all, lost, now);
      const maximum = maximumOf(own, pools, lost, grown);
      found.get(cluster.name)?.push({
        lostZones: [...lost].sort(),
        lostNodes,
        ...figures,
        ...maximum,
        reason: reason ?? maximum.reason,
      });
    }
  }
  return found;
};

/** Each zone by itself, and each two where a third remains. */
const lossesOf = (groups: readonly GrowingGroup[]): readonly ReadonlySet<string>[] => {
  const zones = [
    ...new Set(
      groups.flatMap(({ standing = [] }) => standing.map(({ availabilityZone }) => availabilityZone)),
    ),
  ]
    .filter((zone) => zone !== null)
    .sort();
  const pairs = zones.flatMap((first, index) =>
    zones.slice(index + 1).map((second) => new Set([first, second])),
  );
  return [...zones.map((zone) => new Set([zone])), ...(zones.length > 2 ? pairs : [])];
};

/** Every zone that the groups' nodes run in or may start in. */
const zonesOf = (groups: readonly GrowingGroup[]): ReadonlySet<string | null> =>
  new Set(groups.flatMap(({ subnets }) => subnets.map(({ availabilityZone }) => availabilityZone)));

const isLost = (lost: ReadonlySet<string>, zone: string | null): boolean => zone !== null && lost.has(zone);

const lostOf = ({ standing = [] }: GrowingGroup, lost: ReadonlySet<string>): readonly StandingNode[] =>
  standing.filter(({ availabilityZone }) => isLost(lost, availabilityZone));

interface Shifted extends GrowingGroup {
  readonly from: GrowingGroup;
}

/** The groups without the lost zones: what they lack now, or up to their maximum, they start elsewhere. */
const shifted = (
  groups: readonly GrowingGroup[],
  lost: ReadonlySet<string>,
  toMaximum: boolean,
): readonly Shifted[] => groups.map((group) => without(group, lost, toMaximum));

const without = (group: GrowingGroup, lost: ReadonlySet<string>, toMaximum: boolean): Shifted => {
  const gone = lostOf(group, lost);
  return {
    ...group,
    from: group,
    currentNodes: group.currentNodes - gone.length,
    maximumNodes: toMaximum ? Math.max(group.maximumNodes, group.currentNodes) : group.currentNodes,
    steps: group.steps === null ? null : atLeast(group.steps, gone),
    subnets: group.subnets.filter(({ availabilityZone }) => !isLost(lost, availabilityZone)),
  };
};

/** A new node's steps, and one more for what the lost ones hold beyond it, on average. */
const atLeast = (steps: readonly DemandStep[], gone: readonly StandingNode[]): readonly DemandStep[] => {
  const beyond = (held: 'singles' | 'prefixes'): number =>
    gone.length === 0
      ? 0
      : Math.max(
          0,
          Math.ceil(sum(gone.map((node) => node[held])) / gone.length) - sum(steps.map((step) => step[held])),
        );
  const singles = beyond('singles');
  const prefixes = beyond('prefixes');
  if (singles === 0 && prefixes === 0) return steps;
  return [...steps, { subnet: 'pods', singles, prefixes, addressError: EXHAUSTION_ERRORS.addresses }];
};

interface Bounds {
  readonly worst: ReadonlyMap<GrowingGroup, Outcome>;
  readonly best: ReadonlyMap<GrowingGroup, Outcome>;
}

/** By the group itself: what of its lost nodes fits elsewhere. */
const outcomes = (
  groups: readonly GrowingGroup[],
  lost: ReadonlySet<string>,
  ledgers: FreshLedgers,
): Bounds => {
  const moved = shifted(groups, lost, false);
  const byGroup = (placement: Placement): ReadonlyMap<GrowingGroup, Outcome> => {
    const grown = certainOutcomes(growTogether(moved, ledgers(placement), 'at-start'));
    return new Map(
      moved.flatMap((group) => {
        const outcome = outcomeOf(group, grown);
        return outcome === null ? [] : [[group.from, outcome]];
      }),
    );
  };
  return { worst: byGroup('worst'), best: byGroup('best') };
};

/** A group without a subnet elsewhere starts nothing there, which is known. */
const outcomeOf = (group: GrowingGroup, grown: ReadonlyMap<GrowingGroup, Outcome>): Outcome | null => {
  if (group.subnets.length === 0 || group.maximumNodes <= group.currentNodes)
    return { fits: 0, shortage: null };
  return grown.get(group) ?? null;
};

type Now = Pick<
  ZoneFailover,
  'fits' | 'fitsAtBest' | 'shortfall' | 'error' | 'limitedBy' | 'short' | 'reason'
>;

const nowOf = (groups: readonly GrowingGroup[], lost: ReadonlySet<string>, { best, worst }: Bounds): Now => {
  const losing = groups.filter((group) => lostOf(group, lost).length > 0);
  const least = losing.flatMap((group) => worst.get(group) ?? []);
  const most = losing.flatMap((group) => best.get(group) ?? []);
  if (least.length < losing.length || most.length < losing.length) {
    const unknown = losing.filter((group) => !worst.has(group) || !best.has(group));
    const reason = unknown.some(({ fallsBack, steps }) => fallsBack === true && steps !== null)
      ? FALL_BACK
      : UNKNOWN_NODES;
    return { fits: null, fitsAtBest: null, shortfall: null, error: null, limitedBy: null, reason };
  }
  const fits = sum(least.map((outcome) => outcome.fits));
  const shortage = least.map((outcome) => outcome.shortage).find((each) => each !== null) ?? null;
  const short = losing
    .map((group, index) => shortGroup(group, lost, elementAt(least, index)))
    .filter(({ nodes }) => nodes > 0);
  return {
    fits,
    fitsAtBest: sum(most.map((outcome) => outcome.fits)),
    shortfall: sum(losing.map((group) => lostOf(group, lost).length)) - fits,
    ...(short.length > 0 && { short }),
    error: shortage?.error ?? null,
    limitedBy: shortage?.limitedBy ?? null,
    reason: null,
  };
};

const shortGroup = (group: GrowingGroup, lost: ReadonlySet<string>, { fits }: Outcome): ShortGroup => ({
  group: group.group,
  nodes: lostOf(group, lost).length - fits,
  zones: [...zonesOf([group])].flatMap((zone) => (zone === null || lost.has(zone) ? [] : zone)).sort(),
});

const UNKNOWN_NODES = 'The type of some nodes, or what is free in their subnets, is not known.';

/** The CNI of EKS Auto Mode decides how many addresses a node takes where it finds no prefix. */
const FALL_BACK =
  'Nodes of EKS Auto Mode take single addresses where no prefix is free, so how many start is not known.';

const maximumOf = (
  groups: readonly GrowingGroup[],
  pools: readonly GrowingGroup[],
  lost: ReadonlySet<string>,
  grown: ReadonlyMap<GrowingGroup, Outcome>,
): Pick<ZoneFailover, 'atMaximum' | 'reason'> => {
  const known = [...groups, ...pools].every(({ steps }) => steps !== null);
  if (!known) return { atMaximum: null, reason: UNKNOWN_NODES };
  if (pools.length > 0) {
    return { atMaximum: null, reason: 'EC2 does not know how far node pools may grow.' };
  }
  const byOrigin = new Map([...grown].map(([group, outcome]) => [(group as Shifted).from, outcome]));
  let nodes = 0;
  let fits = 0;
  for (const group of groups) {
    const moved = without(group, lost, true);
    const wanted = Math.max(0, moved.maximumNodes - moved.currentNodes);
    const outcome = moved.subnets.length === 0 || wanted === 0 ? { fits: 0 } : byOrigin.get(group);
    if (outcome === undefined) return { atMaximum: null, reason: UNKNOWN_NODES };
    nodes += wanted;
    fits += outcome.fits;
  }
  return { atMaximum: { nodes, fits, shortfall: nodes - fits }, reason: null };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
