import { HeadroomError } from '../base/errors.ts';
import { type Cidr, cidrSize, formatCidr, parseCidr } from '../net/cidr.ts';
import { ADDRESSES_PER_PREFIX, PREFIX_LENGTH } from '../net/prefix.ts';
import type { OwnerName } from '../owners/owner-tally.ts';
import type { AddressMap } from '../result/assessment.ts';
import { type AddressSpace, type BlockState, countAddresses } from './address-space.ts';

/**
 * An address map is one subnet for drawing: a few characters a block, so that the 4,096 blocks of a /16 are 16 KB of
 * JSON that compress to almost nothing. `AddressMap` in assessment.ts says what the characters mean; in `reserved` there
 * is also `?`, where the reservations could not be read.
 */

type BlockReservation = 'none' | 'prefix' | 'explicit' | 'unknown';

/** One block of a decoded map. */
export interface MapBlock {
  readonly cidr: string;
  readonly state: BlockState;
  readonly reservation: BlockReservation;
  /** Addresses in use, 0 to 16. */
  readonly used: number;
  /** Who holds most of the block; the one who holds more of the subnet where two hold the same. */
  readonly owner: OwnerName | null;
}

/** A base-36 digit names one of so many owners. */
export const MAP_OWNERS = 36;

/** The kind under which a map's last owner stands for all that are not named. */
const OTHER_OWNERS: OwnerName = { kind: 'others', name: null };

const STATES: Readonly<Record<BlockState, string>> = {
  free: '.',
  prefix: 'p',
  full: '#',
  fragmented: '+',
  awsReserved: 'a',
};
const RESERVATIONS: Readonly<Record<BlockReservation, string>> = {
  none: '-',
  prefix: 'P',
  explicit: 'E',
  unknown: '?',
};
const NO_OWNER = '-';

/**
 * @param owners all owners of the space, the one that holds most first; `number` is the one that the space knows it by
 */
export const encodeAddressMap = (
  subnetId: string,
  space: AddressSpace,
  owners: readonly (OwnerName & { readonly number: number })[],
  reservationsKnown: boolean,
): AddressMap => {
  const named = owners.length <= MAP_OWNERS ? owners : [...owners.slice(0, MAP_OWNERS - 1), OTHER_OWNERS];
  const ranks = new Uint16Array(owners.length);
  for (const [rank, owner] of owners.entries()) ranks[owner.number] = rank;
  const mainOwner = mainOwnerIn(space, ranks);
  // Joined at the end: a text that grows by a character at a time is kept as a chain of 32 bytes for each of them.
  const states: string[] = [];
  const reserved: string[] = [];
  const used: string[] = [];
  const owner: string[] = [];
  for (let block = 0; block < space.blockCount; block += 1) {
    states.push(STATES[space.stateOf(block)]);
    reserved.push(RESERVATIONS[reservationsKnown ? reservationOf(space, block) : 'unknown']);
    used.push(countAddresses(space.usedIn(block)).toString(ADDRESSES_PER_PREFIX + 1));
    const rank = mainOwner(block);
    owner.push(rank === null ? NO_OWNER : Math.min(rank, MAP_OWNERS - 1).toString(MAP_OWNERS));
  }
  return {
    subnetId,
    cidrBlock: formatCidr(space.cidr),
    states: states.join(''),
    reserved: reserved.join(''),
    used: used.join(''),
    owner: owner.join(''),
    owners: named.map(({ kind, name }) => ({ kind, name })),
  };
};

const reservationOf = (space: AddressSpace, block: number): BlockReservation => {
  if (space.reservedIn(block, 'explicit') !== 0) return 'explicit';
  return space.reservedIn(block, 'prefix') !== 0 ? 'prefix' : 'none';
};

/**
 * Tells the rank of the owner that holds most of a block, the better rank where two hold the same; `null` when it has
 * none.
 */
const mainOwnerIn = (space: AddressSpace, ranks: Uint16Array): ((block: number) => number | null) => {
  const held = new Uint8Array(ranks.length);
  const offsets = Array.from({ length: ADDRESSES_PER_PREFIX }, (_, index) => index);
  return (block) => {
    if (space.usedIn(block) === 0) return null;
    const present: number[] = [];
    for (const offset of offsets) {
      const owner = space.ownerAt(block * ADDRESSES_PER_PREFIX + offset);
      if (owner !== null) present.push(ranks[owner] as number);
    }
    let best = present[0] as number;
    for (const rank of present) {
      const count = (held[rank] as number) + 1;
      held[rank] = count;
      const most = held[best] as number;
      if (count > most || (count === most && rank < best)) best = rank;
    }
    for (const rank of present) held[rank] = 0;
    return best;
  };
};

const keyOf = <Key extends string>(table: Readonly<Record<Key, string>>, character: string): Key | null => {
  for (const key in table) if (table[key] === character) return key;
  return null;
};

/**
 * A map's blocks in address order.
 * @throws HeadroomError `invalid-address-map` for one that this version cannot have written.
 */
export const decodeAddressMap = (map: AddressMap): readonly MapBlock[] => {
  const cidr = parseCidr(map.cidrBlock);
  const blocks = cidr === null ? 0 : cidrSize(cidr) / ADDRESSES_PER_PREFIX;
  const layers = [map.states, map.reserved, map.used, map.owner];
  if (cidr === null || layers.some((layer) => layer.length !== blocks)) throw invalidMap(map);
  return Array.from({ length: blocks }, (_, block) => decodeBlock(map, cidr, block));
};

const decodeBlock = (map: AddressMap, cidr: Cidr, block: number): MapBlock => {
  const state = keyOf(STATES, map.states.charAt(block));
  const reservation = keyOf(RESERVATIONS, map.reserved.charAt(block));
  const used = Number.parseInt(map.used.charAt(block), ADDRESSES_PER_PREFIX + 1);
  const digit = map.owner.charAt(block);
  const owner = digit === NO_OWNER ? null : map.owners[Number.parseInt(digit, MAP_OWNERS)];
  if (state === null || reservation === null || Number.isNaN(used) || owner === undefined)
    throw invalidMap(map);
  const base = cidr.base + block * ADDRESSES_PER_PREFIX;
  return { cidr: formatCidr({ base, length: PREFIX_LENGTH }), state, reservation, used, owner };
};

const invalidMap = (map: AddressMap): HeadroomError =>
  new HeadroomError(
    'invalid-address-map',
    `The address map of ${map.subnetId} (${map.cidrBlock}) is damaged.`,
    'Scan the target again: each scan writes a new map.',
  );
