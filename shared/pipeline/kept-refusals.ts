import * as z from 'zod/mini';
import { type AllocationFailure, refusalIn, supplyOfCode } from '../model/aws/allocation-failure.ts';
import type { EksCluster, Target } from '../model/aws/inventory.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/**
 * When requests for an address were refused, as long as the history of a subnet is kept: a forecast is judged by them as by the
 * moments at which nothing was left. A subnet that is full between two scans shows in no measurement.
 */

/** A supply of a subnet that requests found empty. */
export type RefusedSupply = 'addresses' | 'prefixes';

/** Hours with a refused request, each as the time of its first one; epoch milliseconds, in order. */
export type RefusedHours = Readonly<Record<RefusedSupply, readonly number[]>>;

type Refusal = readonly [subnetId: string, supply: RefusedSupply, at: number];

const REFUSALS: RecordForm<readonly Refusal[]> = z.array(
  z.tuple([z.string(), z.enum(['addresses', 'prefixes']), z.number()]),
);

const HOUR = 3_600_000;
/** As long as the hours of a history. */
const KEPT_FOR = 60 * 24 * HOUR;
/** Of all subnets of a target, the latest. An item of DynamoDB holds 400 KB, and one has at most 60 bytes. */
const MOST = 4_000;
const ATTEMPTS = 4;

/** The number is that of the form. */
const keyOf = ({ accountId, region }: Target): string => `refusals-1/${accountId}/${region}`;

/** When requests for an address of the subnet were refused. */
export const readRefusals = async (
  cache: CacheStore,
  target: Target,
  subnetId: string,
  now: number,
): Promise<RefusedHours> => {
  const own = (await stored(cache, target, now)).filter(([id]) => id === subnetId);
  const hours = (wanted: RefusedSupply): readonly number[] =>
    own
      .filter(([, supply]) => supply === wanted)
      .map(([, , at]) => at)
      .toSorted((a, b) => a - b);
  return { addresses: hours('addresses'), prefixes: hours('prefixes') };
};

export interface RefusalsOfScan {
  readonly target: Target;
  readonly cache: CacheStore;
  /** What AWS services and events say. */
  readonly failures: readonly AllocationFailure[];
  readonly eksClusters: readonly EksCluster[];
  /** The subnets of the target. */
  readonly subnetIds: ReadonlySet<string>;
  readonly now: number;
}

/**
 * Adds what one scan heard of. A service repeats a failure for hours, so an hour counts once. Requests that failed because of an
 * interface are left out, and so are those that name no subnet. Where others store at the same time again and again,
 * nothing is stored: the next scan hears of the same failures.
 */
export const keepRefusals = async (scan: RefusalsOfScan): Promise<void> => {
  const found = [...ofServices(scan), ...ofHealth(scan)];
  if (found.length === 0) return;
  const { cache, now, target } = scan;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const expected = await stored(cache, target, now);
    const value = joined([...expected, ...found], now);
    if (JSON.stringify(value) === JSON.stringify(expected)) return;
    const exchange = {
      expected: expected.length === 0 ? null : expected,
      value,
      expiresAt: now + KEPT_FOR,
      now,
    };
    if ((await cache.exchange(keyOf(target), exchange)) === 'stored') return;
  }
};

const stored = async (cache: CacheStore, target: Target, now: number): Promise<readonly Refusal[]> =>
  (await cache.get(keyOf(target), now, REFUSALS)) ?? [];

const ofServices = ({ failures, now, subnetIds }: RefusalsOfScan): readonly Refusal[] =>
  failures.flatMap(({ at, code, earlier, subnetId }): readonly Refusal[] => {
    const supply = supplyOfCode(code);
    if (supply === null || supply === 'interface' || subnetId === null || !subnetIds.has(subnetId)) return [];
    return [at, earlier?.firstAt]
      .map((time) => (time === undefined ? null : time === null ? now : Date.parse(time)))
      .flatMap((time): readonly Refusal[] =>
        time === null || Number.isNaN(time) ? [] : [[subnetId, supply, time]],
      );
  });

/** EKS gives its issues no time: they hold now. */
const ofHealth = ({ eksClusters, now, subnetIds }: RefusalsOfScan): readonly Refusal[] =>
  eksClusters
    .flatMap((cluster) => [cluster, ...cluster.nodeGroups])
    .flatMap(({ healthIssues, subnetIds: own }) =>
      healthIssues.flatMap(({ code, message, resourceIds }): readonly Refusal[] => {
        const refusal = refusalIn(`${code}: ${message}`);
        if (refusal === null || refusal.supply === 'interface') return [];
        const { subnetId, supply } = refusal;
        const named = [...resourceIds, subnetId ?? ''].filter((id) => subnetIds.has(id));
        // A group of one subnet has no other that could be meant.
        const found = named.length === 0 && own.length === 1 ? own : named;
        return found.filter((id) => subnetIds.has(id)).map((id) => [id, supply, now]);
      }),
    );

/** One for each hour, the earliest of it. */
const joined = (refusals: readonly Refusal[], now: number): readonly Refusal[] => {
  const byHour = new Map<string, Refusal>();
  for (const refusal of refusals.toSorted(([, , a], [, , b]) => a - b)) {
    const [subnetId, supply, at] = refusal;
    // A time that lies ahead is no reason to keep something for ever.
    if (Math.abs(now - at) >= KEPT_FOR) continue;
    const key = `${subnetId} ${supply} ${Math.floor(at / HOUR)}`;
    if (!byHour.has(key)) byHour.set(key, refusal);
  }
  return [...byHour.values()].slice(-MOST);
};
