import type { Alert, Observation } from '../model/alert/alert.ts';
import { CHECKS } from '../model/checks/checks.ts';
import { keyOf } from '../model/result/identity.ts';

/**
 * What happens to an alert that an earlier version made of one check alone, where all checks of the supply now make one alert.
 *
 * - `remove`: it was never announced, or its end was. Nothing is sent.
 * - `wait`: the alert that takes its place is not announced yet, or the supply could not be measured.
 * - `end`: it is resolved once. Its text says that it continues in the other alert, or what is so now if nothing is wrong.
 */
export type Replacement =
  | { readonly step: 'remove' | 'wait' }
  | ({ readonly step: 'end' } & Pick<Observation, 'clear' | 'continuesAs'>);

/**
 * @param observations what the checks say now
 * @param alerts the alerts of this version as they stand after these observations
 * @returns what happens to an alert; `null`: it is not one of an earlier version
 */
export const replacements = (
  observations: readonly Observation[],
  alerts: readonly Alert[],
): ((alert: Alert) => Replacement | null) => {
  const observed = new Map(observations.map((observation) => [observation.key, observation]));
  const firing = new Set(alerts.filter(({ status }) => status === 'firing').map(({ key }) => key));
  return (alert) => {
    const successor = successorOf(alert);
    if (successor === null) return null;
    const { status, outbox } = alert;
    if (status !== 'firing') return { step: outbox.length === 0 ? 'remove' : 'wait' };
    if (firing.has(successor)) return { step: 'end', continuesAs: successor };
    const now = observed.get(successor);
    if (now === undefined) return null;
    if (now.raise !== 'ok' || now.hold !== 'ok') return { step: 'wait' };
    return { step: 'end', ...(now.clear === undefined ? {} : { clear: now.clear }) };
  };
};

/** The keys of the observations that decide what happens to stored alerts. */
export const alertedKeys = (alerts: readonly Alert[]): ReadonlySet<string> =>
  new Set(alerts.flatMap((alert) => [alert.key, successorOf(alert) ?? []].flat()));

/** The key of the alert that takes the place of one of an earlier version; `null`: it is none. */
const successorOf = ({ key, subject }: Alert): string | null => {
  const supply = SUPPLY_OF_PREFIX.find(([prefix]) => key.startsWith(prefix))?.[1];
  return supply === undefined ? null : keyOf(supply, subject);
};

/** The keys of earlier versions began with the name of the rule, or with that of the finding. */
const SUPPLY_OF_PREFIX = CHECKS.flatMap(({ kind, settings, supply }) =>
  supply === undefined ? [] : [[`${settings}/`, supply] as const, [`findings/${kind}/`, supply] as const],
);
