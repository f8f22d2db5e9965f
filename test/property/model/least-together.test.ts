import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ledgers } from '../../../shared/model/cluster/capacity.ts';
import { leastTogether } from '../../../shared/model/cluster/least-together.ts';
import type { LocatedGroup } from '../../../shared/model/cluster/located-group.ts';
import type { DemandStep } from '../../../shared/model/cluster/node-demand.ts';
import { type FreeSupply, SupplyLedger } from '../../../shared/model/cluster/supply-ledger.ts';

const SUBNETS = ['node-a', 'pods-a', 'more-a', 'node-b', 'pods-b'] as const;

const step = fc.record({
  subnet: fc.constantFrom('node' as const, 'pods' as const),
  singles: fc.integer({ min: 0, max: 3 }),
  prefixes: fc.integer({ min: 0, max: 1 }),
  addressError: fc.constant('InsufficientFreeAddressesInSubnet'),
});

const group = fc
  .record({
    steps: fc.array(step, { minLength: 0, maxLength: 2 }),
    pods: fc.constantFrom('own', 'others', 'any'),
    zones: fc.constantFrom(['a'], ['b'], ['a', 'b']),
    wanted: fc.integer({ min: 0, max: 4 }),
    running: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
  })
  .map(({ steps, pods, zones, wanted, running }): LocatedGroup => {
    const primary: DemandStep = { subnet: 'node', singles: 1, prefixes: 0, addressError: 'none' };
    const podsIn: Readonly<Record<string, readonly string[]>> = {
      a: ['pods-a', 'more-a'],
      b: ['pods-b'],
    };
    return {
      steps: [primary, ...steps.filter(({ singles, prefixes }) => singles + prefixes > 0)],
      wanted,
      running: new Map(zones.map((zone, index) => [zone, running[index] ?? 0])),
      locations: zones.map((zone) => {
        const own = `node-${zone}`;
        const others = podsIn[zone] ?? [];
        return {
          availabilityZone: zone,
          subnetId: own,
          podSubnetIds: pods === 'own' ? [own] : pods === 'others' ? others : [own, ...others],
          extras: [],
        };
      }),
    };
  });

const supply: fc.Arbitrary<FreeSupply> = fc
  .record({
    loose: fc.integer({ min: 0, max: 9 }),
    reservedBlocks: fc.integer({ min: 0, max: 2 }),
    unreservedBlocks: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ loose, reservedBlocks, unreservedBlocks }) => ({
    singles: loose + 16 * unreservedBlocks,
    reservedBlocks,
    unreservedBlocks,
  }));

const fresh = (supplies: readonly FreeSupply[]): Ledgers =>
  new Map(
    SUBNETS.map((id, index) => [
      id,
      new SupplyLedger(supplies[index] ?? { singles: 0, reservedBlocks: 0, unreservedBlocks: 0 }, 'worst'),
    ]),
  );

const stateOf = (ledgers: Ledgers): string =>
  JSON.stringify([...ledgers.values()].map((ledger) => ledger.mark()));

/** Calls back once for every way in which a node may take its addresses in this place; nothing is kept. */
const everyWay = (
  ledgers: Ledgers,
  { steps, locations }: LocatedGroup,
  place: number,
  then: () => void,
): void => {
  const location = locations[place];
  const take = (index: number): void => {
    const next = steps[index];
    if (next === undefined || location === undefined) {
      then();
      return;
    }
    for (const id of next.subnet === 'node' ? [location.subnetId] : location.podSubnetIds) {
      const ledger = ledgers.get(id);
      const mark = ledger?.mark();
      if (ledger === undefined || mark === undefined) continue;
      if (ledger.take(next.singles, next.prefixes) === null) take(index + 1);
      ledger.rollBack(mark);
    }
  };
  take(0);
};

/**
 * Whether nodes start in turn in whichever subnets each of them gets its addresses: every way is tried. Each starts in a zone that has
 * fewest nodes of its group, or in another one where none of the places takes it.
 */
const allStartAlways = (
  ledgers: Ledgers,
  groups: readonly LocatedGroup[],
  turns: readonly number[],
): boolean => {
  const seen = new Set<string>();
  const counts = groups.map(({ running }) => new Map(running));
  const from = (turn: number): boolean => {
    const index = turns[turn];
    if (index === undefined) return true;
    const group = groups[index];
    const zones = counts[index];
    if (group === undefined || zones === undefined) return false;
    const key = `${turn} ${stateOf(ledgers)} ${JSON.stringify(counts.map((each) => [...each]))}`;
    if (seen.has(key)) return true;
    seen.add(key);
    let holds = true;
    const startsIn = (zone: string | null): boolean => {
      let ways = 0;
      group.locations.forEach(({ availabilityZone }, place) => {
        if (availabilityZone !== zone) return;
        everyWay(ledgers, group, place, () => {
          ways += 1;
          zones.set(zone, (zones.get(zone) ?? 0) + 1);
          holds &&= from(turn + 1);
          zones.set(zone, (zones.get(zone) ?? 0) - 1);
        });
      });
      return ways > 0;
    };
    let open = [...zones.keys()];
    while (open.length > 0) {
      const fewest = Math.min(...open.map((zone) => zones.get(zone) ?? 0));
      const next = open.filter((zone) => zones.get(zone) === fewest);
      const started = next.map(startsIn);
      // A zone with as many nodes that refuses it comes to the same: another one takes it.
      if (started.some(Boolean)) return holds;
      open = open.filter((zone) => !next.includes(zone));
    }
    return false;
  };
  return from(0);
};

test('so many nodes of each group start in whichever place and subnet each of them gets its addresses', () => {
  let started = 0;
  let stopped = 0;
  fc.assert(
    fc.property(
      fc.array(group, { minLength: 1, maxLength: 3 }),
      fc.array(supply, { minLength: SUBNETS.length, maxLength: SUBNETS.length }),
      (groups, supplies) => {
        const least = leastTogether(groups, fresh(supplies));
        const turns = [0, 1, 2, 3].flatMap((turn) =>
          [...groups.keys()].filter((index) => turn < (least[index]?.nodes ?? 0)),
        );
        started += turns.length;
        stopped += least.filter(({ shortage }) => shortage !== null).length;
        expect(allStartAlways(fresh(supplies), groups, turns)).toBe(true);
        least.forEach(({ nodes, shortage }, index) => {
          expect(nodes === groups[index]?.wanted).toBe(shortage === null);
        });
      },
    ),
    { numRuns: 1500 },
  );
  // Both kinds of answers were put to the test.
  expect(started).toBeGreaterThan(500);
  expect(stopped).toBeGreaterThan(500);
});
