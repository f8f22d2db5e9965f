import { cidrContains, parseCidr } from '../net/cidr.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressMap } from '../result/assessment.ts';
import { decodeAddressMap, type MapBlock } from '../subnet/address-map.ts';

/** One /28 block of a subnet while a plan changes it. */
interface PlannedBlock extends Omit<MapBlock, 'used' | 'owner'> {
  used: number;
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
    this.#blocks = decodeAddressMap(map).map((block) => ({ ...block }));
  }

  /** Blocks held as prefixes, in and outside `prefix` reservations. */
  prefixesHeld(): { readonly reserved: number; readonly unreserved: number } {
    const held = this.#blocks.filter(({ state }) => state === 'prefix');
    const reserved = held.filter(({ reservation }) => reservation === 'prefix').length;
    return { reserved, unreserved: held.length - reserved };
  }

  /** @param singles how many single addresses come back in each block, by its number */
  giveBack(singles: ReadonlyMap<number, number>): Regained {
    const regained = { singles: 0, reservedBlocks: 0, unreservedBlocks: 0 };
    for (const [number, count] of singles) {
      const block = this.#blocks[number];
      if (block === undefined) continue;
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
    const inside = this.#blocks.filter(({ cidr }) => {
      const block = parseCidr(cidr);
      return block !== null && cidrContains(outer, block);
    });
    const size = 2 ** (28 - outer.length);
    if (inside.length !== size || inside.some(({ reservation }) => reservation !== 'none')) return null;
    const whole = inside.filter(({ state, used }) => state !== 'awsReserved' && used === 0).length;
    const free = inside.reduce(
      (sum, { state, used }) => sum + (state === 'awsReserved' ? 0 : ADDRESSES_PER_PREFIX - used),
      0,
    );
    for (const block of inside) Object.assign(block, { reservation: 'prefix' });
    return { singles: -free, reservedBlocks: whole, unreservedBlocks: -whole };
  }
}
