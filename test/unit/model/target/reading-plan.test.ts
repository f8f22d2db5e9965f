import { describe, expect, test } from 'vitest';
import {
  FULL_READING_EVERY,
  isTouched,
  type KeptSubnet,
  LONGEST_WAIT,
  OLDEST_MAP,
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
    planReading(SUBNETS, kept(NOW - 5 * MINUTE), NOW, { touched });

  test('add it to what the next scan reads', () => {
    const without = plan(new Map());
    expect(without).not.toContain('subnet-30');
    expect(plan(new Map([['subnet-30', NOW - 2 * MINUTE]]))).toEqual(new Set([...without, 'subnet-30']));
  });

  test('add nothing once it was read after the change', () => {
    expect(plan(new Map([['subnet-30', NOW - 30 * MINUTE]]))).toEqual(plan(new Map()));
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

describe('where more has changed than a scan can list', () => {
  const lines = (count: number): string => Array.from({ length: count }, () => 'line').join('\n');

  /** Ten of the subnets have 1,000 addresses available, and changed by some since they were read. */
  const plan = ({
    by = 1,
    doubtful = false,
    readAt = NOW - 5 * MINUTE,
    scannedAt = NOW - 5 * MINUTE,
    readAtOf = () => readAt,
    touched = new Map<string, number>(),
    mostInterfaces,
  }: {
    readonly by?: number | null;
    readonly doubtful?: boolean;
    readonly readAt?: number;
    readonly scannedAt?: number;
    readonly readAtOf?: (index: number) => number;
    readonly touched?: ReadonlyMap<string, number>;
    readonly mostInterfaces: number;
  }): readonly number[] | 'all' => {
    const before = [...kept(NOW).subnets].map(([subnetId, each], index): [string, KeptSubnet] => [
      subnetId,
      index < 10
        ? {
            ...each,
            readAt: readAtOf(index),
            doubtful,
            awsAvailable: 1000,
            interfaces: { kinds: [], lines: lines(100) },
          }
        : each,
    ]);
    const now = SUBNETS.map((subnet, index) => ({
      ...subnet,
      awsAvailable: index < 10 ? (by === null ? null : 1000 + by) : 100,
    }));
    // No time has passed where only what changed matters: nothing is read in turn then.
    const read = planReading(now, { ...kept(NOW), scannedAt, subnets: new Map(before) }, NOW, {
      mostInterfaces,
      touched,
    });
    return read === 'all'
      ? read
      : [...read].map((subnetId) => Number(subnetId.slice('subnet-'.length))).sort((a, b) => a - b);
  };
  const some = { scannedAt: NOW, mostInterfaces: 300 };
  const everyOne = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

  test('as many are read as fit, and the others wait', () => {
    // Of one age they come by a hash of the id: by the ids themselves, large and small ones might come together.
    expect(plan(some)).toEqual([7, 8, 9]);
    expect(plan({ ...some, mostInterfaces: 299 })).toEqual([8, 9]);
    expect(plan({ ...some, mostInterfaces: 0 })).toEqual([]);
    expect(plan({ ...some, mostInterfaces: 1000 })).toEqual(everyOne);
  });

  test('those first that were read longest ago', () => {
    expect(plan({ ...some, readAtOf: (index) => NOW - (10 - index) * MINUTE })).toEqual([0, 1, 2]);
  });

  test('all wait that have nothing but an event, or a doubtful reading', () => {
    const touched = new Map(SUBNETS.map(({ subnetId }) => [subnetId, NOW - 5 * MINUTE]));
    expect(plan({ ...some, by: 0, doubtful: true })).toEqual([7, 8, 9]);
    expect(plan({ ...some, by: 0 })).toEqual([]);
    expect(plan({ ...some, by: 0, touched, mostInterfaces: 100 })).toEqual([9]);
  });

  test('none waits that has gained or lost more than one in a hundred of its available addresses', () => {
    expect(plan({ ...some, by: 10 })).toEqual([7, 8, 9]);
    expect(plan({ ...some, by: 11 })).toEqual(everyOne);
    // Ten are more than one in a hundred of the 990 that are left, and nine are not.
    expect(plan({ ...some, by: -9 })).toEqual([7, 8, 9]);
    expect(plan({ ...some, by: -10 })).toEqual(everyOne);
  });

  test('none waits of which AWS has no count any more', () => {
    expect(plan({ ...some, by: null })).toEqual(everyOne);
  });

  test('none waits whose map would be too old at the next scan', () => {
    const none = { mostInterfaces: 0, scannedAt: NOW - 5 * MINUTE };
    const readAt = NOW - LONGEST_WAIT + 5 * MINUTE;
    expect(plan({ ...none, readAt: readAt + 1 })).not.toContain(9);
    expect(plan({ ...none, readAt })).toEqual(expect.arrayContaining(everyOne));
  });

  test('those in turn, and those with a map that is too old, are read anyway, and take the place of others', () => {
    const quiet = { by: 0, mostInterfaces: 0, scannedAt: NOW - 5 * MINUTE };
    // Two of sixty have their turn after five minutes.
    expect(plan({ ...quiet, readAt: NOW - 2 * LONGEST_WAIT })).toEqual([8, 9]);
    const old = (index: number): number => (index === 5 ? NOW - OLDEST_MAP : NOW - MINUTE);
    expect(plan({ ...some, readAtOf: old })).toEqual([5, 8, 9]);
  });

  test('new ones are read at once', () => {
    const read = planReading(SUBNETS, { ...kept(NOW), scannedAt: NOW, subnets: new Map() }, NOW, {
      mostInterfaces: 0,
    });
    expect(read).toBe('all');
    const withoutOne = new Map([...kept(NOW).subnets].slice(1));
    expect(
      planReading(SUBNETS, { ...kept(NOW), scannedAt: NOW, subnets: withoutOne }, NOW, { mostInterfaces: 0 }),
    ).toEqual(new Set(['subnet-0']));
  });
});
