import { largestOf } from '../base/extremes.ts';
import { type Alert, compareLevel, type OutboxEntry, type Transition, worstLevel } from './alert.ts';

/**
 * The outbox of an alert: transitions that people have yet to hear of, in the alert's own record. Pure; every change
 * that these functions propose becomes true by one conditional write, or not at all.
 */

/** All in milliseconds. */
export interface OutboxTiming {
  /** For how long a run that claimed an entry has it to itself. A crash delays the message by as much. */
  readonly claimFor: number;
  /** The first attempt to send may take this long. */
  readonly sendTimeout: number;
  /** Every further one may take this long: a receiver that is slow, and takes the message after all, gets it once too often and not at every attempt. */
  readonly patientSendTimeout: number;
  /** What a claim must still last when a send that was given its whole time ends: to store the outcome, and for clocks that differ. */
  readonly margin: number;
  /** A failed entry waits this long, then twice as long, ... up to `maximumRetryAfter`. */
  readonly retryAfter: number;
  readonly maximumRetryAfter: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** For scans every few minutes: a claim ends before the next scan, and an outage of an hour delays no alert by more than 15 minutes. */
export const OUTBOX_TIMING: OutboxTiming = {
  claimFor: 4 * MINUTE,
  sendTimeout: 30 * SECOND,
  patientSendTimeout: 90 * SECOND,
  margin: 10 * SECOND,
  retryAfter: MINUTE,
  maximumRetryAfter: 15 * MINUTE,
};

/** Who claims, when, and which transitions are kept back for now. */
export interface Claim {
  readonly runId: string;
  readonly now: number;
  readonly claimFor: number;
  /** Muted or inhibited: kept, but not sent while that lasts. */
  readonly isSilenced: (transition: Transition) => boolean;
  /** The destinations of a transition, and whether it waits for the end of one's quiet hours. Left out: none has any. */
  readonly quiet?: {
    readonly destinationsOf: (transition: Transition) => readonly string[];
    readonly waits: (destination: string, transition: Transition) => boolean;
  };
}

/** What names an entry among all of an alert: a destination that gets a step later has an entry of its own. */
export const entryId = ({ transition, only }: Pick<OutboxEntry, 'transition' | 'only'>): string =>
  only === undefined ? transition.id : `${transition.id}@${only}`;

/**
 * Claims what is due of an alert's outbox for one run. The very alert that was handed in when there is nothing to do.
 *
 * - An alert's transitions go out in order. Once one is due, those that wait for another attempt go with it; and none
 *   overtakes one that another run is sending.
 * - What is silenced waits, unless it was tried before: some people may have it, and the others get it in its order.
 *   Steps that were not notified become one, so that an alert that flaps through a long mute does not fill its outbox;
 *   when it is back where it was, no notification is sent. A repeat comes again anyway: it does not wait.
 * - What has failed for an hour becomes one step with all that came after it: after a day without a channel, people hear
 *   how things are, and not what came and went meanwhile.
 * - What waits for the end of a destination's quiet hours has an entry for it alone (`OutboxEntry.only`). All of this then
 *   holds for the entries of that destination by themselves: what is back where it was by the morning is not sent.
 */
export const claimDue = (alert: Alert, claim: Claim): Alert => {
  const split = withQuietHours(alert.outbox, claim);
  const lanes = [...Map.groupBy(split, ({ only }) => only)];
  const claimed = lanes.map(([only, entries]) => claimLane(entries, claimFor(claim, only)));
  const isSame = split === alert.outbox && claimed.every((entries, index) => entries === lanes[index]?.[1]);
  return isSame ? alert : { ...alert, outbox: claimed.flat() };
};

/** The claim for the entries of one destination: its quiet hours are a silence. */
const claimFor = (claim: Claim, only: string | undefined): Claim =>
  only === undefined
    ? claim
    : {
        ...claim,
        isSilenced: (transition) =>
          claim.isSilenced(transition) || claim.quiet?.waits(only, transition) === true,
      };

/** Takes new steps away from the destinations that get them later. What follows a step that waits does so as well: order is kept. */
const withQuietHours = (
  outbox: readonly OutboxEntry[],
  { quiet, isSilenced }: Claim,
): readonly OutboxEntry[] => {
  if (quiet === undefined) return outbox;
  const waiting = new Set(outbox.flatMap(({ only }) => only ?? []));
  let isSplit = false;
  const entries = outbox.flatMap((entry): readonly OutboxEntry[] => {
    const { transition, deliveredTo = [] } = entry;
    if (entry.only !== undefined || !wasNeverTried(entry) || isSilenced(transition)) return [entry];
    const missing = quiet.destinationsOf(transition).filter((name) => !deliveredTo.includes(name));
    const later = missing.filter((name) => waiting.has(name) || quiet.waits(name, transition));
    if (later.length === 0) return [entry];
    isSplit = true;
    for (const name of later) waiting.add(name);
    const own = later.map((only): OutboxEntry => {
      const { deliveredTo: _deliveredTo, ...plain } = entry;
      return { ...plain, only };
    });
    return later.length === missing.length
      ? own
      : [{ ...entry, deliveredTo: [...deliveredTo, ...later] }, ...own];
  });
  return isSplit ? entries : outbox;
};

/** The entries of one destination, or of all that have none of their own. */
const claimLane = (entries: readonly OutboxEntry[], claim: Claim): readonly OutboxEntry[] => {
  const outbox = withoutWhatIsOld(withoutWhatNeedNotBeSaid(withSilence(entries, claim)), claim);
  const sendable = inOrder(outbox, claim).filter(
    (entry) => !(wasNeverTried(entry) && claim.isSilenced(entry.transition)),
  );
  const due = sendable.some(
    (entry) => entry.claimedUntil === null || Date.parse(entry.claimedUntil) <= claim.now,
  );
  if (!due) return outbox;
  const claimed = new Set(sendable.map(({ transition }) => transition.id));
  return outbox.map((entry) =>
    claimed.has(entry.transition.id)
      ? {
          ...entry,
          claimedBy: claim.runId,
          claimedUntil: new Date(claim.now + claim.claimFor).toISOString(),
        }
      : entry,
  );
};

/** The entries before the first that another run is sending right now. */
const inOrder = (outbox: readonly OutboxEntry[], { now }: Claim): readonly OutboxEntry[] => {
  const busy = outbox.findIndex(
    ({ claimedBy, claimedUntil }) =>
      claimedBy !== null && claimedUntil !== null && Date.parse(claimedUntil) > now,
  );
  return busy === -1 ? outbox : outbox.slice(0, busy);
};

/** No notification of it can have been sent. It is silenced, or waits behind one that another run is sending. */
const wasNeverTried = ({ claimedBy, attempts }: OutboxEntry): boolean => claimedBy === null && attempts === 0;

/** Writes down what is kept quiet, once; a repeat that is kept quiet goes. */
const withSilence = (outbox: readonly OutboxEntry[], { isSilenced }: Claim): readonly OutboxEntry[] => {
  const isNewlySilent = (entry: OutboxEntry): boolean =>
    wasNeverTried(entry) && entry.silenced !== true && isSilenced(entry.transition);
  if (!outbox.some(isNewlySilent)) return outbox;
  return outbox.flatMap((entry) => {
    if (!isNewlySilent(entry)) return [entry];
    return entry.transition.transition === 'repeated' ? [] : [{ ...entry, silenced: true as const }];
  });
};

/** Reduces the steps that were not notified, from the first that was kept back, to the one step that people see. */
const withoutWhatNeedNotBeSaid = (outbox: readonly OutboxEntry[]): readonly OutboxEntry[] => {
  const pending = outbox.filter(wasNeverTried);
  const [first, last] = [pending[0], pending.at(-1)];
  if (first?.silenced !== true || last === undefined || pending.length < 2) return outbox;
  const sent = outbox.filter((entry) => !wasNeverTried(entry));
  const step = oneStep(first.transition, last.transition);
  return step === null ? sent : [...sent, { ...last, transition: step, silenced: true }];
};

/** From this age on (milliseconds), steps that could not be sent become one. */
const OLD = 60 * MINUTE;

/** Leaves of steps that wait since an outage began the last one. What is kept quiet stays as it is. */
const withoutWhatIsOld = (outbox: readonly OutboxEntry[], claim: Claim): readonly OutboxEntry[] => {
  const quiet = outbox.findIndex((entry) => wasNeverTried(entry) && claim.isSilenced(entry.transition));
  const [failed, kept] = quiet === -1 ? [outbox, []] : [outbox.slice(0, quiet), outbox.slice(quiet)];
  const [first, ...later] = failed;
  if (first === undefined || later.length === 0 || first.attempts === 0) return outbox;
  if (inOrder(failed, claim) !== failed || claim.now - Date.parse(first.transition.at) < OLD) return outbox;
  const attempts = largestOf(failed.map((entry) => entry.attempts));
  const sum = later.reduce((so, { transition }) => joined(so, transition), first.transition);
  return [...later.slice(-1).map((last) => ({ ...last, attempts, transition: sum })), ...kept];
};

/**
 * Two steps as one. A receiver that never answered may have either, so the one goes to all who may have heard of the
 * worst: it is a resolve or an easing, whatever the first step was.
 */
const joined = (first: Transition, last: Transition): Transition => {
  const levels = [first, last].flatMap(({ severity, previousSeverity, announced = [] }) => [
    severity,
    previousSeverity,
    ...announced,
  ]);
  const worst = worstLevel(levels);
  const announced = (['warning', 'critical'] as const).filter((level) => levels.includes(level));
  if (last.severity === 'ok') return { ...last, transition: 'resolved', previousSeverity: worst, announced };
  if (compareLevel(worst, last.severity) > 0)
    return { ...last, transition: 'deescalated', previousSeverity: worst, announced };
  const before = first.previousSeverity;
  const { changes: _changes, ...news } = last;
  return before === 'ok' || before === last.severity
    ? { ...news, transition: 'firing', previousSeverity: 'ok', announced }
    : { ...last, transition: 'escalated', previousSeverity: before, announced };
};

/** From before `first` to after `last`; `null`: nothing has changed. */
const oneStep = (first: Transition, last: Transition): Transition | null => {
  const { previousSeverity } = first;
  const change = compareLevel(last.severity, previousSeverity);
  if (change === 0) return null;
  if (previousSeverity === 'ok') {
    // A change since a step that was not notified is not reported.
    const { changes: _changes, ...step } = last;
    return { ...step, transition: 'firing', previousSeverity };
  }
  const transition = last.severity === 'ok' ? 'resolved' : change > 0 ? 'escalated' : 'deescalated';
  return { ...last, transition, previousSeverity };
};

/** What became of one entry that a run tried to send. */
export interface SendOutcome {
  /** Destinations that took it in this attempt. */
  readonly deliveredTo: readonly string[];
  /** `null`: all destinations have it. */
  readonly failure: {
    readonly message: string;
    /** See `OutboxEntry.failing`. */
    readonly causes?: readonly string[];
  } | null;
  /** Other destinations are still being tried: the claim goes on. */
  readonly isPartial?: true;
}

/**
 * Writes down what became of a run's entries, by `entryId`. A delivered entry is removed, even if another run has
 * claimed it since: that spares people a duplicate. What failed waits for its next attempt, unless another run is at it
 * by now. The very alert that was handed in when there is nothing to write down.
 */
export const withOutcomes = (
  alert: Alert,
  outcomes: ReadonlyMap<string, SendOutcome>,
  run: { readonly runId: string; readonly now: number; readonly timing: OutboxTiming },
): Alert => {
  let changed = false;
  const outbox = alert.outbox.flatMap((entry) => {
    const outcome = outcomes.get(entryId(entry));
    if (outcome === undefined) return [entry];
    changed = true;
    if (outcome.failure === null && outcome.isPartial !== true) return [];
    const deliveredTo = [...new Set([...(entry.deliveredTo ?? []), ...outcome.deliveredTo])];
    const known: OutboxEntry = { ...entry, ...(deliveredTo.length === 0 ? {} : { deliveredTo }) };
    if (outcome.failure === null || entry.claimedBy !== run.runId) return [known];
    const attempts = entry.attempts + 1;
    const { message, causes = [] } = outcome.failure;
    return [
      {
        ...known,
        claimedBy: null,
        claimedUntil: new Date(run.now + retryDelay(attempts, run.timing)).toISOString(),
        attempts,
        lastError: message,
        ...(causes.length === 0 ? {} : { failing: causes }),
      },
    ];
  });
  return changed ? { ...alert, outbox } : alert;
};

/** How long an entry that has failed so often waits, in milliseconds. */
const retryDelay = (attempts: number, { retryAfter, maximumRetryAfter }: OutboxTiming): number =>
  Math.min(retryAfter * 2 ** (attempts - 1), maximumRetryAfter);

/** How long the next attempt of an entry that has failed so often may take, in milliseconds. */
export const sendTimeout = (attempts: number, timing: OutboxTiming): number =>
  attempts === 0 ? timing.sendTimeout : timing.patientSendTimeout;

/** Gives a claim back untouched: what no message wants to tell is kept as if it had been silenced. */
export const released = (alert: Alert, runId: string, entryIds: ReadonlySet<string>): Alert => ({
  ...alert,
  outbox: alert.outbox.map((entry) =>
    entry.claimedBy === runId && entryIds.has(entryId(entry))
      ? { ...entry, claimedBy: null, claimedUntil: null }
      : entry,
  ),
});
