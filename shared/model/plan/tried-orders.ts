import { HeadroomError } from '../base/errors.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { FleetNode } from './fleet.ts';
import type { Ground } from './ground.ts';
import type { NodeDemands } from './node-demands.ts';
import type { NodePlan } from './node-plan.ts';
import { type Order, OrderRun, STRATEGIES } from './order.ts';
import type { Timeline } from './timeline.ts';

export interface Timelines {
  readonly worst: Timeline;
  readonly best: Timeline;
}

export interface Tried extends Timelines {
  readonly order: Order;
  readonly nodes: readonly FleetNode[];
  /** Nodes of which it is not known whether they find room. */
  readonly unknownNodes: number;
  /** Nodes whose pods find their addresses, and whose warm pool does not. */
  readonly coldNodes: number;
}

/** From the quickest order on, until one never runs dry. Where nodes stay, there is only one. */
export const triedOrders = (
  plan: NodePlan,
  demands: NodeDemands,
  reservations: Ground['reservations'],
  subnets: readonly SubnetAssessment[],
  timelines: () => Timelines,
): readonly Tried[] => {
  const tried: Tried[] = [];
  const strategies = plan.replaced.length === 0 ? STRATEGIES.slice(0, 1) : STRATEGIES;
  const subnetIds = subnets.map(({ subnetId }) => subnetId);
  for (const strategy of strategies) {
    const { worst, best } = timelines();
    for (const timeline of [worst, best]) reserve(timeline, reservations);
    const run = new OrderRun(worst, demands, subnetIds);
    const order = run.play(plan, strategy);
    // In the same places, so that the two bound one and the same change.
    new OrderRun(best, demands, subnetIds).play({ ...plan, added: run.added }, strategy);
    const name = plan.replaced.length === 0 ? 'no node is replaced' : order.name;
    const { coldNodes, nodes, unknownNodes } = run;
    tried.push({ order: { ...order, name }, nodes, unknownNodes, coldNodes, worst, best });
    if (order.failure === null) break;
  }
  return tried;
};

export const reserve = (timeline: Timeline, reservations: Ground['reservations']): void => {
  for (const { subnetId, cidr } of reservations) {
    if (timeline.reserve(subnetId, cidr)) continue;
    throw new HeadroomError(
      'plan-impossible',
      `${cidr} cannot be reserved in ${subnetId}: a part of it is reserved already, or the blocks of the subnet are not known.`,
      'Give a range without a reservation, on a boundary of its own size and of 16 addresses or more.',
    );
  }
};
