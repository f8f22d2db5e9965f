import type { Alert, Transition } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import { inhibits } from './inhibition.ts';
import { mutedBy } from './mutes.ts';
import { audienceOf, levelsToTell, selectableOf, spokenSeverity } from './routing.ts';

/**
 * Why nobody is told of a transition for now; `null`: people are told. A mute keeps everything quiet while it lasts. What is
 * inhibited has a louder cause, of which people hear instead; but a resolve is never inhibited, since somebody may be
 * waiting for it. What becomes of the silenced afterwards is the outbox's to say (`shared/model/alert/outbox.ts`).
 *
 * Nobody is left in the dark for the sake of quiet: a cause silences only what goes to people who hear of the cause
 * itself. One that is muted, or that is routed to others, silences nothing.
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

/** Whether everybody whom the transition is for hears of the cause. */
const isHeardBy = (
  cause: Alert,
  transition: Transition,
  { mutes, routes }: Pick<AlertPolicy, 'mutes' | 'routes'>,
  now: number,
): boolean => {
  const levels = cause.announced ?? [];
  if (levels.some((severity) => mutedBy(selectableOf(cause, severity), mutes, now) !== null)) return false;
  const informed = audienceOf(cause, levels, routes);
  return [...audienceOf(transition, levelsToTell(transition), routes)].every((name) => informed.has(name));
};
