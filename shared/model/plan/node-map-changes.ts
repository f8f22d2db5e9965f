import type { Release } from './changed-map.ts';
import type { FleetNode } from './fleet.ts';
import type { Amount } from './node-demands.ts';
import { type NodeBlocks, nodeBlocks } from './occupied-blocks.ts';
import type { PlanEstate, PlannedNode } from './plan-estate.ts';
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
  before: readonly PlannedNode[],
  after: readonly FleetNode[],
  reservations: readonly { readonly subnetId: string; readonly cidr: string }[],
): ReadonlyMap<string, MapChange> => {
  const released: (Release & { readonly subnetId: string })[] = [];
  const taken = new Map<string, Amount>();
  const take = (subnetId: string, more: Amount): void => {
    const gain = { addresses: Math.max(0, more.addresses), prefixes: Math.max(0, more.prefixes) };
    taken.set(subnetId, plus(taken.get(subnetId) ?? NOTHING, gain));
  };
  const staying = new Map<string, readonly Holding[]>();
  for (const { instanceId, holdings } of after) {
    if (instanceId === null) for (const holding of holdings) take(holding.subnetId, holding);
    else staying.set(instanceId, holdings);
  }
  for (const { instanceId, holdings } of before) {
    const held = nodeBlocks(estate, instanceId);
    const then = staying.get(instanceId);
    if (then === undefined) {
      released.push(...held);
      continue;
    }
    for (const [subnetId, more] of differences(holdings, then)) {
      take(subnetId, more);
      const here = held.filter((each) => each.subnetId === subnetId);
      released.push(...here.map((own) => ({ subnetId, ...lastOf(own, -more.addresses) })));
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

/** Nodes that stay surely give back single addresses alone: it is never known that a prefix serves no pod. */
const lastOf = ({ singles }: NodeBlocks, addresses: number): Release => {
  const gone = new Map<number, number>();
  let left = Math.max(0, addresses);
  for (const [block, held] of [...singles].toSorted(([a], [b]) => b - a)) {
    const here = Math.min(held, left);
    if (here > 0) gone.set(block, here);
    left -= here;
  }
  return { singles: gone, prefixes: [] };
};
