import * as z from 'zod/mini';
import type { AllocationFailure } from '../model/aws/allocation-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { OLDEST_MAP } from '../model/target/reading-plan.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';
import type { CallEvent } from './parse-call-event.ts';

/** What events say of one target, for its next scans. Best effort: an event may come late, twice or not at all. */
export interface CallEvents {
  readonly refusals: readonly AllocationFailure[];
  /** When each was touched last, in epoch milliseconds. */
  readonly subnets: ReadonlyMap<string, number>;
  readonly interfaces: ReadonlyMap<string, number>;
  /** Subnets whose reservations were touched. */
  readonly reservations: ReadonlyMap<string, number>;
}

export const NO_EVENTS: CallEvents = {
  refusals: [],
  subnets: new Map(),
  interfaces: new Map(),
  reservations: new Map(),
};

/** Refusals of one kind are one record: a CNI without addresses asks again every few seconds. */
interface StoredRefusals {
  readonly failure: AllocationFailure;
  readonly count: number;
  /** Epoch milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Events that are counted, the latest at the end. */
  readonly eventIds: readonly string[];
}

type Times = readonly (readonly [id: string, at: number])[];

interface Stored {
  readonly refusals: readonly StoredRefusals[];
  readonly subnets: Times;
  readonly interfaces: Times;
  readonly reservations: Times;
}

const times = z.array(z.tuple([z.string(), z.number()]));

const STORED: RecordForm<Stored> = z.object({
  refusals: z.array(
    z.object({
      failure: z.object({
        at: z.nullable(z.string()),
        service: z.enum(['auto-scaling', 'ec2-calls', 'ec2-fleet', 'ecs', 'eks', 'spot']),
        resource: z.string(),
        code: z.string(),
        subnetId: z.nullable(z.string()),
        availabilityZone: z.nullable(z.string()),
        text: z.string(),
        earlier: z.exactOptional(z.object({ count: z.number(), firstAt: z.string() })),
      }),
      count: z.number(),
      firstAt: z.number(),
      lastAt: z.number(),
      eventIds: z.array(z.string()),
    }),
  ),
  subnets: times,
  interfaces: times,
  reservations: times,
});

const EMPTY: Stored = { refusals: [], subnets: [], interfaces: [], reservations: [] };

/** Nothing older changes a reading, and no failure is shown that ended before: milliseconds. */
const KEPT_FOR = OLDEST_MAP;
/** Records of each kind. Those that are dropped were touched longest ago: their subnets are read in turn as others are. */
const MOST_REFUSALS = 200;
const MOST_CHANGES = 2_000;
/** A message is delivered again within minutes, so the latest ids suffice. */
const MOST_IDS = 50;
/** Two functions at once are the most that the queue has. */
const ATTEMPTS = 8;

/** The number is that of the form. */
const keyOf = ({ accountId, region }: Target): string => `call-events-1/${accountId}/${region}`;

/** What events say of a target, and is still of use. */
export const readCallEvents = async (
  cache: CacheStore | null,
  target: Target,
  now: number,
): Promise<CallEvents> => {
  const stored = await cache?.get(keyOf(target), now, STORED);
  if (stored == null) return NO_EVENTS;
  const { interfaces, refusals, reservations, subnets } = recent(stored, now);
  return {
    refusals: refusals.map(({ count, failure, firstAt, lastAt }) => ({
      ...failure,
      at: new Date(lastAt).toISOString(),
      earlier: { count: count - 1, firstAt: new Date(firstAt).toISOString() },
    })),
    subnets: new Map(subnets),
    interfaces: new Map(interfaces),
    reservations: new Map(reservations),
  };
};

/**
 * Adds events of one target to what is stored.
 *
 * @throws HeadroomError `call-events-contended` when others changed it all the time: the caller may try again
 */
export const noteCallEvents = async (
  cache: CacheStore,
  target: Target,
  events: readonly CallEvent[],
  now: number,
): Promise<void> => {
  const key = keyOf(target);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const expected = await cache.get(key, now, STORED);
    const value = recent(events.reduce(withEvent, expected ?? EMPTY), now);
    const answer = await cache.exchange(key, { expected, value, expiresAt: now + KEPT_FOR, now });
    if (answer === 'stored') return;
  }
  throw new HeadroomError(
    'call-events-contended',
    `Events of ${target.accountId} in ${target.region} could not be stored: others were stored at the same time`,
    'Nothing to do: the queue delivers them again.',
  );
};

const withEvent = (stored: Stored, { at, changed, eventId, refusals }: CallEvent): Stored => ({
  refusals: refusals.reduce((sum, refusal) => withRefusal(sum, refusal, at, eventId), stored.refusals),
  subnets: withTimes(stored.subnets, changed.subnetIds, at),
  interfaces: withTimes(stored.interfaces, changed.interfaceIds, at),
  reservations: withTimes(stored.reservations, changed.reservedIn, at),
});

const kindOf = ({ code, resource, service, subnetId }: AllocationFailure): string =>
  JSON.stringify([service, resource, code, subnetId]);

const withRefusal = (
  stored: readonly StoredRefusals[],
  failure: AllocationFailure,
  at: number,
  eventId: string,
): readonly StoredRefusals[] => {
  const same = stored.find((each) => kindOf(each.failure) === kindOf(failure));
  if (same === undefined)
    return [...stored, { failure, count: 1, firstAt: at, lastAt: at, eventIds: [eventId] }];
  if (same.eventIds.includes(eventId)) return stored;
  const added: StoredRefusals = {
    failure: at >= same.lastAt ? failure : same.failure,
    count: same.count + 1,
    firstAt: Math.min(at, same.firstAt),
    lastAt: Math.max(at, same.lastAt),
    eventIds: [...same.eventIds, eventId].slice(-MOST_IDS),
  };
  return stored.map((each) => (each === same ? added : each));
};

const withTimes = (stored: Times, ids: readonly string[], at: number): Times => {
  if (ids.length === 0) return stored;
  const times = new Map(stored);
  for (const id of ids) times.set(id, Math.max(at, times.get(id) ?? 0));
  return [...times];
};

/** What is not too old, and not too much. A time that lies ahead is no reason to keep something for ever. */
const recent = (stored: Stored, now: number): Stored => {
  const latest = (times: Times): Times =>
    times
      .filter(([, at]) => now - at < KEPT_FOR && at - now < KEPT_FOR)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, MOST_CHANGES);
  return {
    refusals: stored.refusals
      .filter(({ lastAt }) => Math.abs(now - lastAt) < KEPT_FOR)
      .toSorted((a, b) => b.lastAt - a.lastAt)
      .slice(0, MOST_REFUSALS),
    subnets: latest(stored.subnets),
    interfaces: latest(stored.interfaces),
    reservations: latest(stored.reservations),
  };
};
