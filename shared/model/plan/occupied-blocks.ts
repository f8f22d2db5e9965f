import { elementAt } from '../base/element-at.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import { decodeAddressMap } from '../subnet/address-map.ts';
import type { Release } from './changed-map.ts';
import { blocksOf, prefixBlocksOf } from './held-addresses.ts';
import type { PlanEstate } from './plan-estate.ts';

/** What one node holds in one subnet, by block. */
export interface NodeBlocks extends Release {
  readonly subnetId: string;
  readonly addresses: number;
}

/** What a node's interfaces hold in each subnet, by block. */
export const nodeBlocks = (estate: PlanEstate, instanceId: string): readonly NodeBlocks[] => {
  const bySubnet = Map.groupBy(estate.interfacesOf(instanceId), ({ subnetId }) => subnetId);
  return [...bySubnet].flatMap(([subnetId, interfaces]): NodeBlocks[] => {
    const range = estate.rangeOf(subnetId);
    if (range === null) return [];
    const singles = blocksOf(interfaces, range);
    const prefixes = prefixBlocksOf(interfaces, range);
    return [{ subnetId, singles, prefixes, addresses: [...singles.values()].reduce((a, b) => a + b, 0) }];
  });
};

/** Which nodes must all go for a block to become whole; blocks that something else is in are left out. */
export const blockersOf = (
  estate: PlanEstate,
  subnetId: string,
  nodes: ReadonlyMap<string, readonly NodeBlocks[]>,
): readonly ReadonlySet<string>[] => {
  const map = estate.maps.get(subnetId);
  if (map === undefined) return [];
  const blocks = decodeAddressMap(map);
  const holders = blocks.map((block) => ({ block, ids: new Set<string>(), count: 0 }));
  for (const [instanceId, held] of nodes) {
    for (const { singles, prefixes } of held.filter((each) => each.subnetId === subnetId)) {
      const taken = [...singles, ...prefixes.map((block) => [block, ADDRESSES_PER_PREFIX] as const)];
      for (const [block, count] of taken) {
        const holder = elementAt(holders, block);
        holder.ids.add(instanceId);
        holder.count += count;
      }
    }
  }
  return holders.flatMap(({ block: { state, reservation, used }, ids, count }) => {
    const canBeWhole = state !== 'awsReserved' && reservation !== 'explicit' && reservation !== 'unknown';
    return ids.size > 0 && canBeWhole && count >= used ? [ids] : [];
  });
};
