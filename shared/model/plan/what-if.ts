import { elementAt } from '../base/element-at.ts';
import type { AddressMap } from '../result/assessment.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import { describeChanges, type PlannedChanges, settingsAfter } from './changes.ts';
import { settingsOf } from './cluster-settings.ts';
import { groundOf } from './ground.ts';
import { kubeletsAfter } from './kubelets.ts';
import { NodeDemands } from './node-demands.ts';
import { mapChangesOf } from './node-map-changes.ts';
import { type NodePlan, nodePlan } from './node-plan.ts';
import type { Order } from './order.ts';
import { nodeActions, type PlanAction } from './plan-action.ts';
import type { PlanEstate } from './plan-estate.ts';
import { mapsAfter } from './possible-map.ts';
import type { Rule } from './rules.ts';
import { type PlanState, planState } from './state-figures.ts';
import { Timeline } from './timeline.ts';
import { type Timelines, type Tried, triedOrders } from './tried-orders.ts';
import {
  coldPools,
  neighbourUnknowns,
  rulesOf,
  settingsNotices,
  unknownsOf,
  unstarted,
} from './what-if-notes.ts';
import { refuseImpossible, refuseUnknownModes } from './what-if-refusals.ts';

/** What `headroom plan what-if --output json` prints, commands apart. */
export interface WhatIf {
  readonly clusterName: string;
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string | null;
  readonly changes: readonly string[];
  /** Whether all nodes and pods of the change fit, in the order below; `null`: it is not known of some, and none is known to fail. */
  readonly fits: boolean | null;
  readonly before: PlanState;
  readonly after: PlanState;
  /** The first order that never runs dry, or the one that leaves fewest nodes short; and those that were tried. */
  readonly order: Order;
  readonly triedOrders: readonly Order[];
  /** What ends growth first after the change. */
  readonly breaksFirst: {
    readonly availabilityZone: string | null;
    readonly nodes: number;
    readonly error: string;
  } | null;
  /** Pods of the change that find no node, because every node runs as many as it may. */
  readonly podsWithoutNode: number;
  /** Nodes more that would run them, beside those of the change; `null`: no number does, or their type is not known. */
  readonly nodesForPods: number | null;
  readonly actions: readonly PlanAction[];
  readonly notices: readonly string[];
  readonly unknowns: readonly string[];
  readonly rules: readonly Rule[];
}

/** The answer, and maps for drawing: one possible place for everything that is new. */
export interface WhatIfPlan {
  readonly answer: WhatIf;
  readonly mapsAfter: () => ReadonlyMap<string, AddressMap>;
}

/** @throws HeadroomError `plan-impossible` for a cluster or a change of which nothing can be computed */
export const whatIf = (estate: PlanEstate, cluster: ClusterAssessment, changes: PlannedChanges): WhatIf =>
  planWhatIf(estate, cluster, changes).answer;

/**
 * The same with maps.
 *
 * @throws HeadroomError `plan-impossible` for a cluster or a change of which nothing can be computed
 */
export const planWhatIf = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  changes: PlannedChanges,
): WhatIfPlan => {
  refuseUnknownModes(cluster);
  refuseImpossible(estate, cluster, changes);
  const settings = settingsOf(cluster);
  const ground = groundOf(estate, cluster, changes);
  const after = kubeletsAfter(estate.input.limits, settings, settingsAfter(settings, changes));
  const demandsBefore = new NodeDemands(estate.input.limits, settings);
  const demandsAfter = new NodeDemands(estate.input.limits, after);
  const plan = nodePlan(estate, cluster, {
    changes,
    settings,
    after,
    demandsAfter,
    podSubnetOfZone: ground.podSubnetOfZone,
    discoveredOfZone: ground.discoveredOfZone,
  });
  const own = new Set([...cluster.nodeSubnetIds, ...ground.reservations.map(({ subnetId }) => subnetId)]);
  const subnets = ground.subnets.filter(
    ({ subnetId, cidrBlock }) => cidrBlock !== null && (own.has(subnetId) || subnetId.startsWith('new ')),
  );
  const timelines = (): Timelines => ({
    worst: new Timeline('worst', subnets, ground.maps),
    best: new Timeline('best', subnets, ground.maps),
  });
  const knowsNodes = estate.knowsNodesOf(cluster);
  const before = planState(
    { ...timelines(), demands: demandsBefore, nodes: plan.before, empties: plan.emptiesBefore, knowsNodes },
    subnets,
    null,
  );
  const tried = triedOrders(plan, demandsAfter, ground.reservations, subnets, timelines);
  const chosen = elementAt(
    tried.toSorted((a, b) => shortOf(a) - shortOf(b)),
    0,
  );
  const afterState = planState(
    {
      worst: chosen.worst,
      best: chosen.best,
      demands: demandsAfter,
      nodes: chosen.nodes,
      empties: plan.emptiesAfter,
      knowsNodes,
    },
    subnets,
    before,
  );
  const answer: WhatIf = {
    clusterName: cluster.clusterName,
    accountId: cluster.accountId,
    region: cluster.region,
    vpcId: cluster.vpcId,
    changes: describeChanges(settings, changes),
    fits: fitsIn(chosen, plan, knowsNodes && estate.unknownNodes(cluster) === 0),
    before,
    after: afterState,
    order: chosen.order,
    triedOrders: tried.map(({ order }) => order),
    breaksFirst: firstToBreak(afterState),
    podsWithoutNode: plan.podsWithoutNode,
    nodesForPods: plan.podsOnNewNode === 0 ? null : Math.ceil(plan.podsWithoutNode / plan.podsOnNewNode),
    actions: [...ground.actions, ...nodeActions(plan, changes, settings, after, chosen.order)],
    notices: [...plan.notices, ...coldPools(chosen), ...settingsNotices(demandsAfter, plan, after, changes)],
    unknowns: [
      ...unstarted(chosen),
      ...unknownsOf(estate, cluster, plan),
      ...neighbourUnknowns(estate, cluster, changes),
    ],
    rules: rulesOf(plan, changes),
  };
  return {
    answer,
    mapsAfter: () =>
      mapsAfter(ground.maps, mapChangesOf(estate, plan.before, chosen.nodes, ground.reservations)),
  };
};

const shortOf = ({ order }: Tried): number => order.failure?.nodes ?? 0;

const fitsIn = (
  { order, unknownNodes }: Tried,
  { podsWithoutNode }: NodePlan,
  knowsNodes: boolean,
): boolean | null => {
  // A node that is not known may run pods as well.
  if (order.failure !== null || (podsWithoutNode > 0 && knowsNodes)) return false;
  return unknownNodes > 0 || !knowsNodes ? null : true;
};

const firstToBreak = ({ zones }: PlanState): WhatIf['breaksFirst'] => {
  const [first = null] = zones
    .flatMap(({ availabilityZone, moreNodes }) =>
      moreNodes === null || moreNodes.error === null
        ? []
        : [{ availabilityZone, nodes: moreNodes.nodes[0], error: moreNodes.error }],
    )
    .toSorted((a, b) => a.nodes - b.nodes);
  return first;
};
