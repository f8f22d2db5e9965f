import { largestOf } from '../base/extremes.ts';
import { count } from '../base/text/numbers.ts';
import { hasIpTargets } from '../cni/cni-settings.ts';
import type { NodePlace } from '../result/cluster.ts';
import { type FleetNode, growthsOf, startOf } from './fleet.ts';
import { type NodeDemands, totalOf } from './node-demands.ts';
import type { NodePlan } from './node-plan.ts';
import { startAnywhere } from './start-anywhere.ts';
import type { Holding, StartFailure, Timeline } from './timeline.ts';

/** One step of a change, and the least that is left in any subnet while it is made. */
export interface OrderStep {
  readonly title: string;
  /** The subnet that comes closest to its end in this step, and what it then has at the least; `null` where the step takes nothing. */
  readonly tightest: {
    readonly subnetId: string;
    readonly freeAddresses: number;
    readonly freePrefixes: number;
  } | null;
  /** Nodes that do not start, or do not get what their pods need. */
  readonly short: number;
}

/** One order in which the change can be made. */
export interface Order {
  readonly name: string;
  readonly steps: readonly OrderStep[];
  /** The first thing that fails; `null` where nothing does. */
  readonly failure: {
    readonly step: string;
    readonly error: string;
    readonly limitedBy: 'addresses' | 'prefixes';
    readonly subnetIds: readonly string[];
    /** Nodes of the whole change that do not find what they need. */
    readonly nodes: number;
  } | null;
}

/** How nodes are replaced: how many at a time, and whether the old ones end first. */
export interface Strategy {
  readonly name: string;
  readonly batch: (nodes: number) => number;
  readonly drainFirst: boolean;
}

/** From the quickest to the one that needs least room. */
export const STRATEGIES: readonly Strategy[] = [
  { name: 'all new nodes beside the old ones', batch: (nodes) => nodes, drainFirst: false },
  { name: 'a third of the nodes at a time', batch: (nodes) => Math.ceil(nodes / 3), drainFirst: false },
  { name: 'one node at a time', batch: () => 1, drainFirst: false },
  { name: 'one node at a time, the old node first', batch: () => 1, drainFirst: true },
];

/** Plays one order of a change through on one timeline. */
export class OrderRun {
  readonly #timeline: Timeline;
  readonly #demands: NodeDemands;
  readonly #subnetIds: readonly string[];
  readonly #steps: OrderStep[] = [];
  readonly #nodes: FleetNode[] = [];
  readonly #added: FleetNode[] = [];
  #failure: (StartFailure & { readonly step: string }) | null = null;
  #shortNodes = 0;
  #unknownNodes = 0;
  #coldNodes = 0;
  #shortInStep = 0;

  constructor(timeline: Timeline, demands: NodeDemands, subnetIds: readonly string[]) {
    this.#timeline = timeline;
    this.#demands = demands;
    this.#subnetIds = subnetIds;
  }

  /** The nodes at the end. */
  get nodes(): readonly FleetNode[] {
    return this.#nodes;
  }

  /** The nodes that are added, where they start. One that finds no room anywhere is where it was to start. */
  get added(): readonly FleetNode[] {
    return this.#added;
  }

  /** Nodes of which it is not known whether they find what they need. */
  get unknownNodes(): number {
    return this.#unknownNodes;
  }

  /** Nodes whose pods find their addresses, and whose warm pool does not. */
  get coldNodes(): number {
    return this.#coldNodes;
  }

  play(plan: NodePlan, strategy: Strategy): Order {
    this.#step(`End ${count(plan.removed.length, 'node')}`, plan.removed.length > 0, () => {
      for (const node of plan.removed) this.#timeline.stop(node.holdings);
    });
    this.#step('Let running nodes settle', plan.kept.length > 0 && plan.settles, (step) => {
      for (const node of plan.kept) this.#nodes.push(this.#settle(node, step));
    });
    if (!plan.settles) this.#nodes.push(...plan.kept);
    this.#replace(plan, strategy);
    this.#step(`Start ${count(plan.added.length, 'more node')}`, plan.added.length > 0, (step) => {
      for (const node of plan.added) {
        this.#startSomewhere(node, plan.places, step);
      }
    });
    return { name: strategy.name, steps: this.#steps, failure: this.#failed() };
  }

  #failed(): Order['failure'] {
    if (this.#failure === null) return null;
    const { step, error, limitedBy, subnetIds } = this.#failure;
    return { step, error, limitedBy, subnetIds, nodes: this.#shortNodes };
  }

  #replace({ replaced }: NodePlan, { batch, drainFirst }: Strategy): void {
    const size = Math.max(1, batch(replaced.length));
    const inTurn = byZoneInTurn(replaced);
    const title =
      size >= replaced.length
        ? `Start ${count(replaced.length, 'new node')}, then end the old ones`
        : drainFirst
          ? `End and start ${count(replaced.length, 'node')}, ${size} at a time`
          : `Start and end ${count(replaced.length, 'node')}, ${size} at a time`;
    this.#step(title, replaced.length > 0, (step) => {
      for (let first = 0; first < inTurn.length; first += size) {
        const pairs = inTurn.slice(first, first + size);
        if (drainFirst) for (const { old } of pairs) this.#timeline.stop(old.holdings);
        const started = pairs.map(({ next }) => this.#start(next, step));
        for (const [index, { old }] of pairs.entries()) {
          const node = started[index] ?? null;
          if (node !== null) this.#nodes.push(node);
          if (node === null && !drainFirst) this.#nodes.push(old);
          else if (!drainFirst) this.#timeline.stop(old.holdings);
        }
      }
    });
  }

  /** The node with what it then holds; `null` where it does not start. */
  #start(node: FleetNode, step: string): FleetNode | null {
    const held = this.#timeline.start(startOf(this.#demands, node));
    if (held === null || 'error' in held) {
      this.#fail(held, step);
      return null;
    }
    return { ...node, holdings: held };
  }

  /** As Auto Scaling does: where the node's own zone has no room, in the next one that has fewest nodes. */
  #startSomewhere(node: FleetNode, places: readonly NodePlace[], step: string): void {
    const found = startAnywhere(this.#timeline, this.#demands, node, places, this.#nodes);
    const isFailure = 'limitedBy' in found;
    this.#added.push(isFailure ? node : found.node);
    if (isFailure) this.#fail(found, step);
    else if (found.holdings === null) this.#fail(null, step);
    else this.#nodes.push({ ...found.node, holdings: found.holdings });
  }

  /** What is over the new targets goes back, as far as that is sure; what is missing is taken. */
  #settle(node: FleetNode, step: string): FleetNode {
    const returned = this.#returned(node);
    this.#timeline.stop(returned);
    const left = subtract(node.holdings, returned);
    const then = { ...node, holdings: left };
    let failure: StartFailure | null = null;
    for (const growth of growthsOf(this.#demands, then, node.pods)) {
      const grown = this.#timeline.start(growth);
      if (grown !== null && !('error' in grown)) {
        if (failure !== null) this.#coldNodes += 1;
        return { ...node, holdings: [...left, ...grown] };
      }
      failure = grown;
      if (grown === null) break;
    }
    this.#fail(failure, step);
    return then;
  }

  /**
   * With IP targets a node that holds no prefix gives back every address over its target. All else depends on where its pods
   * are: at least nothing, at most everything over what it would take from the start.
   */
  #returned(node: FleetNode): readonly Holding[] {
    const steps = this.#demands.steps(node.type, node.pods, node.primaryServesPods);
    const wanted = totalOf([...steps, ...(node.extras ?? [])]);
    const held = {
      addresses: node.holdings.reduce((sum, { addresses }) => sum + addresses, 0),
      prefixes: node.holdings.reduce((sum, { prefixes }) => sum + prefixes, 0),
    };
    const isExact = hasIpTargets(this.#demands.settings) && wanted.prefixes + held.prefixes === 0;
    if (this.#timeline.placement === 'worst' && !isExact) return [];
    // The interfaces themselves may stay, and each keeps its own address.
    const spare = this.#timeline.placement === 'worst' ? mostInterfacesKept(node) : 0;
    let addresses = Math.max(0, held.addresses - wanted.addresses - spare);
    let prefixes = Math.max(0, held.prefixes - wanted.prefixes);
    return node.holdings.flatMap((holding) => {
      const gone = {
        addresses: Math.min(addresses, Math.max(0, holding.addresses - 1)),
        prefixes: Math.min(prefixes, holding.prefixes),
      };
      addresses -= gone.addresses;
      prefixes -= gone.prefixes;
      return gone.addresses + gone.prefixes === 0
        ? []
        : [
            {
              subnetId: holding.subnetId,
              ...gone,
              reservedPrefixes: gone.prefixes === 0 ? 0 : null,
              blocks: null,
            },
          ];
    });
  }

  #fail(failure: StartFailure | null, step: string): void {
    if (failure === null) {
      this.#unknownNodes += 1;
      return;
    }
    this.#shortNodes += 1;
    this.#shortInStep += 1;
    this.#failure ??= { ...failure, step };
  }

  #step(title: string, happens: boolean, work: (step: string) => void): void {
    if (!happens) return;
    this.#timeline.resetLowest();
    this.#shortInStep = 0;
    work(title);
    this.#steps.push({ title, tightest: this.#tightest(), short: this.#shortInStep });
  }

  #tightest(): OrderStep['tightest'] {
    const prefixes = this.#demands.settings.prefixDelegation;
    const [least] = this.#subnetIds
      .flatMap((subnetId) => {
        const lowest = this.#timeline.lowest(subnetId);
        return lowest === null
          ? []
          : [{ subnetId, freeAddresses: lowest.singles, freePrefixes: lowest.prefixes }];
      })
      .toSorted((a, b) =>
        prefixes
          ? a.freePrefixes - b.freePrefixes || a.freeAddresses - b.freeAddresses
          : a.freeAddresses - b.freeAddresses,
      );
    return least ?? null;
  }
}

/** Any interface but one may stay for a single address. */
const mostInterfacesKept = ({ interfaces }: FleetNode): number => Math.max(0, interfaces - 1);

const subtract = (holdings: readonly Holding[], returned: readonly Holding[]): readonly Holding[] =>
  holdings.map((holding) => {
    const gone = returned.find(({ subnetId }) => subnetId === holding.subnetId);
    return gone === undefined
      ? holding
      : {
          ...holding,
          addresses: holding.addresses - gone.addresses,
          prefixes: holding.prefixes - gone.prefixes,
          reservedPrefixes: null,
          blocks: null,
        };
  });

/** A node of each zone in turn, so that no zone loses all of its nodes at once. */
const byZoneInTurn = <Pair extends { readonly old: FleetNode }>(pairs: readonly Pair[]): readonly Pair[] => {
  const zones = [...Map.groupBy(pairs, ({ old }) => old.zone).values()];
  const longest = largestOf([0, ...zones.map(({ length }) => length)]);
  return Array.from({ length: longest }, (_, index) => zones.flatMap((zone) => zone[index] ?? [])).flat();
};
