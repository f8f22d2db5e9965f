import { elementAt } from '../base/element-at.ts';
import { largestOf } from '../base/extremes.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { CommittedDemand, DemandWhenFull, UpdateSurge } from '../result/cluster.ts';
import type { Ledgers, Shortage } from './capacity.ts';
import {
  certainOutcomes,
  fillTogether,
  growTogether,
  knownGroup,
  nodesByZone,
  type Outcome,
  TIE_BREAKS,
  wantedNodes,
} from './group-growth.ts';
import type { GrowingGroup } from './growing-group.ts';
import { leastTogether } from './least-together.ts';
import type { DemandStep } from './node-demand.ts';
import type { ExtraTake } from './node-extras.ts';
import type { Placement } from './supply-ledger.ts';

const total = (steps: readonly DemandStep[]): DemandWhenFull['perNode'] => ({
  addresses: steps.reduce((sum, { singles }) => sum + singles, 0),
  prefixes: steps.reduce((sum, { prefixes }) => sum + prefixes, 0),
});

/** With what a node takes besides, where that is most of all its places. */
const withExtras = (
  { subnets }: GrowingGroup,
  { addresses, prefixes }: DemandWhenFull['perNode'],
): DemandWhenFull['perNode'] => {
  const most = (amount: (extra: ExtraTake) => number): number =>
    largestOf([
      0,
      ...subnets.map(({ extras = [] }) => extras.reduce((sum, extra) => sum + amount(extra), 0)),
    ]);
  return {
    addresses: addresses + most(({ singles }) => singles),
    prefixes: prefixes + most((extra) => extra.prefixes),
  };
};

/** Makes fresh ledgers of these subnets, or of every one: each bound uses a set up. */
type FreshLedgers = (placement: Placement, subnetIds?: readonly string[]) => Ledgers;

/**
 * If every group scales to its maximum, would the subnets hold, at the start of its nodes and when they are full of pods?
 * A group whose type, mode or subnets are not known is not part of the sum and answers `null`.
 *
 * @param atMost ledgers of every subnet, those of other accounts with the most that they can hold
 */
export const committedDemand = (
  groups: readonly GrowingGroup[],
  ledgers: FreshLedgers,
  atMost: FreshLedgers = ledgers,
): readonly CommittedDemand[] => {
  const worst = certainOutcomes(fewestOf(groups, ledgers));
  const best = growTogether(groups, ledgers('best'), 'at-start');
  const fullWorst = certainOutcomes(fillTogether(groups, ledgers('worst')));
  const fullBest = fillTogether(groups, ledgers('best'));
  return groups.map((group) => {
    const none = worst.has(group) ? undefined : noneForCertain(group, atMost);
    const outcome = worst.get(group) ?? none;
    return {
      clusterName: group.clusterName,
      group: group.group,
      kind: group.kind,
      currentNodes: group.currentNodes,
      maximumNodes: group.maximumNodes,
      fits: outcome?.fits ?? null,
      fitsAtBest: outcome === undefined ? null : mostOf(outcome, best.get(group) ?? none),
      instanceType: group.instanceType,
      perNode: group.steps === null ? null : withExtras(group, total(group.steps)),
      shortfall: outcome === undefined ? null : wantedNodes(group) - outcome.fits,
      error: outcome?.shortage?.error ?? null,
      limitedBy: outcome?.shortage?.limitedBy ?? null,
      outsideCluster: group.outsideCluster ?? false,
      ...(group.weighted === true && { weighted: true }),
      ...(group.warmNodes !== undefined && { warmNodes: group.warmNodes }),
      subnetIds: group.subnets.map(({ subnetId }) => subnetId),
      whenFull: whenFull(group, fullWorst.get(group), fullBest.get(group)),
      update: updateOf(group, ledgers, atMost),
    };
  });
};

/** Another order of starts than the one that was played may hold more. */
const mostOf = (least: Outcome, most: Outcome = least): number => Math.max(least.fits, most.fits);

/**
 * For each group the least that fits. One group is played through, in whichever of the zones its nodes go first. With several, the
 * order decides what each of them finds, and a bound over all orders counts as well.
 */
const fewestOf = (
  groups: readonly GrowingGroup[],
  ledgers: FreshLedgers,
): ReadonlyMap<GrowingGroup, Outcome> => {
  const outcomes = TIE_BREAKS.map((tieBreak) => growTogether(groups, ledgers('worst'), 'at-start', tieBreak));
  const bound = boundTogether(groups, ledgers('worst'));
  return new Map(
    groups.flatMap((group) => {
      const [least] = [...outcomes, bound]
        .flatMap((outcome) => outcome.get(group) ?? [])
        .toSorted((a, b) => a.fits - b.fits);
      return least === undefined ? [] : [[group, least]];
    }),
  );
};

/** Empty where fewer than two groups grow. */
const boundTogether = (
  groups: readonly GrowingGroup[],
  ledgers: Ledgers,
): ReadonlyMap<GrowingGroup, Outcome> => {
  const known = groups
    .map((group) => knownGroup(group, ledgers, 'at-start'))
    .filter((each) => each !== null && wantedNodes(each.group) > 0)
    .filter((each) => each !== null);
  if (known.length < 2) return new Map();
  const least = leastTogether(
    known.map(({ group, places, steps }) => ({
      steps,
      locations: places.map(({ location }) => location),
      wanted: wantedNodes(group),
      running: nodesByZone(group),
    })),
    ledgers,
  );
  return new Map(
    known.map(({ group }, index) => {
      const { nodes, shortage } = elementAt(least, index);
      return [group, { fits: nodes, shortage }];
    }),
  );
};

/** All subnets that its nodes may take from. */
const subnetsOf = ({ subnets }: GrowingGroup): readonly string[] => [
  ...new Set(
    subnets.flatMap(({ extras = [], podSubnetIds, subnetId }) => [
      subnetId,
      ...(podSubnetIds ?? []),
      ...extras.map((extra) => extra.subnetId),
    ]),
  ),
];

/** A group with a subnet of another account: AWS's count there can be too small for a single node. */
const noneForCertain = (group: GrowingGroup, atMost: FreshLedgers): Outcome | undefined => {
  const outcome = certainOutcomes(growTogether([group], atMost('best', subnetsOf(group)), 'at-start')).get(
    group,
  );
  return outcome?.fits === 0 && wantedNodes(group) > 0 ? outcome : undefined;
};

/** An update of one group while no other grows: EKS raises its maximum for as long as that takes. */
const updateOf = (group: GrowingGroup, ledgers: FreshLedgers, atMost: FreshLedgers): UpdateSurge | null => {
  const { currentNodes, updateSurge = 0 } = group;
  if (updateSurge === 0 || currentNodes === 0) return null;
  const updated = { ...group, maximumNodes: currentNodes + updateSurge };
  const outcome =
    growTogether([updated], ledgers('worst', subnetsOf(group)), 'at-start').get(updated) ??
    noneForCertain(updated, atMost);
  if (outcome === undefined) return null;
  const full = outcome.fits === 0 ? [] : fullZones(group, ledgers);
  const shortages = [outcome.shortage, ...full.map(({ shortage }) => shortage)];
  return {
    nodes: updateSurge,
    fits: outcome.fits,
    ...(full.length > 0 && { fullZones: full.map(({ zone }) => zone) }),
    error: shortages.find((shortage) => shortage !== null)?.error ?? null,
  };
};

/**
 * Zones with nodes of the group in which not one more finds its addresses. EKS goes on only when each of them has a new node.
 * Source: EKS user guide, managed node update behavior.
 */
const fullZones = (
  group: GrowingGroup,
  ledgers: FreshLedgers,
): readonly { readonly zone: string; readonly shortage: Shortage | null }[] =>
  [...nodesByZone(group)].flatMap(([zone, nodes]) => {
    if (zone === null || nodes === 0) return [];
    const subnets = group.subnets.filter(({ availabilityZone }) => availabilityZone === zone);
    const one = { ...group, subnets, maximumNodes: group.currentNodes + 1 };
    const outcome = growTogether([one], ledgers('worst', subnetsOf(one)), 'at-start').get(one);
    return outcome?.fits === 0 ? [{ zone, shortage: outcome.shortage }] : [];
  });

const whenFull = (
  group: GrowingGroup,
  worst: Outcome | undefined,
  best: Outcome | undefined,
): DemandWhenFull | null => {
  if (group.full === null || worst === undefined || best === undefined) return null;
  const perNode = withExtras(group, total(group.full.steps));
  const nodes = Math.max(group.maximumNodes, group.currentNodes);
  return {
    podsPerNode: group.full.podsPerNode,
    perNode,
    addresses: nodes * (perNode.addresses + perNode.prefixes * ADDRESSES_PER_PREFIX),
    fits: worst.fits,
    fitsAtBest: best.fits,
    shortfall: Math.max(0, nodes - worst.fits),
    error: worst.shortage?.error ?? null,
  };
};
