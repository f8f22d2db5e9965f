import { describe, expect, test } from 'vitest';
import { freeSupplyOf, largest, SupplyLedger } from '../../../../shared/model/cluster/supply-ledger.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';

const supply = { singles: 40, reservedBlocks: 1, unreservedBlocks: 2 };

describe("a subnet's free supply", () => {
  test('is what its assessment says', () => {
    const prefixes = { assigned: 0, free: 3, freeInReservation: 1, freeUnreserved: 2 };
    expect(freeSupplyOf(aSubnet({ availableSingle: 40, prefixes }))).toEqual({ ...supply, unseen: 0 });
  });

  test('says how many addresses are in use without a visible owner, and so may lie in any block', () => {
    expect(freeSupplyOf(aSubnet({ unaccounted: 5 }))?.unseen).toBe(5);
    expect(freeSupplyOf(aSubnet({ unaccounted: null }))?.unseen).toBe(0);
    expect(freeSupplyOf(aSubnet({ unaccounted: -5 }))?.unseen).toBe(0);
  });

  test.each([[{ availableSingle: null }], [{ prefixes: null }]])('is unknown with %j', (changes) => {
    expect(freeSupplyOf(aSubnet(changes))).toBeNull();
  });
});

describe('a ledger', () => {
  test('takes prefixes from reservations first, at no cost to single addresses', () => {
    const ledger = new SupplyLedger(supply, 'best');
    expect(ledger.take(0, 1)).toBeNull();
    expect([ledger.singles, ledger.prefixes]).toEqual([40, 2]);
    expect(ledger.take(0, 1)).toBeNull();
    expect([ledger.singles, ledger.prefixes]).toEqual([24, 1]);
  });

  test('lets each single address spoil a free block, at worst', () => {
    const ledger = new SupplyLedger(supply, 'worst');
    expect(ledger.take(1, 0)).toBeNull();
    expect(ledger.prefixes).toBe(2);
    expect(ledger.take(5, 0)).toBeNull();
    expect(ledger.prefixes).toBe(1);
  });

  test('lets single addresses spoil a free block only where there is no other place, at best', () => {
    const ledger = new SupplyLedger(supply, 'best');
    expect(ledger.take(8, 0)).toBeNull();
    expect(ledger.prefixes).toBe(3);
    expect(ledger.take(1, 0)).toBeNull();
    expect(ledger.prefixes).toBe(2);
    expect(ledger.take(15, 0)).toBeNull();
    expect(ledger.prefixes).toBe(2);
    expect(ledger.take(1, 0)).toBeNull();
    expect(ledger.prefixes).toBe(1);
  });

  test('says which supply is short, and takes nothing then', () => {
    const ledger = new SupplyLedger(supply, 'best');
    expect(ledger.take(41, 0)).toBe('addresses');
    expect(ledger.take(0, 4)).toBe('prefixes');
    expect(ledger.take(9, 3)).toBe('prefixes');
    expect([ledger.singles, ledger.prefixes]).toEqual([40, 3]);
  });

  test('goes back to a mark', () => {
    const ledger = new SupplyLedger(supply, 'worst');
    const mark = ledger.mark();
    ledger.take(3, 1);
    ledger.rollBack(mark);
    expect(ledger.mark()).toEqual(supply);
  });

  test('loses a free block to each address in use that no interface shows, at worst', () => {
    const unseen = { singles: 100, reservedBlocks: 1, unreservedBlocks: 5, unseen: 3 };
    expect(new SupplyLedger(unseen, 'worst').prefixes).toBe(3);
    expect(new SupplyLedger({ ...unseen, unseen: 9 }, 'worst').prefixes).toBe(1);
    expect(new SupplyLedger(unseen, 'best').prefixes).toBe(6);
  });

  test('has no free block that its single addresses could not fill', () => {
    expect(new SupplyLedger({ singles: 20, reservedBlocks: 0, unreservedBlocks: 5 }, 'best').prefixes).toBe(
      1,
    );
  });
});

test.each([
  [10, 7],
  [7, 7],
  [5, 5],
  [0, 0],
  [-3, 0],
])('the largest count up to %i of which no more than 7 is true is %i', (limit, answer) => {
  expect(largest(limit, (count) => count <= 7)).toBe(answer);
});
