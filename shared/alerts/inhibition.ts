import { type Alert, type AlertSeverity, compareLevel, type Transition } from '../model/alert/alert.ts';
import { CHECK_OF_RULE } from './check-of-rule.ts';

/**
 * Whether an alert that fires makes this notification superfluous. The checks say which do (`Check.suppresses`).
 *
 * @param severity the level that the notification is about
 */
export const inhibits = (
  cause: Pick<Alert, 'rule' | 'subject' | 'severity'>,
  { rule, subject }: Pick<Transition, 'rule' | 'subject'>,
  severity: AlertSeverity,
): boolean => {
  const suppression = CHECK_OF_RULE.get(cause.rule)?.suppresses;
  const suppressed = CHECK_OF_RULE.get(rule);
  if (suppression === undefined || suppressed?.supply === undefined) return false;
  if (suppressed.neverSuppressed === true) return false;
  const by = compareLevel(cause.severity, severity);
  return (
    suppression.supplies.includes(suppressed.supply) &&
    cause.subject.id === (suppression.of === 'same-subject' ? subject.id : subject.vpcId) &&
    (suppression.when === 'as-severe' ? by >= 0 : by > 0)
  );
};
