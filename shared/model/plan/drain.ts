import { elementAt } from '../base/element-at.ts';
import { HeadroomError } from '../base/errors.ts';
import { valueAt } from '../base/value-at.ts';
import type { AddressMap } from '../result/assessment.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import { changedMap } from './changed-map.ts';
import { settingsOf, settingsUnknowns } from './cluster-settings.ts';
import { type DrainProblem, drainGain } from './drain-choice.ts';
import type { DrainAnswer, DrainQuestion, DrainStep } from './drain-plan.ts';
import { bestPlayed, playable, winsOf } from './drain-play.ts';
import { drainProblem, podsOf, roomOn, worstCost } from './drain-problem.ts';
import { NodeDemands } from './node-demands.ts';
import { type NodeBlocks, nodeBlocks } from './occupied-blocks.ts';
import type { PlanEstate, PlannedNode } from './plan-estate.ts';
import { possibleMap } from './possible-map.ts';
import { planReservations } from './reserve.ts';
import { RULES } from './rules.ts';
import { refuseOtherNetworks } from './what-if-refusals.ts';

/**
 * Which nodes to drain, and in which order. Their pods must fit on the nodes that stay, and at each step the subnets must
 * give what these then take.
 *
 * @throws HeadroomError `plan-impossible` where single addresses are not known
 */
export const planDrain = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  question: DrainQuestion,
): DrainAnswer => {
  if (estate.input.interfaces === null)
    throw new HeadroomError(
      'plan-impossible',
      'A stored scan does not hold single addresses, and a drain is planned from them.',
      'Plan from AWS, or from a file of `headroom collect` with --from.',
    );
  refuseOtherNetworks(cluster);
  if (cluster.nodes.length === 0 && estate.knowsNodesOf(cluster))
    throw new HeadroomError(
      'plan-impossible',
      `${cluster.clusterName} has no nodes: there is none to drain.`,
      'Look at `headroom clusters` for what is known of it.',
    );
  const subnetIds = [
    ...new Set(question.subnetIds.length === 0 ? cluster.nodeSubnetIds : question.subnetIds),
  ];
  const nodes = estate.nodesOf(cluster);
  const held = new Map(nodes.map(({ instanceId }) => [instanceId, nodeBlocks(estate, instanceId)]));
  const demands = new NodeDemands(estate.input.limits, settingsOf(cluster));
  const problem = drainProblem(estate, { nodes, held, demands, subnetIds, question });
  const { done: feasible, taken } = bestPlayed(problem, question, (ordered) =>
    playable(estate, demands, nodes, ordered),
  );
  const steps = stepsOf(problem, nodes, feasible);
  const set = new Set(feasible);
  const released = feasible.flatMap((index) => valueAt(held, elementAt(nodes, index).instanceId));
  const gone = new Set(feasible.map((index) => elementAt(nodes, index).instanceId));
  const mapsAfter = mapsWithout(estate, subnetIds, released);
  const reservations =
    question.supply === 'prefixes' && feasible.length > 0
      ? [...mapsAfter.values()].flatMap((map) => planReservations(estate, map, gone).slice(0, 1))
      : [];
  const staying = nodes.filter((_, index) => !set.has(index));
  return {
    plan: {
      clusterName: cluster.clusterName,
      accountId: cluster.accountId,
      region: cluster.region,
      question: { ...question, subnetIds },
      steps,
      wins: drainGain(problem, set),
      winsAtLeast: Math.max(
        winsOf(problem, feasible) - worstCost(demands, nodes, set, { ...question, subnetIds }),
        // Nothing takes more than there is.
        -freeIn(estate, subnetIds, question.supply),
      ),
      takenByMovedPods: problem.cost(set),
      podsThatStillFit: Math.max(
        0,
        roomOn(demands, staying) - podsOf(feasible.map((each) => elementAt(nodes, each))),
      ),
      reservations,
      unknowns: [
        ...settingsUnknowns(cluster),
        ...estate.nodeUnknowns(cluster),
        ...unknownSupplies(estate, subnetIds, question.supply),
      ],
      rules: [RULES.podsAtMost, RULES.maxPods, RULES.pool, RULES.placement, RULES.reserve],
    },
    mapsBeforeReserving: mapsAfter,
    mapsAfter: new Map(
      [...mapsAfter].map(([subnetId, map]) => [
        subnetId,
        possibleMap(
          changedMap(
            map,
            { singles: new Map(), prefixes: [] },
            reservations.filter((each) => each.subnetId === subnetId).map(({ cidr }) => cidr),
          ),
          taken.get(subnetId) ?? { addresses: 0, prefixes: 0 },
        ),
      ]),
    ),
  };
};

const stepsOf = (
  problem: DrainProblem,
  nodes: readonly PlannedNode[],
  ordered: readonly number[],
): readonly DrainStep[] =>
  ordered.map((index, position) => {
    const { instanceId, pods, type, zone } = elementAt(nodes, index);
    const winsSoFar = winsOf(problem, ordered.slice(0, position + 1));
    return {
      instanceId,
      type,
      availabilityZone: zone,
      pods,
      wins: winsSoFar - winsOf(problem, ordered.slice(0, position)),
      winsSoFar,
    };
  });

const mapsWithout = (
  estate: PlanEstate,
  subnetIds: readonly string[],
  released: readonly NodeBlocks[],
): ReadonlyMap<string, AddressMap> =>
  new Map(
    subnetIds.flatMap((subnetId) => {
      const map = estate.maps.get(subnetId);
      if (map === undefined) return [];
      const here = released.filter((each) => each.subnetId === subnetId);
      const singles = new Map<number, number>();
      for (const [block, count] of here.flatMap((each) => [...each.singles]))
        singles.set(block, (singles.get(block) ?? 0) + count);
      return [[subnetId, changedMap(map, { singles, prefixes: here.flatMap(({ prefixes }) => prefixes) })]];
    }),
  );

/** Subnets of which it is not known what the supply has now, and so what a drain would add. */
const unknownSupplies = (
  estate: PlanEstate,
  subnetIds: readonly string[],
  supply: DrainQuestion['supply'],
): readonly string[] =>
  subnetIds
    .filter((subnetId) => freeIn(estate, [subnetId], supply) === Number.POSITIVE_INFINITY)
    .map((subnetId) => `The free ${supply} of ${subnetId} are not known.`);

/** What is free of the supply in these subnets; infinite where that is not known. */
const freeIn = (estate: PlanEstate, subnetIds: readonly string[], supply: DrainQuestion['supply']): number =>
  subnetIds.reduce((sum, subnetId) => {
    const subnet = estate.subnets.get(subnetId);
    const free = supply === 'prefixes' ? subnet?.prefixes?.free : subnet?.available;
    return sum + (free ?? Number.POSITIVE_INFINITY);
  }, 0);
