import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { matches } from '../alerts/selectors.ts';
import { daySlot } from '../alerts/wall-clock.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import type { DigestSchedule } from '../model/alert/policy.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import type { TargetCoverage } from '../model/target/coverage.ts';
import { withDeadline } from '../notify/deadline.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { StateStore } from '../state/state-store.ts';
import { composeDigest } from './compose-digest.ts';
import { type DigestFacts, digestFacts, joinedFacts } from './digest-facts.ts';

export interface SendDigestsInput {
  readonly digests: readonly DigestSchedule[];
  readonly coverage: readonly TargetCoverage[] | null;
  readonly store: StateStore;
  readonly notifier: Notifier;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Ends the sending. */
  readonly signal: AbortSignal | null;
}

/** What is remembered of a digest. */
interface SentDigest {
  /** The day of the last one, by the clocks of its time zone. */
  readonly slot: string;
  /** Destinations that have it. */
  readonly sentTo: readonly string[];
  /** Until when a run is at it (ISO 8601). */
  readonly claimedUntil: string | null;
  /** Short digests of the findings that it named. */
  readonly findings: readonly string[];
  /** Those of the digest before: what is new is new since then, also for a destination that gets it at the second attempt. */
  readonly before: readonly string[] | null;
}

const SENT_DIGEST: RecordForm<SentDigest> = z.object({
  slot: z.string(),
  sentTo: z.array(z.string()),
  claimedUntil: z.nullable(z.string()),
  findings: z.array(z.string()),
  before: z.nullable(z.array(z.string())),
});

/** A digest that could not be sent is tried again for this long after its time (minutes). */
const LATE_MINUTES = 180;

/** No run of the planner lasts longer (milliseconds). */
const CLAIM = 15 * 60_000;

/** Time for one destination (milliseconds). */
const SEND_TIME = 20_000;

/** Findings remembered of one digest: those beyond are new again in the next one. */
const REMEMBERED = 4_000;

const LIFETIME = 60 * 24 * 3_600_000;

/**
 * Sends the digests that are due, each to each of its destinations once. A run claims a digest by a conditional write
 * before it reads anything, so that of two planners only one sends it.
 */
export const sendDigests = async (input: SendDigestsInput): Promise<readonly Problem[]> => {
  const problems: Problem[] = [];
  for (const digest of input.digests) {
    try {
      problems.push(...(await sendIfDue(digest, input)));
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      problems.push(problemOf(error));
    }
  }
  return problems;
};

const sendIfDue = async (digest: DigestSchedule, input: SendDigestsInput): Promise<readonly Problem[]> => {
  const { store, notifier, now, signal } = input;
  const slot = daySlot(digest, now, LATE_MINUTES);
  if (slot === null) return [];
  const key = `digest/${digest.name}`;
  const stored = await store.cache.get(key, now, SENT_DIGEST);
  const isSame = stored?.slot === slot;
  const waiting = digest.to.filter((name) => !(isSame && stored.sentTo.includes(name)));
  const isClaimed = stored?.claimedUntil != null && Date.parse(stored.claimedUntil) > now;
  if (waiting.length === 0 || isClaimed) return [];
  const claimed: SentDigest = {
    slot,
    sentTo: isSame ? stored.sentTo : [],
    claimedUntil: new Date(now + CLAIM).toISOString(),
    findings: stored?.findings ?? [],
    before: isSame ? stored.before : (stored?.findings ?? null),
  };
  const exchange = (expected: SentDigest | null, value: SentDigest) =>
    store.cache.exchange(key, { expected, value, expiresAt: now + LIFETIME, now });
  if ((await exchange(stored, claimed)) === 'conflict') return [];
  const { facts, unread, covered } = await factsOf(digest, input);
  const known = claimed.before === null ? null : new Set(claimed.before);
  const findings = facts.findings.map(({ identity, finding }) => ({ identity: short(identity), finding }));
  const composed = composeDigest({
    name: digest.name,
    facts: { ...facts, findings },
    coverage: covered,
    unread,
    known,
    at: new Date(now).toISOString(),
  });
  const problems: Problem[] = [];
  const sentTo = [...claimed.sentTo];
  for (const name of waiting) {
    const message: AlertMessage = {
      threadId: `digest/${digest.name}/${slot}`,
      messageId: `digest/${digest.name}/${slot}`,
      transitions: [],
      destinations: name === 'default' ? [] : [name],
      links: [],
      digest: composed,
    };
    try {
      await withDeadline(SEND_TIME, signal, (deadline) => notifier.send(message, deadline));
      sentTo.push(name);
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      problems.push(problemOf(error));
    }
  }
  await exchange(claimed, {
    ...claimed,
    sentTo,
    claimedUntil: null,
    findings: findings.map(({ identity }) => identity).slice(0, REMEMBERED),
  });
  return problems;
};

const short = (identity: string): string =>
  createHash('sha256').update(JSON.stringify(identity)).digest('base64url').slice(0, 12);

/** One target after the other, so that an organization needs no more memory than an account. */
const factsOf = async ({ match }: DigestSchedule, { store, coverage, now }: SendDigestsInput) => {
  const isCovered = ({ accountId, region }: Target): boolean =>
    matches(
      {
        ...(match.account === undefined ? {} : { account: match.account }),
        ...(match.region === undefined ? {} : { region: match.region }),
      },
      {
        subject: {
          type: 'target',
          id: accountId,
          name: null,
          accountId,
          region,
          vpcId: null,
          clusterName: null,
          subnetIds: [],
        },
        rules: [],
      },
    );
  const gone = new Set(
    (coverage ?? [])
      .filter(({ state }) => state === 'gone')
      .map(({ accountId, region }) => `${accountId} ${region}`),
  );
  const facts: DigestFacts[] = [];
  let unread = 0;
  for (const { target } of await store.assessments.targets()) {
    if (!isCovered(target) || gone.has(`${target.accountId} ${target.region}`)) continue;
    try {
      const assessment = await store.assessments.latest(target);
      if (assessment === null) continue;
      const alerts = (await store.alerts.list(target)).map(({ alert }) => alert);
      facts.push(digestFacts(assessment, alerts, match, now));
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      unread += 1;
    }
  }
  return { facts: joinedFacts(facts), unread, covered: coverage?.filter(isCovered) ?? null };
};
