import type { Alert, Transition } from '../model/alert/alert.ts';
import type { AlertPolicy, Mute } from '../model/alert/policy.ts';
import { inhibits } from './inhibition.ts';
import { mutedBy } from './mutes.ts';
import { levelsToTell, recipientsOf, selectableOf, spokenSeverity } from './routing.ts';

/**
 * Why a transition is not sent for now; `null`: it is sent. A mute holds back all transitions that match. An inhibited
 * transition has a louder cause that is sent instead. A resolve is never inhibited, since a reader may wait for it. The
 * outbox decides what is sent after the silence (`shared/model/alert/outbox.ts`).
 *
 * A cause only silences transitions to recipients that get the cause itself. A cause that is muted, or routed to others,
 * silences nothing.
 *
 * @param alerts every alert of the target as it stands after this scan
 * @param now epoch milliseconds
 */
export const silenceOf = (
  transition: Transition,
  policy: Pick<AlertPolicy, 'mutes' | 'routes'>,
  alerts: readonly Alert[],
  now: number,
): string | null => {
  const severity = spokenSeverity(transition);
  const mute = mutedBy(selectableOf(transition, severity), policy.mutes, now);
  if (mute !== null) return `muted: ${mute.reason}`;
  if (transition.transition === 'resolved') return null;
  const cause = alerts.find(
    (alert) => inhibits(alert, transition, severity) && isHeardBy(alert, transition, policy, now),
  );
  return cause === undefined ? null : `silenced by ${cause.key}`;
};

/** The mute that holds back the messages of an alert as it stands; `null`: none does. @param now epoch milliseconds */
export const muteOf = (alert: Alert, mutes: AlertPolicy['mutes'], now: number): Mute | null =>
  alert.severity === 'ok' ? null : mutedBy(selectableOf(alert, alert.severity), mutes, now);

/** Whether everybody whom the transition is for hears of the cause. */
const isHeardBy = (
  cause: Alert,
  transition: Transition,
  { mutes, routes }: Pick<AlertPolicy, 'mutes' | 'routes'>,
  now: number,
): boolean => {
  const levels = cause.announced ?? [];
  if (levels.some((severity) => mutedBy(selectableOf(cause, severity), mutes, now) !== null)) return false;
  const informed = recipientsOf(cause, levels, routes);
  return [...recipientsOf(transition, levelsToTell(transition), routes)].every((name) => informed.has(name));
};
