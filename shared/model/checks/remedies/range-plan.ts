import { firstOverlap, freeRange } from '../../net/free-ranges.ts';
import { freeIpv6Subnet } from '../../net/ipv6.ts';

/** A new block that a remedy offers to a VPC. */
export interface BlockOffer {
  readonly vpcId: string;
  /** Names the remedy: the same remedy under two findings gets the same range. */
  readonly purpose: string;
  readonly range: string;
}

/** What a range is wanted for. */
export interface RangeRequest {
  /** The VPC that the range is for. */
  readonly vpcId: string;
  /** See `BlockOffer`. */
  readonly purpose: string;
  /** Where it may lie, best first. */
  readonly blocks: readonly string[];
  /** What it must not overlap. */
  readonly taken: readonly string[];
  /** Prefix lengths that would do, best first. */
  readonly lengths: readonly number[];
}

/** A tag's value has at most 256 characters (EC2, tag restrictions); this leaves room for a dash and a number. */
const LONGEST_BASE = 250;

/**
 * The ranges that the remedies of one run give out. No two remedies get overlapping ranges of one VPC, and no two VPCs
 * the same new block, so that all of them can be applied. Who asks first is served first: findings ask in the order of
 * their severity. What other targets have offered is taken, and what this one offered before stays its own.
 */
export class RangePlan {
  readonly #granted = new Map<string, string | null>();
  readonly #subnets = new Map<string, string[]>();
  readonly #names = new Map<string, Map<string, string>>();
  readonly #ipv6Subnets = new Map<string, string[]>();
  readonly #offers: BlockOffer[] = [];
  readonly #earlier: readonly BlockOffer[];

  /** @param earlier the blocks that remedies of any target offered lately */
  constructor(earlier: readonly BlockOffer[] = []) {
    this.#earlier = earlier;
  }

  /** The new blocks that were given out. */
  get offers(): readonly BlockOffer[] {
    return this.#offers;
  }

  /** A range for a subnet inside the VPC's own blocks; `null`: none is left. */
  subnetRange(request: RangeRequest): string | null {
    return this.#once(`subnet ${request.vpcId}`, request, () => {
      const given = this.#subnets.get(request.vpcId) ?? [];
      const range = first(request.lengths, (length) =>
        freeRange(request.blocks, [...request.taken, ...given], length),
      );
      if (range !== null) this.#subnets.set(request.vpcId, [...given, range]);
      return range;
    });
  }

  /**
   * A name for a new subnet: the base with the first number that no other has.
   *
   * @param taken the names of the VPC's subnets
   */
  subnetName(
    { vpcId, range }: { readonly vpcId: string; readonly range: string },
    base: string,
    taken: ReadonlySet<string | null>,
  ): string {
    const given = this.#names.get(vpcId) ?? new Map<string, string>();
    this.#names.set(vpcId, given);
    const known = given.get(range);
    if (known !== undefined) return known;
    const names = new Set<string | null>([...taken, ...given.values()]);
    const short = [...base].slice(0, LONGEST_BASE).join('');
    let number = 2;
    while (names.has(`${short}-${number}`)) number += 1;
    const name = `${short}-${number}`;
    given.set(range, name);
    return name;
  }

  /** An IPv6 block for a subnet, of the VPC's own; `null`: none is left. */
  ipv6SubnetRange(request: Omit<RangeRequest, 'lengths'>): string | null {
    return this.#once(`IPv6 ${request.vpcId}`, { ...request, lengths: [] }, () => {
      const given = this.#ipv6Subnets.get(request.vpcId) ?? [];
      const range = freeIpv6Subnet(request.blocks, [...request.taken, ...given]);
      if (range !== null) this.#ipv6Subnets.set(request.vpcId, [...given, range]);
      return range;
    });
  }

  /** A new block for the VPC, apart from those of every other VPC in the run; `null`: none is left. */
  newBlock(request: RangeRequest): string | null {
    return this.#once(`block ${request.vpcId}`, request, () => {
      const { vpcId, purpose, blocks, lengths } = request;
      const others = this.#earlier.filter((offer) => offer.vpcId !== vpcId);
      const taken = [...request.taken, ...[...others, ...this.#offers].map(({ range }) => range)];
      const own = this.#earlier.find((offer) => offer.vpcId === vpcId && offer.purpose === purpose);
      const range =
        own !== undefined && firstOverlap(taken, [own.range]) === null
          ? own.range
          : first(blocks, (block) => first(lengths, (length) => freeRange([block], taken, length)));
      if (range !== null) this.#offers.push({ vpcId, purpose, range });
      return range;
    });
  }

  #once(kind: string, { purpose, lengths }: RangeRequest, choose: () => string | null): string | null {
    const key = `${kind} ${purpose} /${lengths.join('/')}`;
    const known = this.#granted.get(key);
    if (known !== undefined) return known;
    const range = choose();
    this.#granted.set(key, range);
    return range;
  }
}

/** The first answer that is one. */
const first = <Item>(items: readonly Item[], choose: (item: Item) => string | null): string | null => {
  for (const item of items) {
    const choice = choose(item);
    if (choice !== null) return choice;
  }
  return null;
};
