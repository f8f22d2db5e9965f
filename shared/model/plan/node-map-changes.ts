import type { Release } from './changed-map.ts';
import type { FleetNode } from './fleet.ts';
import type { Amount } from './node-demands.ts';
import { type NodeBlocks, nodeBlocks } from './occupied-blocks.ts';
import type { PlanEstate } from './plan-estate.ts';
import type { MapChange } from './possible-map.ts';
import type { Holding } from './timeline.ts';

const NOTHING: Amount = { addresses: 0, prefixes: 0 };

const plus = (a: Amount, b: Amount): Amount => ({
  addresses: a.addresses + b.addresses,
  prefixes: a.prefixes + b.prefixes,
});

/**
 * What a change of nodes does to each subnet. What ends goes from its known places. Where a node that stays gives a part
 * back, it is not known which addresses: here they are those that come last.
 *
 * @param reservations `prefix` reservations that the change makes
 */
export const mapChangesOf = (
  estate: PlanEstate,
  before: readonly FleetNode[],
  after: readonly FleetNode[],
  reservations: readonly { readonly subnetId: string; readonly cidr: string }[],
): ReadonlyMap<string, MapChange> => {
  const released: (Release & { readonly subnetId: string })[] = [];
  const taken = new Map<string, Amount>();
  const running = new Map(before.map((node) => [node.instanceId, node]));
  const stays = new Set(after.flatMap(({ instanceId }) => instanceId ?? []));
  for (const { instanceId } of before)
    if (instanceId !== null && !stays.has(instanceId)) released.push(...nodeBlocks(estate, instanceId));
  for (const { instanceId, holdings } of after) {
    const old = instanceId === null ? undefined : running.get(instanceId);
    for (const [subnetId, more] of differences(old?.holdings ?? [], holdings)) {
      const gain = { addresses: Math.max(0, more.addresses), prefixes: Math.max(0, more.prefixes) };
      taken.set(subnetId, plus(taken.get(subnetId) ?? NOTHING, gain));
      if (instanceId === null || (more.addresses >= 0 && more.prefixes >= 0)) continue;
      const own = nodeBlocks(estate, instanceId).find((held) => held.subnetId === subnetId);
      if (own !== undefined)
        released.push({ subnetId, ...lastOf(own, { addresses: -more.addresses, prefixes: -more.prefixes }) });
    }
  }
  const reserved = Map.groupBy(reservations, ({ subnetId }) => subnetId);
  const returned = Map.groupBy(released, ({ subnetId }) => subnetId);
  return new Map(
    [...new Set([...returned.keys(), ...taken.keys(), ...reserved.keys()])].map((subnetId) => [
      subnetId,
      {
        released: returned.get(subnetId) ?? [],
        taken: taken.get(subnetId) ?? NOTHING,
        reservations: (reserved.get(subnetId) ?? []).map(({ cidr }) => cidr),
      },
    ]),
  );
};

/** By subnet, what is held more; negative where it is less. */
const differences = (before: readonly Holding[], after: readonly Holding[]): ReadonlyMap<string, Amount> => {
  const more = new Map<string, Amount>();
  const add = ({ subnetId, addresses, prefixes }: Holding, sign: 1 | -1): void => {
    more.set(
      subnetId,
      plus(more.get(subnetId) ?? NOTHING, { addresses: sign * addresses, prefixes: sign * prefixes }),
    );
  };
  for (const holding of after) add(holding, 1);
  for (const holding of before) add(holding, -1);
  return more;
};

const lastOf = ({ singles, prefixes }: NodeBlocks, count: Amount): Release => {
  const gone = new Map<number, number>();
  let left = Math.max(0, count.addresses);
  for (const [block, held] of [...singles].toSorted(([a], [b]) => b - a)) {
    const here = Math.min(held, left);
    if (here > 0) gone.set(block, here);
    left -= here;
  }
  return {
    singles: gone,
    prefixes: prefixes.slice(Math.max(0, prefixes.length - Math.max(0, count.prefixes))),
  };
};
