import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  grow,
  type NodeRoom,
  type NodeSubnets,
  takeAllThatFit,
  takeNodes,
} from '../../../shared/model/cluster/capacity.ts';
import { committedDemand } from '../../../shared/model/cluster/committed-demand.ts';
import type { GrowingGroup } from '../../../shared/model/cluster/growing-group.ts';
import type { DemandStep } from '../../../shared/model/cluster/node-demand.ts';
import {
  type FreeSupply,
  type Placement,
  SupplyLedger,
} from '../../../shared/model/cluster/supply-ledger.ts';

/** The ledger is left as it was. */
const nodesThatFit = (steps: readonly DemandStep[], subnets: NodeSubnets) => {
  const before = subnets.node.mark();
  const nodes = takeAllThatFit(steps, subnets);
  const shortage = takeNodes(steps, subnets);
  subnets.node.rollBack(before);
  return { nodes, shortage };
};

/** The oracle: a subnet as a list of blocks, address by address. `stranded` are free addresses outside free blocks. */
class NaiveSubnet {
  readonly #placement: Placement;
  readonly blocks: number[];
  reserved: number;
  stranded: number;

  constructor(supply: FreeSupply, placement: Placement) {
    this.#placement = placement;
    this.blocks = Array.from({ length: supply.unreservedBlocks }, () => 16);
    this.reserved = supply.reservedBlocks;
    this.stranded = supply.singles - supply.unreservedBlocks * 16;
  }

  #whole(): number {
    return this.blocks.indexOf(16);
  }

  takeAddress(): boolean {
    const whole = this.#whole();
    const broken = this.blocks.findIndex((free) => free > 0 && free < 16);
    const elsewhere = (): boolean => {
      if (this.stranded > 0) {
        this.stranded -= 1;
        return true;
      }
      if (broken < 0) return false;
      this.blocks[broken] = (this.blocks[broken] ?? 0) - 1;
      return true;
    };
    const intoWhole = (): boolean => {
      if (whole < 0) return false;
      this.blocks[whole] = 15;
      return true;
    };
    return this.#placement === 'worst' ? intoWhole() || elsewhere() : elsewhere() || intoWhole();
  }

  takePrefix(): boolean {
    if (this.reserved > 0) {
      this.reserved -= 1;
      return true;
    }
    const whole = this.#whole();
    if (whole < 0) return false;
    this.blocks.splice(whole, 1);
    return true;
  }

  /** One node, or nothing of it. */
  takeNode(singles: number, prefixes: number): boolean {
    const before = { blocks: [...this.blocks], reserved: this.reserved, stranded: this.stranded };
    for (let count = 0; count < singles + prefixes; count += 1) {
      if (count < singles ? this.takeAddress() : this.takePrefix()) continue;
      this.blocks.splice(0, this.blocks.length, ...before.blocks);
      this.reserved = before.reserved;
      this.stranded = before.stranded;
      return false;
    }
    return true;
  }
}

const supplies = fc
  .record({
    stranded: fc.nat({ max: 200 }),
    reservedBlocks: fc.nat({ max: 6 }),
    unreservedBlocks: fc.nat({ max: 14 }),
  })
  .map(({ stranded, reservedBlocks, unreservedBlocks }) => ({
    singles: stranded + unreservedBlocks * 16,
    reservedBlocks,
    unreservedBlocks,
  }));

const placements = fc.constantFrom<Placement>('worst', 'best');

const step = (singles: number, prefixes: number): DemandStep => ({
  subnet: 'node',
  singles,
  prefixes,
  addressError: 'InsufficientFreeAddressesInSubnet',
});

describe('the number of nodes that fit', () => {
  test('is that of taking them one by one, address by address', () => {
    fc.assert(
      fc.property(
        supplies,
        placements,
        fc.integer({ min: 1, max: 12 }),
        fc.nat({ max: 3 }),
        (supply, placement, singles, prefixes) => {
          const naive = new NaiveSubnet(supply, placement);
          let nodes = 0;
          while (naive.takeNode(singles, prefixes)) nodes += 1;
          const ledger = new SupplyLedger(supply, placement);
          const fit = nodesThatFit([step(singles, 0), step(0, prefixes)], { node: ledger, pods: [ledger] });
          expect(fit.nodes).toBe(nodes);
          expect(fit.shortage).not.toBeNull();
          expect(ledger.mark()).toEqual(supply);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('is never larger at worst than at best', () => {
    fc.assert(
      fc.property(
        supplies,
        fc.integer({ min: 1, max: 12 }),
        fc.nat({ max: 3 }),
        (supply, singles, prefixes) => {
          const nodesAt = (placement: Placement): number => {
            const ledger = new SupplyLedger(supply, placement);
            return nodesThatFit([step(singles, prefixes)], { node: ledger, pods: [ledger] }).nodes;
          };
          expect(nodesAt('worst')).toBeLessThanOrEqual(nodesAt('best'));
        },
      ),
      { numRuns: 500 },
    );
  });
});

const rooms = fc.array(
  fc
    .record({
      prefixes: fc.boolean(),
      slotsPerInterface: fc.integer({ min: 1, max: 14 }),
      free: fc.nat({ max: 14 }),
      newInterfaces: fc.nat({ max: 3 }),
      cap: fc.integer({ min: -2, max: 120 }),
    })
    .map(
      ({ prefixes, slotsPerInterface, free, newInterfaces, cap }): NodeRoom => ({
        unit: prefixes ? 16 : 1,
        slotsPerInterface,
        freeSlots: new Map([['subnet', Math.min(free, slotsPerInterface)]]),
        newInterfaces,
        newInterfaceSubnetIds: ['subnet'],
        cap,
      }),
    ),
  { maxLength: 6 },
);

describe('growing nodes', () => {
  test('gives no more than the subnet has, and no node more than its cap', () => {
    fc.assert(
      fc.property(rooms, supplies, placements, (nodes, supply, placement) => {
        const ledger = new SupplyLedger(supply, placement);
        const given = grow(nodes, new Map([['subnet', ledger]]))?.get('subnet') ?? 0;
        const caps = nodes.reduce((sum, { cap }) => sum + Math.max(0, cap), 0);
        expect(given).toBeLessThanOrEqual(caps);
        expect(given).toBeLessThanOrEqual(supply.singles + supply.reservedBlocks * 16);
        expect(ledger.singles).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1_000 },
    );
  });

  test('stops only where a slot, a cap or the subnet ends it', () => {
    fc.assert(
      fc.property(rooms, supplies, placements, (nodes, supply, placement) => {
        const ledger = new SupplyLedger(supply, placement);
        const ledgers = new Map([['subnet', ledger]]);
        const given = grow(nodes, ledgers)?.get('subnet') ?? 0;
        const [only, ...others] = nodes;
        if (only === undefined || others.length > 0) return;
        const slots =
          [...only.freeSlots.values()].reduce((sum, free) => sum + free, 0) +
          only.newInterfaces * only.slotsPerInterface;
        if (given >= Math.min(only.cap, slots * only.unit)) return;
        // Short of its goal: not one slot more could be filled, or not one interface more attached.
        const oneMore = only.unit === 16 ? ledger.take(0, 1) : ledger.take(1, 0);
        const another = only.unit === 16 ? ledger.take(1, 1) : ledger.take(1 + only.slotsPerInterface, 0);
        const filled = given >= [...only.freeSlots.values()].reduce((sum, free) => sum + free, 0) * only.unit;
        expect(filled ? another : oneMore).not.toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('committed demand', () => {
  const cases = fc.record({
    singles: fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 4 }),
    perNode: fc.integer({ min: 1, max: 12 }),
    groups: fc.array(
      fc.record({
        wanted: fc.nat({ max: 12 }),
        subnets: fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  });

  test('promises no address twice, and no group is short unless its subnets hold too little for all', () => {
    fc.assert(
      fc.property(cases, ({ singles, perNode, groups }) => {
        const growing = groups.map(({ wanted, subnets }, index): GrowingGroup => {
          const present = [...new Set(subnets.map((subnet) => subnet % singles.length))];
          return {
            clusterName: 'shop',
            group: `group-${index}`,
            kind: 'node-group',
            currentNodes: 1,
            maximumNodes: 1 + wanted,
            instanceType: 'm5.large',
            steps: [step(perNode, 0)],
            full: null,
            subnets: present.map((subnet) => ({
              subnetId: `subnet-${subnet}`,
              availabilityZone: `zone-${subnet}`,
              podSubnetIds: [`subnet-${subnet}`],
              primaryServesPods: true,
              nodes: 0,
            })),
          };
        });
        const ledgers = () =>
          new Map(
            singles.map((count, index) => [
              `subnet-${index}`,
              new SupplyLedger({ singles: count, reservedBlocks: 0, unreservedBlocks: 0 }, 'worst'),
            ]),
          );
        const demand = committedDemand(growing, ledgers);
        const roomIn = (subnetIds: readonly string[]): number =>
          [...new Set(subnetIds)].reduce(
            (sum, id) => sum + Math.floor((singles[Number(id.slice('subnet-'.length))] ?? 0) / perNode),
            0,
          );
        const fits = (each: (typeof demand)[number]): number => each.fits ?? Number.NaN;
        expect(demand.reduce((sum, each) => sum + fits(each), 0)).toBeLessThanOrEqual(
          roomIn(singles.map((_, index) => `subnet-${index}`)),
        );
        for (const each of demand) {
          expect(fits(each)).toBeLessThanOrEqual(roomIn(each.subnetIds));
          expect((each.shortfall ?? Number.NaN) + fits(each)).toBe(each.maximumNodes - each.currentNodes);
          if (each.shortfall === 0) continue;
          // Each group gets the least of several orders, so the sum can be less than the room. A group is short only
          // where it and those that take from its subnets want more than these hold.
          const touching = demand.filter(({ subnetIds }) =>
            subnetIds.some((id) => each.subnetIds.includes(id)),
          );
          expect(
            touching.reduce((sum, other) => sum + other.maximumNodes - other.currentNodes, 0),
          ).toBeGreaterThan(roomIn(each.subnetIds));
          if (touching.length === 1) expect(fits(each)).toBe(roomIn(each.subnetIds));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
