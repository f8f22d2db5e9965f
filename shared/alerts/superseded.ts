import type { Alert, Observation } from '../model/alert/alert.ts';
import { CHECKS } from '../model/checks/checks.ts';

/**
 * Which stored alerts an earlier version made of one check alone, where all checks of the supply now make one alert. They are
 * removed once, without a message: what they were about did not end.
 *
 * @returns whether an alert is one of them, and the alert over its supply was observed
 */
export const supersededBy = (observations: readonly Observation[]): ((alert: Alert) => boolean) => {
  const known = new Set(observations.filter(({ raise }) => raise !== null).map(({ key }) => key));
  return ({ key, subject }) => {
    const supply = SUPPLY_OF_PREFIX.find(([prefix]) => key.startsWith(prefix))?.[1];
    return supply !== undefined && known.has(`${supply}/${subject.type}/${subject.id}`);
  };
};

/** The keys of earlier versions began with the name of the rule, or with that of the finding. */
const SUPPLY_OF_PREFIX = CHECKS.flatMap(({ kind, settings, supply }) =>
  supply === undefined ? [] : [[`${settings}/`, supply] as const, [`findings/${kind}/`, supply] as const],
);
