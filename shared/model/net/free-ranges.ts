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

const parse = (texts: readonly string[]): Cidr[] => texts.map(parseCidr).filter((cidr) => cidr !== null);
