import type { AlertSeverity, Transition } from '../model/alert.ts';
import type { Route } from '../model/policy.ts';
import { matches, type Selectable } from './selectors.ts';

/** Where a message goes that no route takes: the topic of the deployment, unless the configuration names another. */
export const DEFAULT_DESTINATION = 'default';

/** What selectors see of a transition. A resolve speaks of the level that it ends. */
export const selectableOf = (transition: Transition): Selectable => ({
  subject: transition.subject,
  rules: rulesOf(transition),
  severity: spokenSeverity(transition),
});

/** The level that a transition is about. */
export const spokenSeverity = ({ severity, previousSeverity }: Transition): AlertSeverity => {
  if (severity !== 'ok') return severity;
  return previousSeverity === 'ok' ? 'warning' : previousSeverity;
};

/**
 * The names of the destinations for a transition; empty: only the default one.
 *
 * Good news goes to everybody who may have had the bad: a step down to those of the worse level as well, a resolve to those
 * of every level that was announced. Otherwise the pager that heard of a critical alert would never hear of its end.
 */
export const destinationsFor = (transition: Transition, routes: readonly Route[]): readonly string[] => {
  const names = new Set(levelsToTell(transition).flatMap((severity) => routed(transition, severity, routes)));
  return names.size === 1 && names.has(DEFAULT_DESTINATION) ? [] : [...names];
};

const levelsToTell = (transition: Transition): readonly AlertSeverity[] => {
  const spoken = spokenSeverity(transition);
  if (transition.transition === 'resolved') {
    const { announced } = transition;
    return announced === undefined || announced.length === 0 ? [spoken] : announced;
  }
  return transition.transition === 'deescalated' ? [spoken, 'critical'] : [spoken];
};

const routed = (
  transition: Transition,
  severity: AlertSeverity,
  routes: readonly Route[],
): readonly string[] => {
  const selectable = { subject: transition.subject, rules: rulesOf(transition), severity };
  const names: string[] = [];
  for (const route of routes) {
    if (!matches(route.match, selectable)) continue;
    names.push(...route.to);
    if (!route.continue) break;
  }
  return names.length === 0 ? [DEFAULT_DESTINATION] : names;
};

/** The rule, and the finding's kind, which is another word for it where the rule hands on what the model found. */
const rulesOf = ({ rule, finding }: Transition): readonly string[] => [rule, finding.kind];
