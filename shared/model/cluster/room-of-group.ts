import { elementAt } from '../base/element-at.ts';
import type { Refusal } from './refusal.ts';
import { boundsOfWays, isSure, type WeightBound } from './refusal-weights.ts';

/** The places of a group that share subnets with one another, and what refuses a node in each. */
export interface Component {
  readonly id: string;
  readonly places: readonly { readonly zone: string | null; readonly refusal: Refusal }[];
}

/** What must have been taken before a node of one group is refused. */
export class RoomOfGroup {
  readonly #components: readonly Component[];
  /** In each zone: for every way to refuse a node there, its bounds. */
  readonly #inZones: readonly {
    readonly component: string;
    readonly ways: readonly (readonly WeightBound[])[];
  }[];
  /** The same for all zones at once; `null` until it is asked for. */
  #anywhere: readonly (readonly WeightBound[])[] | null = null;
  readonly #groups: number;

  constructor(components: readonly Component[], groups: number) {
    this.#components = components;
    this.#groups = groups;
    this.#inZones = components.flatMap(({ id, places }) =>
      [...Map.groupBy(places, ({ zone }) => zone).values()].map((inZone) => ({
        component: id,
        ways: boundsOfWays([allOf(inZone)], groups),
      })),
    );
  }

  zonesIn(component: string): readonly (string | null)[] {
    const places = this.#components.find(({ id }) => id === component)?.places ?? [];
    return [...new Set(places.map(({ zone }) => zone))];
  }

  /** Whether the last of its nodes is sure of room in each zone, with so many nodes of each group in a component. */
  isSureInEachZone(own: number, nodesIn: (component: string) => readonly number[]): boolean {
    return this.#inZones.every(({ component, ways }) => {
      const nodes = nodesIn(component);
      const mine = elementAt(nodes, own);
      return mine === 0 || isSure(ways, nodes.with(own, mine - 1));
    });
  }

  /** Whether one more is sure of room in some zone, wherever the others are. */
  isSureSomewhere(nodes: readonly number[]): boolean {
    this.#anywhere ??= boundsOfWays(
      this.#components.map(({ places }) => allOf(places)),
      this.#groups,
    );
    return isSure(this.#anywhere, nodes);
  }
}

const allOf = (places: Component['places']): Refusal => ({ all: places.map(({ refusal }) => refusal) });
