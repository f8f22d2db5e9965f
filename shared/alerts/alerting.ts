import type { Alert, Observation, Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import { groupTransitions } from './grouping.ts';
import { type LifecycleSettings, reduceAlert } from './lifecycle.ts';
import type { LinkSettings } from './links.ts';
import { lifecycleSettingsFor } from './policy-lookup.ts';
import { type Replacement, replacements } from './replacements.ts';
import { silenceOf } from './silence.ts';

interface AlertingInput {
  readonly observations: readonly Observation[];
  readonly policy: AlertPolicy;
  /** The target's alerts as they are stored before this scan. */
  readonly stored: readonly Alert[];
  /** Whether what an alert is about is known to be gone. */
  readonly isGone: (alert: Alert) => boolean;
  readonly links: LinkSettings;
  /** Epoch milliseconds of the scan. */
  readonly now: number;
}

/** The decisions that the pipeline asks for while it stores alerts and delivers their transitions. */
interface Alerting {
  readonly observations: readonly Observation[];
  readonly settingsFor: (observation: Observation) => LifecycleSettings;
  readonly isGone: (alert: Alert) => boolean;
  /** What happens to an alert of an earlier version that one over all checks of its supply replaces; `null`: it is none. */
  readonly replacementOf: (alert: Alert) => Replacement | null;
  readonly isSilenced: (transition: Transition) => boolean;
  /** Messages for one destination, or by the routes where none is named. */
  readonly group: (transitions: readonly Transition[], destination?: string) => readonly AlertMessage[];
}

/**
 * Everything that one policy decides about one scan. What inhibits what depends on how all alerts stand after the scan, so
 * the reduction is done in advance, on paper: the store is not asked twice.
 */
export const alertingFor = ({
  observations,
  policy,
  stored,
  isGone,
  links,
  now,
}: AlertingInput): Alerting => {
  const settingsFor = (observation: Observation): LifecycleSettings =>
    lifecycleSettingsFor(observation, policy);
  const byKey = new Map(stored.map((alert) => [alert.key, alert]));
  const observed = observations.flatMap((observation) => {
    const before = byKey.get(observation.key) ?? null;
    byKey.delete(observation.key);
    return reduceAlert(before, observation, settingsFor(observation), now).alert ?? [];
  });
  const replacementOf = replacements(observations, observed);
  const unobserved = [...byKey.values()].filter((alert) => {
    const replacement = replacementOf(alert);
    return replacement === null ? !isGone(alert) : replacement.step === 'wait';
  });
  const foreseen = [...observed, ...unobserved];
  const firing = foreseen.filter(({ status }) => status === 'firing');
  // A subject that is healthy, or unknown, and has no alert yet needs no look at the store.
  const storedKeys = new Set(stored.map(({ key }) => key));
  return {
    observations: observations.filter(
      ({ key, raise }) => storedKeys.has(key) || (raise !== null && raise !== 'ok'),
    ),
    settingsFor,
    isGone,
    replacementOf,
    isSilenced: (transition) => silenceOf(transition, policy, foreseen, now) !== null,
    group: (transitions, destination) =>
      groupTransitions(transitions, {
        routes: policy.routes,
        links,
        firing,
        ...(destination === undefined ? {} : { destination }),
      }),
  };
};
