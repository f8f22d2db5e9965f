import pLimit from 'p-limit';
import * as z from 'zod/mini';
import { type InventorySource, SubnetGoneError } from '../inventory/inventory-source.ts';
import type { Subnet, SubnetCidrReservation, Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { isTouched } from '../model/target/reading-plan.ts';
import { hashOf } from '../model/target/share-of-life.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/**
 * EC2 answers reservations one subnet at a time, so 1,000 subnets are 1,000 calls. They change rarely: an hour old is
 * fresh enough, and 1,000 calls an hour are a small share of the account's request quota.
 */
export const RESERVATION_CACHE_MILLISECONDS = 3_600_000;

/** Subnets whose turn has not come yet keep an older answer for this long, in milliseconds. */
const OLDEST_ANSWER = 24 * 3_600_000;

/** The most subnets that a scan with a deadline asks for: two minutes at a quarter of EC2's bucket. */
export const RESERVATIONS_AT_ONCE = 600;

/**
 * For the reservations of a target that was never scanned, in milliseconds: with 100,000 interfaces after them, its first report is
 * there within a minute. Those of other subnets wait for the next scans.
 */
export const FIRST_RESERVATION_TIME = 30_000;

/** Subnets in one record of the store. Compressed it is 80 KB where half of them have a reservation. */
const SUBNETS_IN_RECORD = 5_000;

/** EC2's request quota is shared with the nodes' own CNI: a few calls at a time leave it room. */
const CONCURRENT_CALLS = 4;

/** The code of a problem that is none: the subnet was deleted while it was being scanned. */
export const SUBNET_GONE = 'subnet-gone';

/** By subnet; `null`: not known. `gone`: the subnet is. */
export type ReservationAnswers = ReadonlyMap<string, readonly SubnetCidrReservation[] | null | 'gone'>;

export interface ReadReservationsInput {
  readonly target: Target;
  readonly sources: { readonly inventory: Pick<InventorySource, 'reservations'> };
  readonly cache: CacheStore | null;
  readonly now: number;
  /** The most subnets to ask for; absent: all that are due. */
  readonly mostReservations?: number | undefined;
  /** How old an answer may get before it is asked for again, in milliseconds; absent: an hour. */
  readonly reservationLife?: number | undefined;
  /** Subnets whose reservations someone touched, and when (epoch milliseconds): they are asked for first. Absent: none is known. */
  readonly touched?: ReadonlyMap<string, number> | undefined;
  /** Subnets from which prefixes were taken in the last scan. Absent: none is known. */
  readonly withPrefixes?: ReadonlySet<string> | undefined;
}

interface Known {
  readonly readAt: number;
  readonly reservations: readonly SubnetCidrReservation[];
}

type StoredRecord = readonly (readonly [subnetId: string, known: Known])[];

const RECORD: RecordForm<StoredRecord> = z.array(
  z.tuple([
    z.string(),
    z.object({
      readAt: z.number(),
      reservations: z.array(
        z.object({
          reservationId: z.string(),
          subnetId: z.string(),
          cidr: z.string(),
          type: z.enum(['prefix', 'explicit']),
        }),
      ),
    }),
  ]),
);

const NEVER = Number.NEGATIVE_INFINITY;

/** Of its life, after which an answer has its turn. A scan may then be a little late. */
const TURN = 0.9;

/**
 * The reservations of every subnet. Each scan asks for the next few in turn, as many as belong to the time since the last one, so that
 * all scans make about as many calls.
 */
export const readReservations = async (
  input: ReadReservationsInput,
  subnets: readonly Subnet[],
  problems: Problem[],
): Promise<ReservationAnswers> => {
  const { cache, mostReservations = subnets.length, now, sources, target } = input;
  const { reservationLife = RESERVATION_CACHE_MILLISECONDS, touched = new Map<string, number>() } = input;
  const { withPrefixes = new Set<string>() } = input;
  const records = new Records(target, subnets.length);
  const known = await records.read(cache, now);
  // What someone touched is as good as never read, and so is what a clock that went back read.
  const readAtOf = (subnetId: string): number => {
    const readAt = known.get(subnetId)?.readAt ?? NEVER;
    return readAt > now || isTouched(touched.get(subnetId), readAt) ? NEVER : readAt;
  };
  const oldestFirst = subnets
    .map(({ awsAvailable, cidrBlock, subnetId }) => ({
      subnetId,
      readAt: readAtOf(subnetId),
      hasPrefixes: withPrefixes.has(subnetId),
      left: cidrBlock === null ? NO_SUPPLY : (awsAvailable ?? 0),
    }))
    .toSorted(byNeed);
  const sinceLast = now - (oldestFirst.at(-1)?.readAt ?? NEVER);
  const inTurn = Math.floor((subnets.length * sinceLast) / (TURN * reservationLife));
  const turn = new Set(
    oldestFirst
      .filter(({ readAt }, index) => index < inTurn || now - readAt >= reservationLife)
      .slice(0, mostReservations)
      .map(({ subnetId }) => subnetId),
  );
  const found = new Map<string, readonly SubnetCidrReservation[] | null | 'gone'>();
  let refused: HeadroomError | null = null;
  const ask = async (subnetId: string): Promise<void> => {
    // What one subnet's call was refused for, a thousand others would be too: one problem, no further calls.
    if (refused !== null) {
      found.set(subnetId, null);
      return;
    }
    try {
      const reservations = await sources.inventory.reservations(subnetId);
      found.set(subnetId, reservations);
      known.set(subnetId, { readAt: now, reservations });
    } catch (error) {
      if (error instanceof SubnetGoneError) {
        found.set(subnetId, 'gone');
        problems.push({ code: SUBNET_GONE, message: `${error.message}.`, action: error.action });
        return;
      }
      if (!(error instanceof HeadroomError)) throw error;
      if (refused === null) problems.push(problemOf(error));
      refused = error;
      found.set(subnetId, null);
    }
  };
  const limit = pLimit(CONCURRENT_CALLS);
  await Promise.all([...turn].map((subnetId) => limit(() => ask(subnetId))));
  let waiting = 0;
  for (const { subnetId } of subnets) {
    if (turn.has(subnetId)) continue;
    const before = known.get(subnetId);
    const isUsable = before !== undefined && now - before.readAt < OLDEST_ANSWER;
    if (!isUsable) waiting += 1;
    found.set(subnetId, isUsable ? before.reservations : null);
  }
  if (waiting > 0) problems.push(stillWaiting(waiting));
  const listed = new Set(subnets.map(({ subnetId }) => subnetId));
  if (turn.size > 0) await records.write(cache, known, listed, now);
  return found;
};

interface Turn {
  readonly readAt: number;
  readonly hasPrefixes: boolean;
  /** What AWS counts as available. */
  readonly left: number;
}

/** Without an IPv4 range there is nothing that a reservation could take. */
const NO_SUPPLY = Number.MAX_SAFE_INTEGER;

/**
 * Those that were read longest ago first. Of those that never were: subnets that give prefixes, since nothing is known of their free
 * prefixes until then, and those with the fewest addresses. Single addresses are AWS's count meanwhile.
 */
const byNeed = (a: Turn, b: Turn): number =>
  a.readAt === b.readAt
    ? Number(b.hasPrefixes) - Number(a.hasPrefixes) || a.left - b.left
    : a.readAt - b.readAt;

const stillWaiting = (waiting: number): Problem => ({
  code: 'reservations-waiting',
  message: `The reservations of ${waiting} ${waiting === 1 ? 'subnet' : 'subnets'} are not read yet: EC2 answers them one by one, and a scan asks for ${RESERVATIONS_AT_ONCE} at most`,
  action: 'Nothing to do: the next scans read them.',
});

/** A target's answers in few records: one for each subnet made 1,000 requests to the store in every scan. */
class Records {
  readonly #keys: readonly string[];

  /** @param subnets decides how many records there are: a power of two, so that it seldom changes */
  constructor({ accountId, region }: Target, subnets: number) {
    const records = 2 ** Math.max(0, Math.ceil(Math.log2(subnets / SUBNETS_IN_RECORD)));
    this.#keys = Array.from(
      { length: records },
      (_, index) => `reservations-1/${accountId}/${region}/${index + 1}-of-${records}`,
    );
  }

  async read(cache: CacheStore | null, now: number): Promise<Map<string, Known>> {
    const known = new Map<string, Known>();
    const records = (await cache?.getMany(this.#keys, now, RECORD)) ?? new Map<string, StoredRecord>();
    for (const record of records.values()) for (const [subnetId, each] of record) known.set(subnetId, each);
    return known;
  }

  async write(
    cache: CacheStore | null,
    known: ReadonlyMap<string, Known>,
    listed: ReadonlySet<string>,
    now: number,
  ): Promise<void> {
    const kept = [...known].filter(([subnetId]) => listed.has(subnetId));
    const records = new Map(this.#keys.map((key): [string, [string, Known][]] => [key, []]));
    for (const each of kept) records.get(this.#keys[hashOf(each[0]) % this.#keys.length] ?? '')?.push(each);
    await cache?.putMany(records satisfies ReadonlyMap<string, StoredRecord>, now + OLDEST_ANSWER);
  }
}
