import { freeRange } from '../../net/free-ranges.ts';

/** What a range is wanted for. */
export interface RangeRequest {
  /** The VPC that the range is for. */
  readonly vpcId: string;
  /** Names the remedy: the same remedy under two findings gets the same range. */
  readonly purpose: string;
  /** Where it may lie. */
  readonly blocks: readonly string[];
  /** What it must not overlap. */
  readonly taken: readonly string[];
  /** Prefix lengths that would do, best first. */
  readonly lengths: readonly number[];
}

/**
 * The ranges that the remedies of one run give out. No two remedies get overlapping ranges of one VPC, and no two VPCs
 * the same new block, so that all of them can be applied. Who asks first is served first: findings ask in the order of
 * their severity.
 */
export class RangePlan {
  readonly #granted = new Map<string, string | null>();
  readonly #subnets = new Map<string, string[]>();
  readonly #blocks: string[] = [];

  /** A range for a subnet inside the VPC's own blocks; `null`: none is left. */
  subnetRange(request: RangeRequest): string | null {
    const given = this.#subnets.get(request.vpcId) ?? [];
    this.#subnets.set(request.vpcId, given);
    return this.#grant(`subnet ${request.vpcId} ${request.purpose}`, request, given);
  }

  /** A new block for the VPC, apart from those of every other VPC in the run; `null`: none is left. */
  newBlock(request: RangeRequest): string | null {
    return this.#grant(`block ${request.vpcId} ${request.purpose}`, request, this.#blocks);
  }

  #grant(name: string, { blocks, taken, lengths }: RangeRequest, given: string[]): string | null {
    const key = `${name} /${lengths.join('/')}`;
    const known = this.#granted.get(key);
    if (known !== undefined) return known;
    let range: string | null = null;
    for (const length of lengths) {
      range = freeRange(blocks, [...taken, ...given], length);
      if (range !== null) break;
    }
    this.#granted.set(key, range);
    if (range !== null) given.push(range);
    return range;
  }
}
