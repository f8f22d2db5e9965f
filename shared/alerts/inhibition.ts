import { type Alert, type AlertSeverity, compareLevel, type Transition } from '../model/alert/alert.ts';
import { CHECKS } from '../model/checks/checks.ts';

const SUPPLY_OF_RULE = new Map(CHECKS.map(({ settings, supply }) => [settings as string, supply]));

/** A surge is an event of its own, wherever it happens: no other alert explains it. */
const isSurge = (rule: string): boolean => rule.endsWith('-surge');

/**
 * Whether an alert that fires makes this notification superfluous.
 *
 * - An alert about all addresses of a VPC does so with those of its subnets that are not more severe, except for surges.
 * - A critical alert about the addresses of a subnet does so with a warning about its prefixes: without addresses there are
 *   no prefixes.
 *
 * @param severity the level that the notification is about
 */
export const inhibits = (
  cause: Pick<Alert, 'rule' | 'subject' | 'severity'>,
  { rule, subject }: Pick<Transition, 'rule' | 'subject'>,
  severity: AlertSeverity,
): boolean => {
  const supply = SUPPLY_OF_RULE.get(rule);
  if (supply === undefined) return false;
  if (cause.rule === 'vpc-addresses-low') {
    return (
      cause.subject.id === subject.vpcId && !isSurge(rule) && compareLevel(cause.severity, severity) >= 0
    );
  }
  return (
    cause.subject.id === subject.id &&
    supply === 'prefixes' &&
    SUPPLY_OF_RULE.get(cause.rule) === 'addresses' &&
    severity === 'warning' &&
    cause.severity === 'critical'
  );
};
