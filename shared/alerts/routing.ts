import type { AlertSeverity, Transition } from '../model/alert/alert.ts';
import { DEFAULT_DESTINATION } from '../model/alert/default-destination.ts';
import type { Route } from '../model/alert/policy.ts';
import { namesOf } from './rule-names.ts';
import { matches, type Selectable } from './selectors.ts';
import { isInWindow } from './wall-clock.ts';

/** The level that a transition is about: a resolve speaks of the one that it ends. */
export const spokenSeverity = ({ severity, previousSeverity }: Transition): AlertSeverity => {
  if (severity !== 'ok') return severity;
  return previousSeverity === 'ok' ? 'warning' : previousSeverity;
};

/**
 * The names of the destinations for a transition; empty: only the default one. `wants` leaves out those that do not want it.
 *
 * An end goes to all recipients that may have had the alert: a step down to those of the worse level as well, a resolve
 * to those of every level that was announced. Otherwise the pager that heard of a critical alert would never hear of
 * its end.
 */
export const destinationsFor = (
  transition: Transition,
  routes: readonly Route[],
  wants: (destination: string) => boolean = () => true,
): readonly string[] => {
  const names = [...recipientsOf(transition, levelsToTell(transition), routes)].filter(wants);
  return names.length === 1 && names[0] === DEFAULT_DESTINATION ? [] : names;
};

/** All recipients at these levels, the default destination by its name. */
export const recipientsOf = (
  news: News,
  severities: readonly AlertSeverity[],
  routes: readonly Route[],
): ReadonlySet<string> =>
  new Set(
    rulesToNotify(news).flatMap((rule) =>
      severities.flatMap((severity) =>
        momentsOf(news).flatMap((moment) => routed({ ...news, rule }, severity, routes, moment)),
      ),
    ),
  );

/** The end of an alert concerns the recipients of every rule that it was announced under. */
const rulesToNotify = (news: News & Partial<Pick<Transition, 'severity'>>): readonly string[] =>
  news.severity === 'ok' && news.announcedRules !== undefined ? news.announcedRules : [news.rule];

/** What routes look at: of a transition, or of an alert. */
export type News = Pick<Transition, 'subject' | 'rule' | 'finding' | 'announcedRules' | 'announcedAt'> &
  Partial<Pick<Transition, 'transition' | 'at'>>;

/**
 * The moments whose hours decide where something goes: for an announcement its own, for all else those of the announcements
 * before it, so that an end finds everybody who was notified. `null`: they are not known, and any hour counts.
 */
const momentsOf = ({ transition, at, announcedAt }: News): readonly (number | null)[] => {
  const isAnnouncement = transition !== 'resolved' && transition !== 'deescalated' && at !== undefined;
  if (isAnnouncement) return [Date.parse(at)];
  return announcedAt === undefined || announcedAt.length === 0 ? [null] : announcedAt.map(Date.parse);
};

/** The levels whose recipients a transition concerns. */
export const levelsToTell = (transition: Transition): readonly AlertSeverity[] => {
  const spoken = spokenSeverity(transition);
  if (transition.transition === 'resolved') {
    const { announced } = transition;
    return announced === undefined || announced.length === 0 ? [spoken] : announced;
  }
  return transition.transition === 'deescalated' ? [spoken, 'critical'] : [spoken];
};

const routed = (
  news: News,
  severity: AlertSeverity,
  routes: readonly Route[],
  moment: number | null,
): readonly string[] => {
  const selectable = withBeneath(selectableOf(news, severity), news);
  const names: string[] = [];
  for (const route of routes) {
    const { hours } = route;
    if (hours !== undefined && moment !== null && !isInWindow(hours, moment)) continue;
    if (!matches(route.match, selectable)) continue;
    names.push(...route.to);
    // At another hour a later route would have decided.
    if (!route.continue && (hours === undefined || moment !== null)) break;
  }
  return names.length === 0 ? [DEFAULT_DESTINATION] : names;
};

/**
 * A route on a check also gets the alerts in which that check stands beneath another one: it had an alert of its own once. A
 * mute does not, because it would hide the check above.
 */
const withBeneath = (selectable: Selectable, { finding: { also = [] } }: News): Selectable => ({
  ...selectable,
  rules: [...selectable.rules, ...also.flatMap(({ kind }) => [kind, ...namesOf(kind)])],
});

/** What selectors see: the rule, the kind of the finding, and every other name of its check. */
export const selectableOf = ({ subject, rule, finding }: News, severity: AlertSeverity): Selectable => ({
  subject,
  rules: [rule, ...namesOf(rule), finding.kind, ...namesOf(finding.kind)],
  severity,
});
