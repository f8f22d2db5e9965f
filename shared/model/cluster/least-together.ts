import { elementAt } from '../base/element-at.ts';
import { largestOf } from '../base/extremes.ts';
import { valueAt } from '../base/value-at.ts';
import type { Ledgers, Shortage } from './capacity.ts';
import type { LocatedGroup } from './located-group.ts';
import { type DemandStep, EXHAUSTION_ERRORS } from './node-demand.ts';
import { RoomOfGroup } from './room-of-group.ts';
import { Supplies } from './shared-supplies.ts';
import { largest } from './supply-ledger.ts';

export interface LeastNodes {
  readonly nodes: number;
  /** Why one more node may not start; `null` where all do. */
  readonly shortage: Shortage | null;
}

/**
 * How many nodes of each group start when all grow a node each in turn, in whichever subnets EC2 and the CNI put them. No order is
 * tried. A node counts while one of two rules holds:
 * - no zone can be short: each holds its share of every group, and Auto Scaling keeps to shares while no zone refuses a node;
 * - the node cannot be refused in all of its zones, however the others are spread.
 *
 * A place refuses a node only if other nodes took certain amounts there. Each kind of node gets a weight: the nodes that fill a
 * place weigh at least so much, and while those that are there weigh less, there is room. Any weights give a bound, so the best of
 * several is taken. No node takes from two places, so the weights of places are added up.
 */
export const leastTogether = (groups: readonly LocatedGroup[], ledgers: Ledgers): readonly LeastNodes[] => {
  const supplies = new Supplies(groups, ledgers);
  const roomsByKind = new Map<string, RoomOfGroup>();
  const rooms = groups.map((group) => {
    const kind = JSON.stringify([group.steps, group.locations]);
    const room = roomsByKind.get(kind) ?? new RoomOfGroup(supplies.placesOf(group), groups.length);
    roomsByKind.set(kind, room);
    return room;
  });
  const inZones = (nodes: readonly number[]): boolean => {
    const shares = groups.map(({ running }, index) => sharesOf(running, elementAt(nodes, index)));
    return rooms.every((room, index) =>
      room.isSureInEachZone(index, (component) =>
        shares.map((share, group) => share(elementAt(rooms, group).zonesIn(component))),
      ),
    );
  };
  const { nodes, next } = mostInTurn(groups, inZones);
  const inTurn = groups.map((group, index) => ({ group, index }));
  let growing = [...inTurn.slice(next), ...inTurn.slice(0, next)];
  while (growing.length > 0) {
    growing = growing.filter(({ group, index }) => {
      const started = elementAt(nodes, index);
      if (started >= group.wanted || !elementAt(rooms, index).isSureSomewhere(nodes)) return false;
      nodes[index] = started + 1;
      return true;
    });
  }
  return groups.map(({ steps, wanted }, index) => {
    const started = elementAt(nodes, index);
    return { nodes: started, shortage: started < wanted ? likelyShortage(steps) : null };
  });
};

/** The most nodes, started in turn, for which `holds` is true, and whose turn is next: it is true up to some number of starts and false after. */
const mostInTurn = (
  groups: readonly LocatedGroup[],
  holds: (nodes: readonly number[]) => boolean,
): { readonly nodes: number[]; readonly next: number } => {
  /** After so many whole rounds, and the turns of so many groups in the next one. */
  const after = (rounds: number, turns: number): number[] =>
    groups.map(({ wanted }, index) => Math.min(wanted, index < turns ? rounds + 1 : rounds));
  const rounds = largest(largestOf([0, ...groups.map(({ wanted }) => wanted)]), (count) =>
    holds(after(count, 0)),
  );
  const next = largest(groups.length, (count) => holds(after(rounds, count)));
  return { nodes: after(rounds, next), next };
};

/** How many of so many new nodes are in these zones at most, where the next one always starts in a zone with fewest. */
const sharesOf = (
  running: ReadonlyMap<string | null, number>,
  nodes: number,
): ((zones: readonly (string | null)[]) => number) => {
  const most = largestOf([0, ...running.values()]) + nodes;
  const above = (level: number, zone: string | null): number => Math.max(0, level - valueAt(running, zone));
  const startedUpTo = (level: number): number =>
    [...running.keys()].reduce((sum, zone) => sum + above(level, zone), 0);
  const level = largest(most, (each) => each === 0 || startedUpTo(each - 1) < nodes);
  return (zones) =>
    Math.min(
      nodes,
      zones.reduce((sum, zone) => sum + above(level, zone), 0),
    );
};

/** What EC2 most likely answers: the prefixes are short, or else the addresses. */
const likelyShortage = (steps: readonly DemandStep[]): Shortage => {
  const step = steps.find(({ prefixes }) => prefixes > 0);
  return step === undefined
    ? { limitedBy: 'addresses', error: EXHAUSTION_ERRORS.addresses }
    : { limitedBy: 'prefixes', error: step.prefixError ?? EXHAUSTION_ERRORS.prefixes };
};
