import { type Cidr, cidrsOverlap, formatCidr, parseCidr, sizeOfLength } from '../model/cidr.ts';

/**
 * The lowest range of the given prefix length inside a VPC's blocks that no subnet lies in: where another subnet could be
 * made. `null` where there is none, or where a block can not be read, since then nothing can be promised.
 */
export const freeRange = (
  vpcBlocks: readonly string[],
  subnetBlocks: readonly string[],
  length: number,
): string | null => {
  const taken = readAll(subnetBlocks);
  const blocks = readAll(vpcBlocks);
  if (taken === null || blocks === null) return null;
  for (const block of blocks) {
    const found = firstFree(block, taken, length);
    if (found !== null) return formatCidr(found);
  }
  return null;
};

const readAll = (texts: readonly string[]): readonly Cidr[] | null => {
  const ranges = texts.map(parseCidr);
  return ranges.every((range) => range !== null) ? ranges : null;
};

const firstFree = (block: Cidr, taken: readonly Cidr[], length: number): Cidr | null => {
  const size = sizeOfLength(length);
  const end = block.base + sizeOfLength(block.length);
  let base = block.base;
  while (base + size <= end) {
    const candidate = { base, length };
    const inTheWay = taken.find((range) => cidrsOverlap(range, candidate));
    if (inTheWay === undefined) return candidate;
    // The next aligned base behind what is in the way: a large subnet is passed in one step.
    const behind = Math.max(inTheWay.base + sizeOfLength(inTheWay.length), base + size);
    base = Math.ceil(behind / size) * size;
  }
  return null;
};
