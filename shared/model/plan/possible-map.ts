import { elementAt } from '../base/element-at.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressMap } from '../result/assessment.ts';
import { decodeAddressMap, MAP_OWNERS, type MapBlock } from '../subnet/address-map.ts';
import { changedMap, type Release } from './changed-map.ts';
import type { Amount } from './node-demands.ts';
import { usableInBlock } from './subnet-blocks.ts';

/** The kind of owner that a map after a change shows for what is new. */
const PLANNED = 'planned';

/** What a change does to one subnet. */
export interface MapChange {
  readonly released: readonly Release[];
  readonly taken: Amount;
  /** Ranges that become `prefix` reservations. */
  readonly reservations: readonly string[];
}

export const NO_MAP_CHANGE: MapChange = {
  released: [],
  taken: { addresses: 0, prefixes: 0 },
  reservations: [],
};

/** Maps after changes, by subnet; a subnet without a change stays as it is. */
export const mapsAfter = (
  maps: ReadonlyMap<string, AddressMap>,
  changes: ReadonlyMap<string, MapChange>,
): ReadonlyMap<string, AddressMap> =>
  new Map([...maps].map(([id, map]) => [id, mapAfter(map, changes.get(id) ?? NO_MAP_CHANGE)]));

/** A subnet's map after a change: what is released goes from its known place, what is taken gets one possible place. */
const mapAfter = (map: AddressMap, { released, reservations, taken }: MapChange): AddressMap => {
  const singles = new Map<number, number>();
  for (const [block, count] of released.flatMap((each) => [...each.singles]))
    singles.set(block, (singles.get(block) ?? 0) + count);
  const prefixes = released.flatMap((each) => each.prefixes);
  return possibleMap(changedMap(map, { singles, prefixes }, reservations), taken);
};

/**
 * One possible map after something was taken. Prefixes take whole blocks, those of reservations first. EC2 places single
 * addresses at random: here the draw is fixed by the subnet, so that the same question shows the same map. What finds no
 * place is left out.
 */
export const possibleMap = (map: AddressMap, { addresses, prefixes }: Amount): AddressMap => {
  if (addresses + prefixes === 0) return map;
  const drawn = new DrawnMap(map);
  drawn.takePrefixes(prefixes);
  drawn.takeSingles(addresses);
  return drawn.finish();
};

class DrawnMap {
  readonly #map: AddressMap;
  readonly #blocks: readonly MapBlock[];
  readonly #used: number[];
  readonly #states: string[];
  readonly #owner: string[];
  readonly #owners: AddressMap['owners'];
  readonly #planned: string;

  constructor(map: AddressMap) {
    this.#map = map;
    this.#blocks = decodeAddressMap(map);
    this.#used = this.#blocks.map(({ used }) => used);
    this.#states = [...map.states];
    this.#owner = [...map.owner];
    const known = map.owners.findIndex(({ kind }) => kind === PLANNED);
    // A map names a limited number of owners. Where it is full, what is new counts among the others.
    const isFull = known < 0 && map.owners.length >= MAP_OWNERS;
    this.#owners = known >= 0 || isFull ? map.owners : [...map.owners, { kind: PLANNED, name: null }];
    this.#planned = (known >= 0 ? known : this.#owners.length - 1).toString(MAP_OWNERS);
  }

  takePrefixes(count: number): void {
    const whole = this.#blocks.flatMap(({ state, reservation }, index) =>
      state === 'free' && reservation !== 'explicit' ? [index] : [],
    );
    const isReserved = (index: number): boolean => this.#blocks[index]?.reservation === 'prefix';
    for (const index of [...whole.filter(isReserved), ...whole.filter((each) => !isReserved(each))].slice(
      0,
      count,
    )) {
      this.#states[index] = 'p';
      this.#used[index] = ADDRESSES_PER_PREFIX;
      this.#owner[index] = this.#planned;
    }
  }

  takeSingles(count: number): void {
    const places = this.#blocks.flatMap((block, index) =>
      Array.from({ length: this.#roomIn(block, index) }, () => index),
    );
    const random = drawFor(this.#map.subnetId);
    for (let taken = 0; taken < Math.min(count, places.length); taken += 1) {
      const chosen = taken + Math.floor(random() * (places.length - taken));
      const index = elementAt(places, chosen);
      places[chosen] = elementAt(places, taken);
      this.#takeSingle(index);
    }
  }

  #takeSingle(index: number): void {
    const used = elementAt(this.#used, index) + 1;
    this.#used[index] = used;
    if (this.#owner[index] === '-') this.#owner[index] = this.#planned;
    if (this.#states[index] !== 'a') this.#states[index] = used === ADDRESSES_PER_PREFIX ? '#' : '+';
  }

  /** Addresses that new interfaces can get here: a reservation keeps them out. */
  #roomIn({ reservation }: MapBlock, index: number): number {
    if (reservation === 'prefix' || reservation === 'explicit') return 0;
    return Math.max(0, usableInBlock(index, this.#blocks.length) - elementAt(this.#used, index));
  }

  finish(): AddressMap {
    return {
      ...this.#map,
      states: this.#states.join(''),
      used: this.#used.map((used) => used.toString(ADDRESSES_PER_PREFIX + 1)).join(''),
      owner: this.#owner.join(''),
      owners: this.#owners,
    };
  }
}

/** Numbers from 0 to below 1, the same for the same text. Source: mulberry32, Tommy Ettinger, public domain. */
const drawFor = (text: string): (() => number) => {
  let state = 0;
  for (let index = 0; index < text.length; index += 1)
    state = (Math.imul(state, 31) + text.charCodeAt(index)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
