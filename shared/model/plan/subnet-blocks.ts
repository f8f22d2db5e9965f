import { elementAt } from '../base/element-at.ts';
import { type Cidr, cidrContains, parseCidr, sizeOfLength } from '../net/cidr.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressMap } from '../result/assessment.ts';
import { decodeAddressMap, type MapBlock } from '../subnet/address-map.ts';
import { rangesAmong } from './held-addresses.ts';

/** AWS keeps the first four addresses of a subnet, and the last one. */
const AWS_AT_START = 4;
const AWS_AT_END = 1;

/** Addresses of a block that interfaces can ever hold, by its number among the blocks of its subnet. */
export const usableInBlock = (block: number, blocks: number): number =>
  ADDRESSES_PER_PREFIX - (block === 0 ? AWS_AT_START : 0) - (block === blocks - 1 ? AWS_AT_END : 0);

/** One /28 block of a subnet while a plan changes it. */
interface PlannedBlock extends Pick<MapBlock, 'state'> {
  reservation: MapBlock['reservation'];
  used: number;
  readonly usable: number;
  readonly range: Cidr;
}

/** What taking back addresses of known blocks gives. */
export interface Regained {
  /** Addresses that new interfaces can take. */
  readonly singles: number;
  readonly reservedBlocks: number;
  /** Blocks outside reservations that are whole again; their addresses are among `singles`. */
  readonly unreservedBlocks: number;
}

/** The blocks of one subnet, as its address map shows them: which of them become whole when addresses come back. */
export class SubnetBlocks {
  readonly #blocks: readonly PlannedBlock[];

  constructor(map: AddressMap) {
    const blocks = decodeAddressMap(map);
    const ranges = rangesAmong(blocks.map(({ cidr }) => cidr));
    this.#blocks = blocks.map(({ state, reservation, used }, index) => ({
      state,
      reservation,
      used,
      usable: usableInBlock(index, blocks.length),
      range: elementAt(ranges, index),
    }));
  }

  /** @param singles how many single addresses come back in each block, by its number */
  giveBack(singles: ReadonlyMap<number, number>): Regained {
    const regained = { singles: 0, reservedBlocks: 0, unreservedBlocks: 0 };
    for (const [number, count] of singles) {
      const block = elementAt(this.#blocks, number);
      block.used = Math.max(0, block.used - count);
      if (block.reservation === 'none') regained.singles += count;
      if (block.used > 0 || block.state === 'awsReserved') continue;
      if (block.reservation === 'prefix') regained.reservedBlocks += 1;
      if (block.reservation === 'none') regained.unreservedBlocks += 1;
    }
    return regained;
  }

  /** Lays a `prefix` reservation over a range; `null` where the range is not one of the subnet's, or reserved already. */
  reserve(range: string): Regained | null {
    const outer = parseCidr(range);
    if (outer === null) return null;
    const inside = this.#blocks.filter(({ range: block }) => cidrContains(outer, block));
    const size = sizeOfLength(outer.length) / ADDRESSES_PER_PREFIX;
    if (inside.length !== size || inside.some(({ reservation }) => reservation !== 'none')) return null;
    const whole = inside.filter(({ state, used }) => state !== 'awsReserved' && used === 0).length;
    const free = inside.reduce((sum, { usable, used }) => sum + usable - used, 0);
    for (const block of inside) block.reservation = 'prefix';
    return { singles: -free, reservedBlocks: whole, unreservedBlocks: -whole };
  }
}
