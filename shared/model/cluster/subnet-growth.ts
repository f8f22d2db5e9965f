import { largestOf, smallestOf } from '../base/extremes.ts';
import type {
  GroupGrowth,
  GrowthBounds,
  GrowthDemand,
  GrowthInSubnet,
  SubnetGrowth,
} from '../result/subnet-growth.ts';
import type { GroupSubnet, GrowingGroup } from './growing-group.ts';
import type { DemandStep } from './node-demand.ts';

/** What one node takes from one subnet: for certain, and at the most. */
interface Share {
  readonly certain: Amount;
  readonly possible: Amount;
}

interface Amount {
  readonly addresses: number;
  readonly prefixes: number;
}

const NOTHING: Amount = { addresses: 0, prefixes: 0 };

const plus = (a: Amount, b: Amount): Amount => ({
  addresses: a.addresses + b.addresses,
  prefixes: a.prefixes + b.prefixes,
});

const times = (amount: Amount, count: number): Amount => ({
  addresses: amount.addresses * count,
  prefixes: amount.prefixes * count,
});

const amountOf = (steps: readonly DemandStep[], subnet: DemandStep['subnet']): Amount =>
  steps
    .filter((step) => step.subnet === subnet)
    .reduce((sum, { prefixes, singles }) => plus(sum, { addresses: singles, prefixes }), NOTHING);

type StartingNode = Pick<GroupSubnet, 'subnetId' | 'podSubnetIds' | 'extras'>;

/** What a node that starts in one place takes from a subnet; `null` where it is not known which subnets its pods use. */
const shareOf = (
  { subnetId: own, podSubnetIds, extras = [] }: StartingNode,
  steps: readonly DemandStep[],
  subnetId: string,
): Share | null => {
  if (podSubnetIds === null) return null;
  const extra = extras
    .filter((each) => each.subnetId === subnetId)
    .reduce((sum, { prefixes, singles }) => plus(sum, { addresses: singles, prefixes }), NOTHING);
  const ofNode = plus(own === subnetId ? amountOf(steps, 'node') : NOTHING, extra);
  const ofPods = podSubnetIds.includes(subnetId) ? amountOf(steps, 'pods') : NOTHING;
  return {
    certain: podSubnetIds.length === 1 ? plus(ofNode, ofPods) : ofNode,
    possible: plus(ofNode, ofPods),
  };
};

const boundsOf = (least: readonly number[], most: readonly number[]): GrowthBounds => ({
  least: smallestOf(least),
  most: largestOf(most),
});

const demandBetween = (shares: readonly Share[]): GrowthDemand => ({
  addresses: boundsOf(
    shares.map(({ certain }) => certain.addresses),
    shares.map(({ possible }) => possible.addresses),
  ),
  prefixes: boundsOf(
    shares.map(({ certain }) => certain.prefixes),
    shares.map(({ possible }) => possible.prefixes),
  ),
});

/** What so many nodes take if each starts in any of the group's places; `null` where one place is not known. */
const ofNewNodes = (
  { subnets }: GrowingGroup,
  steps: readonly DemandStep[] | null,
  nodes: number,
  subnetId: string,
): GrowthDemand | null => {
  if (steps === null) return null;
  const shares = subnets.map((place) => shareOf(place, steps, subnetId));
  const known = shares.filter((share) => share !== null);
  if (known.length === 0 || known.length < shares.length) return null;
  return demandBetween(
    known.map(({ certain, possible }) => ({
      certain: times(certain, nodes),
      possible: times(possible, nodes),
    })),
  );
};

const sumOfBounds = (a: GrowthBounds, b: GrowthBounds): GrowthBounds => ({
  least: a.least + b.least,
  most: a.most + b.most,
});

/** `null` where one of them is not known. */
const sumOf = (demands: readonly (GrowthDemand | null)[]): GrowthDemand | null => {
  const none: GrowthDemand = { addresses: { least: 0, most: 0 }, prefixes: { least: 0, most: 0 } };
  return demands.reduce<GrowthDemand | null>(
    (sum, demand) =>
      sum === null || demand === null
        ? null
        : {
            addresses: sumOfBounds(sum.addresses, demand.addresses),
            prefixes: sumOfBounds(sum.prefixes, demand.prefixes),
          },
    none,
  );
};

/** Until every node is full of pods: those that run where they are, and those to come in any place. */
const whenFull = (group: GrowingGroup, nodes: number, subnetId: string): GrowthDemand | null => {
  const { full } = group;
  if (full === null) return null;
  const running = full.running.map((node) => {
    const share = shareOf({ ...node, extras: [] }, node.steps, subnetId);
    return share === null ? null : demandBetween([share]);
  });
  return sumOf([ofNewNodes(group, full.steps, nodes, subnetId), ...running]);
};

const growthOf = (group: GrowingGroup, subnetId: string): GroupGrowth => {
  const moreNodes = Math.max(0, group.maximumNodes - group.currentNodes);
  const atStart = ofNewNodes(group, group.steps, moreNodes, subnetId);
  const isOutside = group.outsideCluster === true;
  return {
    clusterName: isOutside ? null : group.clusterName,
    group: group.group,
    kind: group.kind,
    moreNodes,
    atStart,
    whenFull: isOutside ? atStart : whenFull(group, moreNodes, subnetId),
  };
};

/** A group that has reached its maximum counts as long as its nodes could hold more pods. */
const takesNothing = ({ atStart, whenFull: full }: GrowthInSubnet): boolean =>
  [atStart, full].every((demand) => demand?.addresses.most === 0 && demand.prefixes.most === 0);

/** Where nodes of a group start, and where their pods and further interfaces get addresses. */
const subnetsOf = ({ full, subnets }: GrowingGroup): readonly string[] => [
  ...subnets.flatMap(({ extras = [], podSubnetIds, subnetId }) => [
    subnetId,
    ...(podSubnetIds ?? []),
    ...extras.map((extra) => extra.subnetId),
  ]),
  ...(full?.running ?? []).flatMap(({ podSubnetIds, subnetId }) => [subnetId, ...(podSubnetIds ?? [])]),
];

/**
 * What may still be taken from each subnet if all groups go to their maximum: the committed demand, seen from the subnet. How
 * much of it fits is another question (`committedDemand`).
 */
export const growthBySubnet = (groups: readonly GrowingGroup[]): ReadonlyMap<string, SubnetGrowth> => {
  const bySubnet = new Map<string, GroupGrowth[]>();
  for (const group of groups) {
    for (const subnetId of new Set(subnetsOf(group))) {
      const growth = growthOf(group, subnetId);
      if (takesNothing(growth)) continue;
      bySubnet.set(subnetId, [...(bySubnet.get(subnetId) ?? []), growth]);
    }
  }
  return new Map(
    [...bySubnet].map(([subnetId, growths]) => [
      subnetId,
      {
        groups: growths,
        atStart: sumOf(growths.map(({ atStart }) => atStart)),
        whenFull: sumOf(growths.map((growth) => growth.whenFull)),
      },
    ]),
  );
};
