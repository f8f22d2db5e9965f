import {
  type Cidr,
  cidrContains,
  cidrSize,
  cidrsOverlap,
  formatCidr,
  parseCidr,
  sizeOfLength,
} from './cidr.ts';

/**
 * The lowest aligned range of this prefix length inside `blocks` that overlaps none of `taken`; `null` if there is none.
 * What cannot be read as a range is passed over.
 */
export const freeRange = (
  blocks: readonly string[],
  taken: readonly string[],
  length: number,
): string | null => {
  const obstacles = parse(taken);
  const size = sizeOfLength(length);
  for (const block of parse(blocks)) {
    let base = block.base;
    while (cidrContains(block, { base, length })) {
      const obstacle = obstacles.find((each) => cidrsOverlap(each, { base, length }));
      if (obstacle === undefined) return formatCidr({ base, length });
      base = Math.ceil((obstacle.base + cidrSize(obstacle)) / size) * size;
    }
  }
  return null;
};

/** Whether some range of one list overlaps some range of the other. The first pair that does, as given. */
export const firstOverlap = (
  left: readonly string[],
  right: readonly string[],
): readonly [string, string] | null => {
  for (const a of parse(left)) {
    for (const b of parse(right)) {
      if (cidrsOverlap(a, b)) return [formatCidr(a), formatCidr(b)];
    }
  }
  return null;
};

/** The smallest part of a block that is looked at: no VPC or subnet is smaller. */
const SMALLEST_FREE = 28;

/**
 * The free part of `blocks` as aligned ranges, the largest first. What cannot be read as a range is passed over.
 *
 * @param most so many of them, at the most
 */
export const freeRanges = (
  blocks: readonly string[],
  taken: readonly string[],
  most: number,
): readonly string[] => {
  const obstacles = parse(taken);
  const free: Cidr[] = [];
  const open = parse(blocks);
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const { base, length } = part;
    const block = part;
    const inside = obstacles.filter((obstacle) => cidrsOverlap(obstacle, block));
    if (inside.length === 0) free.push(block);
    else if (length < SMALLEST_FREE && !inside.some((obstacle) => cidrContains(obstacle, block)))
      open.push({ base: base + sizeOfLength(length + 1), length: length + 1 }, { base, length: length + 1 });
  }
  return free
    .toSorted((a, b) => a.length - b.length || a.base - b.base)
    .slice(0, most)
    .map(formatCidr);
};

const parse = (texts: readonly string[]): Cidr[] => texts.map(parseCidr).filter((cidr) => cidr !== null);
