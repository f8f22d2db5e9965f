import {
  type Alert,
  type AlertLevel,
  type AlertSeverity,
  type Observation,
  type Transition,
  worstLevel,
} from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { DEFAULT_DESTINATION } from '../model/alert/default-destination.ts';
import type { Claim } from '../model/alert/outbox.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import { incidentOf } from '../model/result/identity.ts';
import { waitsForMorning, wantsRepeat } from './delivery-times.ts';
import { groupTransitions } from './grouping.ts';
import { joinIncidents } from './incidents.ts';
import { reduceAlert } from './lifecycle.ts';
import type { LinkSettings } from './links.ts';
import { lifecycleSettingsFor } from './policy-lookup.ts';
import type { LifecycleSettings } from './reduction.ts';
import { type Replacement, replacements } from './replacements.ts';
import { destinationsFor, levelsToTell, recipientsOf } from './routing.ts';
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
  readonly quiet: NonNullable<Claim['quiet']>;
  /** Messages for one destination, or by the routes where none is named. */
  readonly group: (transitions: readonly Transition[], destination?: string) => readonly AlertMessage[];
}

/**
 * Everything that one policy decides about one scan. What inhibits what depends on how all alerts stand after the scan, so
 * the reduction is done in advance, on paper: the store is not asked twice.
 */
export const alertingFor = ({
  observations: alone,
  policy,
  stored,
  isGone,
  links,
  now,
}: AlertingInput): Alerting => {
  const { routes, delivery } = policy;
  const keepsTimes = routes.some(({ hours }) => hours !== undefined);
  const observations = joinIncidents(alone, stored, now).map((observation) =>
    keepsTimes ? { ...observation, keepsTimes: true as const } : observation,
  );
  const mayRepeat = (alert: Alert): boolean =>
    alert.severity !== 'ok' &&
    [...recipientsOf({ ...alert, at: new Date(now).toISOString() }, [alert.severity], routes)].some(
      repeats(alert.severity, now),
    );
  const repeats = (severity: AlertSeverity, at: number) => (name: string) =>
    wantsRepeat(name, severity, delivery, at);
  /** Who gets a transition: of a repeat that says nothing for the first time, those who wanted one when it was made. */
  const wants = ({ transition, severity, at, isFirst }: Transition): ((name: string) => boolean) =>
    transition === 'repeated' && severity !== 'ok' && isFirst !== true
      ? repeats(severity, Date.parse(at))
      : () => true;
  const isWantedByNobody = (transition: Transition): boolean =>
    ![...recipientsOf(transition, levelsToTell(transition), routes)].some(wants(transition));
  const settingsFor = (observation: Observation): LifecycleSettings => ({
    ...lifecycleSettingsFor(observation, policy),
    mayRepeat,
  });
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
  const firing = foreseen.filter((alert) => alert.status === 'firing' && isNotified(alert));
  const incidents = Map.groupBy(firing, incidentOf);
  const isNotifiedOf = (alert: Alert, destination: string): boolean =>
    recipientsOf(alert, alert.announced ?? ['warning', 'critical'], routes).has(
      destination || DEFAULT_DESTINATION,
    );
  const levelOf = (incident: string, destination: string): AlertLevel =>
    worstLevel(
      (incidents.get(incident) ?? [])
        .filter((alert) => isNotifiedOf(alert, destination))
        .map(({ severity }) => severity),
    );
  // A subject that is healthy, or unknown, and has no alert yet needs no look at the store.
  const storedKeys = new Set(stored.map(({ key }) => key));
  return {
    observations: observations.filter(
      ({ key, raise }) => storedKeys.has(key) || (raise !== null && raise !== 'ok'),
    ),
    settingsFor,
    isGone,
    replacementOf,
    isSilenced: (transition) =>
      silenceOf(transition, policy, foreseen, now) !== null || isWantedByNobody(transition),
    quiet: {
      destinationsOf: (transition) => {
        const names = destinationsFor(transition, routes, wants(transition));
        return names.length === 0 ? [''] : names;
      },
      waits: (destination, transition) => waitsForMorning(destination, transition, delivery, now),
    },
    group: (transitions, destination) =>
      groupTransitions(transitions, {
        destinationsOf: (transition) => destinationsFor(transition, routes, wants(transition)),
        links,
        firing,
        isNotifiedOf,
        levelOf,
        ...(destination === undefined ? {} : { destination }),
      }),
  };
};

/** The beginning of a muted or inhibited alert was not sent. */
const isNotified = ({ outbox }: Alert): boolean =>
  !outbox.some(({ silenced, transition }) => silenced === true && transition.transition === 'firing');
