import * as z from 'zod/mini';
import type { AllocationFailureSource } from '../clusters/allocation-failure-source.ts';
import type {
  AllocationFailure,
  AllocationFailures,
  AllocationService,
} from '../model/aws/allocation-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { Problem } from '../model/base/errors.ts';
import { shareOfLife } from '../model/target/share-of-life.ts';
import type { RecordForm } from '../state/record-form.ts';
import { type CacheStore, isSameValue } from '../state/state-store.ts';
import { attempt } from './attempt.ts';

export interface ReadAllocationFailuresInput {
  readonly target: Target;
  /** Absent: no service can be asked. */
  readonly source: AllocationFailureSource | undefined;
  /** `null`: nothing is kept, and every service is asked. */
  readonly cache: CacheStore | null;
  readonly now: number;
}

/**
 * Failures of this time are counted. ECS leaves out an event that repeats the last one, for six hours: Amazon ECS developer
 * guide, "Service event messages".
 */
const FAILURES_LOOK_BACK = 6 * 3_600_000;

/** The services that the first roles could ask. Without one of the others a scan is whole: earlier roles may not ask it. */
const OF_FIRST_ROLES: ReadonlySet<AllocationService> = new Set(['auto-scaling']);

/** Asked in every scan: a group that launches into a full subnet is the first to show it, and one call answers for all. */
const NEVER_KEPT: ReadonlySet<AllocationService> = new Set(['auto-scaling']);

/**
 * An answer without failures is kept for so long, in milliseconds. ECS shows a stopped task for about an hour, and the others
 * look back for longer: a failure is found later, and none is missed.
 */
const QUIET_ANSWER_LIFE = 30 * 60_000;

/** When each service was asked last, where it had no failure then: epoch milliseconds. One record for all of a target. */
type QuietAnswers = Readonly<Partial<Record<AllocationService, number>>>;

const askedAt = z.exactOptional(z.number());

const QUIET_ANSWERS: RecordForm<QuietAnswers> = z.object({
  'auto-scaling': askedAt,
  'ec2-calls': askedAt,
  'ec2-fleet': askedAt,
  ecs: askedAt,
  eks: askedAt,
  spot: askedAt,
} satisfies Record<AllocationService, typeof askedAt>);

/**
 * A service that does not answer is unread. It never reads as one without failures. A failure that a service itself tells
 * of is also an event: events count for services that did not answer, and for callers that no service speaks for.
 *
 * A service of which the last answer had no failure is asked again in the second half of the life of that answer, every target at a
 * moment of its own. While something fails, it is asked in every scan.
 */
export const readAllocationFailures = async (
  { cache, now, source, target }: ReadAllocationFailuresInput,
  refusedCalls: readonly AllocationFailure[],
  problems: Problem[],
): Promise<AllocationFailures | null> => {
  if (source === undefined) return null;
  const since = now - FAILURES_LOOK_BACK;
  const key = keyOf(target);
  const quiet = (await cache?.get(key, now, QUIET_ANSWERS)) ?? {};
  const answers = await Promise.all(
    source.services.map(async (service) => {
      const before = quiet[service] ?? null;
      if (before !== null && isFresh(before, `${key}/${service}`, service, refusedCalls, now))
        return { service, failures: [], unread: [], readAt: before };
      const own: Problem[] = [];
      const failures = await attempt(own, () => source.failuresOf(service, since));
      if (OF_FIRST_ROLES.has(service)) problems.push(...own);
      const unread = own.map(({ code, message }) => ({
        service,
        reason: message,
        isDenied: code === 'access-denied' && !OF_FIRST_ROLES.has(service),
      }));
      return { service, failures: failures ?? [], unread, readAt: unread.length > 0 ? null : now };
    }),
  );
  const next: QuietAnswers = Object.fromEntries(
    answers.flatMap(({ service, failures, readAt }) =>
      readAt === null || failures.length > 0 || NEVER_KEPT.has(service) ? [] : [[service, readAt]],
    ),
  );
  if (!isSameValue(next, quiet)) await cache?.put(key, next, now + QUIET_ANSWER_LIFE);
  const unread = answers.flatMap((answer) => answer.unread);
  const answered = new Set(answers.flatMap(({ service, readAt }) => (readAt === null ? [] : [service])));
  return {
    failures: [
      ...answers.flatMap(({ failures }) => failures),
      ...refusedCalls.filter(({ service }) => !answered.has(service)),
    ],
    since: new Date(since).toISOString(),
    unread,
    readAt: Object.fromEntries(
      answers.flatMap(({ service, readAt }) =>
        readAt === null ? [] : [[service, new Date(readAt).toISOString()]],
      ),
    ),
  };
};

const keyOf = ({ accountId, region }: Target): string => `quiet-services-1/${accountId}/${region}`;

/** Whether the answer still counts: it is young, and no event says that the service was refused since. */
const isFresh = (
  readAt: number,
  key: string,
  service: AllocationService,
  refusedCalls: readonly AllocationFailure[],
  now: number,
): boolean =>
  readAt <= now &&
  now - readAt < QUIET_ANSWER_LIFE * shareOfLife(key) &&
  !refusedCalls.some((refused) => refused.service === service && Date.parse(refused.at ?? '') > readAt);
