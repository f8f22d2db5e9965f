import { describe, expect, test } from 'vitest';
import { SubnetGoneError } from '../../../shared/inventory/inventory-source.ts';
import type { Subnet } from '../../../shared/model/aws/inventory.ts';
import { HeadroomError, type Problem } from '../../../shared/model/base/errors.ts';
import { type ReservationAnswers, readReservations } from '../../../shared/pipeline/read-reservations.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';
import { aReservation, aSubnetRecord, aTarget } from '../../fixtures/inventory-records.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-27T00:00:00Z');

const subnetsOf = (count: number): readonly Subnet[] =>
  Array.from({ length: count }, (_, index) => aSubnetRecord({ subnetId: `subnet-${index}` }));

/** EC2 and a store, and what was asked of each. */
class Scans {
  asked: string[] = [];
  requests = 0;
  problems: Problem[] = [];
  failure: ((subnetId: string) => Error | null) | null = null;
  readonly #cache = createMemoryStateStore().cache;

  async read(
    minutes: number,
    subnets: readonly Subnet[],
    most?: number,
    touched?: ReadonlyMap<string, number>,
    withPrefixes?: ReadonlySet<string>,
  ): Promise<ReservationAnswers> {
    this.asked = [];
    this.problems = [];
    this.requests = 0;
    const cache: CacheStore = {
      get: (key, now, form) => this.#cache.get(key, now, form),
      getMany: (keys, now, form) => {
        this.requests += 1;
        return this.#cache.getMany(keys, now, form);
      },
      put: (key, value, expiresAt) => this.#cache.put(key, value, expiresAt),
      putMany: (values, expiresAt) => {
        this.requests += 1;
        return this.#cache.putMany(values, expiresAt);
      },
      exchange: (key, exchange) => this.#cache.exchange(key, exchange),
    };
    const reservations = async (subnetId: string) => {
      this.asked.push(subnetId);
      const failure = this.failure?.(subnetId) ?? null;
      if (failure !== null) throw failure;
      return [{ ...aReservation('10.0.0.16/28', 'prefix'), subnetId }];
    };
    const now = START + minutes * MINUTE;
    return readReservations(
      {
        target: aTarget,
        sources: { inventory: { reservations } },
        cache,
        now,
        mostReservations: most,
        touched,
        withPrefixes,
      },
      subnets,
      this.problems,
    );
  }
}

describe('reservations that an event says were changed', () => {
  test('are asked for at once, and before the others', async () => {
    const scans = new Scans();
    const subnets = subnetsOf(100);
    await scans.read(0, subnets);
    const touched = new Map([['subnet-77', START + 3 * MINUTE]]);
    await scans.read(5, subnets, undefined, touched);
    expect(scans.asked).toHaveLength(9);
    expect(scans.asked[0]).toBe('subnet-77');
    await scans.read(10, subnets, undefined, touched);
    expect(scans.asked).not.toContain('subnet-77');
    await scans.read(59, subnets, 1, new Map([['subnet-77', START + 58 * MINUTE]]));
    expect(scans.asked).toEqual(['subnet-77']);
  });
});

describe('the reservations of many subnets', () => {
  test('are one record of the store, whether they are read or known', async () => {
    const scans = new Scans();
    const subnets = subnetsOf(1_000);
    const first = await scans.read(0, subnets);
    expect(scans.asked).toHaveLength(1_000);
    expect(scans.requests).toBe(2);
    const second = await scans.read(5, subnets);
    expect(scans.asked).toHaveLength(92);
    expect(scans.requests).toBe(2);
    expect(second).toEqual(first);
    await scans.read(5, subnets);
    expect(scans.asked).toEqual([]);
    expect(scans.requests).toBe(1);
  });

  test('of 20,000 subnets are read and written in one request each', async () => {
    const scans = new Scans();
    const subnets = subnetsOf(20_000);
    const first = await scans.read(0, subnets);
    expect(scans.requests).toBe(2);
    expect(await scans.read(5, subnets)).toEqual(first);
    expect(scans.requests).toBe(2);
  });

  test('are read in turn, in every scan as many, and each within an hour', async () => {
    const scans = new Scans();
    const subnets = subnetsOf(1_000);
    await scans.read(0, subnets);
    const lastRead = new Map(subnets.map(({ subnetId }) => [subnetId, 0]));
    for (let minutes = 5; minutes <= 180; minutes += 5) {
      await scans.read(minutes, subnets);
      expect(scans.asked).toHaveLength(92);
      for (const subnetId of scans.asked) {
        expect(minutes - (lastRead.get(subnetId) ?? 0)).toBeLessThanOrEqual(60);
        lastRead.set(subnetId, minutes);
      }
    }
    expect(Math.min(...lastRead.values())).toBeGreaterThan(120);
  });

  test('are read as often where there are few: once in an hour', async () => {
    const scans = new Scans();
    const asked: number[] = [];
    for (let minutes = 0; minutes <= 120; minutes += 5) {
      await scans.read(minutes, subnetsOf(1));
      if (scans.asked.length > 0) asked.push(minutes);
    }
    expect(asked).toEqual([0, 55, 110]);
  });

  test('that a scan has no time for are unknown, and are read by the next scans', async () => {
    const scans = new Scans();
    const subnets = subnetsOf(25);
    const first = await scans.read(0, subnets, 10);
    expect(scans.asked).toHaveLength(10);
    expect([...first.values()].filter((answer) => answer === null)).toHaveLength(15);
    expect(scans.problems.map(({ code, message }) => [code, /\d+ subnets/.exec(message)?.[0]])).toEqual([
      ['reservations-waiting', '15 subnets'],
    ]);
    await scans.read(5, subnets, 10);
    const third = await scans.read(10, subnets, 10);
    expect(scans.asked).toHaveLength(5);
    expect([...third.values()]).not.toContain(null);
    expect(scans.problems).toEqual([]);
  });

  test('that were never read are asked for by need: where prefixes are taken, then where the fewest addresses are left', async () => {
    const scans = new Scans();
    const left = [40, 7, null, 0, 900, 12];
    const subnets = [
      ...left.map((awsAvailable, index) => aSubnetRecord({ subnetId: `subnet-${index}`, awsAvailable })),
      aSubnetRecord({ subnetId: 'ipv6-only', awsAvailable: 0, cidrBlock: null, ipv6Native: true }),
    ];
    await scans.read(0, subnets, 3);
    // AWS sent no count of the third: it may have nothing left.
    expect(scans.asked.toSorted()).toEqual(['subnet-1', 'subnet-2', 'subnet-3']);
    await scans.read(5, subnets, 2, undefined, new Set(['subnet-4']));
    expect(scans.asked).toEqual(['subnet-4', 'subnet-5']);
    await scans.read(10, subnets, 2);
    expect(scans.asked).toEqual(['subnet-0', 'ipv6-only']);
  });

  test('stay as they were read before, while others are read first', async () => {
    const scans = new Scans();
    const subnets = subnetsOf(25);
    const first = await scans.read(0, subnets);
    expect(await scans.read(120, subnets, 10)).toEqual(first);
    expect(scans.problems).toEqual([]);
    const later = await scans.read(24 * 60 + 5, subnets, 10);
    expect([...later.values()].filter((answer) => answer === null)).toHaveLength(5);
  });

  test('are unknown where EC2 refuses them, with one problem and no further calls than are under way', async () => {
    const scans = new Scans();
    scans.failure = () => new HeadroomError('access-denied', 'It is refused', 'Allow it.');
    const answers = await scans.read(0, subnetsOf(100));
    expect([...answers.values()].every((answer) => answer === null)).toBe(true);
    expect(scans.problems).toHaveLength(1);
    expect(scans.asked.length).toBeLessThan(5);
  });

  test('of a subnet that is gone are left out', async () => {
    const scans = new Scans();
    scans.failure = (subnetId) => (subnetId === 'subnet-3' ? new SubnetGoneError(subnetId) : null);
    const answers = await scans.read(0, subnetsOf(5));
    expect(answers.get('subnet-3')).toBe('gone');
    expect(scans.problems.map(({ code }) => code)).toEqual(['subnet-gone']);
  });
});
