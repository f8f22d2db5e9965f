import { describe, expect, test } from 'vitest';
import {
  FULL_READING_EVERY,
  isTouched,
  type KeptSubnet,
  planReading,
} from '../../../../shared/model/target/reading-plan.ts';
import { aSubnetRecord } from '../../../fixtures/inventory-records.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const MINUTE = 60_000;

const SUBNETS = Array.from({ length: 60 }, (_, index) =>
  aSubnetRecord({ subnetId: `subnet-${index}`, awsAvailable: 100 }),
);
const kept = (readAt: number) => ({
  readInFullAt: NOW - 60 * MINUTE,
  scannedAt: NOW - 5 * MINUTE,
  subnets: new Map(
    SUBNETS.map(({ subnetId }): [string, KeptSubnet] => [
      subnetId,
      {
        readAt,
        awsAvailable: 100,
        unaccounted: 0,
        doubtful: false,
        interfaces: { kinds: [], lines: '' },
        instances: null,
      },
    ]),
  ),
});

describe('events that say that a subnet changed', () => {
  const plan = (touched: ReadonlyMap<string, number>) =>
    planReading(SUBNETS, kept(NOW - 5 * MINUTE), NOW, touched);

  test('add it to what the next scan reads', () => {
    const without = plan(new Map());
    expect(without).not.toContain('subnet-40');
    expect(plan(new Map([['subnet-40', NOW - 2 * MINUTE]]))).toEqual(new Set([...without, 'subnet-40']));
  });

  test('add nothing once it was read after the change', () => {
    expect(plan(new Map([['subnet-40', NOW - 30 * MINUTE]]))).toEqual(plan(new Map()));
  });

  test('add nothing for a subnet that there is not', () => {
    expect(plan(new Map([['subnet-elsewhere', NOW]]))).toEqual(plan(new Map()));
  });

  test('count for a reading within a minute after the change, which may not show it yet', () => {
    expect(isTouched(NOW, NOW + MINUTE)).toBe(true);
    expect(isTouched(NOW, NOW + MINUTE + 1)).toBe(false);
    expect(isTouched(undefined, NOW)).toBe(false);
  });
});

describe('everything is read at once', () => {
  const read = (changes: Partial<ReturnType<typeof kept>>, now = NOW) =>
    planReading(SUBNETS, { ...kept(NOW - 5 * MINUTE), ...changes }, now);

  test('where nothing was kept', () => {
    expect(planReading(SUBNETS, null, NOW)).toBe('all');
  });

  test('a day after it was read so last', () => {
    expect(read({ readInFullAt: NOW - FULL_READING_EVERY + 1 })).not.toBe('all');
    expect(read({ readInFullAt: NOW - FULL_READING_EVERY })).toBe('all');
  });

  test('where the clock went back', () => {
    expect(read({ scannedAt: NOW })).not.toBe('all');
    expect(read({ scannedAt: NOW + 1 })).toBe('all');
  });

  test('where more than half of the subnets have to be read anyway', () => {
    const changed = (count: number) =>
      planReading(
        SUBNETS.map((subnet, index) => (index < count ? { ...subnet, awsAvailable: 99 } : subnet)),
        { ...kept(NOW), scannedAt: NOW },
        NOW,
      );
    expect(changed(30)).toEqual(new Set(SUBNETS.slice(0, 30).map(({ subnetId }) => subnetId)));
    expect(changed(31)).toBe('all');
  });
});
