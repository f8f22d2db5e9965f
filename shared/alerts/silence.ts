import type { Alert, Transition } from '../model/alert.ts';
import type { AlertPolicy } from '../model/policy.ts';
import { inhibitedBy } from './inhibition.ts';
import { mutedBy } from './mutes.ts';
import { selectableOf, spokenSeverity } from './routing.ts';

/**
 * Why nobody is told of a transition for now; `null`: people are told. A mute keeps everything quiet while it lasts. What is
 * inhibited has a louder cause, of which people hear instead; but a resolve is never inhibited, since somebody may be
 * waiting for it. What becomes of the silenced afterwards is the outbox's to say (`shared/model/outbox.ts`).
 *
 * @param alerts every alert of the target as it stands after this scan
 * @param now epoch milliseconds
 */
export const silenceOf = (
  transition: Transition,
  policy: Pick<AlertPolicy, 'mutes'>,
  alerts: readonly Alert[],
  now: number,
): string | null => {
  const mute = mutedBy(selectableOf(transition), policy.mutes, now);
  if (mute !== null) return `muted: ${mute.reason}`;
  if (transition.transition === 'resolved') return null;
  const cause = inhibitedBy(transition, spokenSeverity(transition), alerts);
  return cause === null ? null : `silenced by ${cause.key}`;
};
