import { type Alert, type AlertSeverity, compareLevel, type Transition } from '../model/alert/alert.ts';
import type { RuleName } from '../model/alert/policy.ts';

/** Rules about one supply: at most one of them is worth hearing of at a time, the worst. */
const ADDRESS_RULES: readonly string[] = [
  'addresses-low',
  'addresses-exhaustion',
  'addresses-surge',
] satisfies RuleName[];
const PREFIX_RULES: readonly string[] = [
  'prefixes-low',
  'prefixes-exhaustion',
  'prefixes-surge',
  'fragmented',
] satisfies RuleName[];

/** What a VPC without addresses shows in its subnets. A surge is an event of its own, wherever it happens. */
const SYMPTOMS_OF_A_VPC: readonly string[] = [
  'addresses-low',
  'addresses-exhaustion',
  'prefixes-low',
  'prefixes-exhaustion',
  'fragmented',
] satisfies RuleName[];

/**
 * Whether an alert that fires makes this news superfluous.
 *
 * - A critical alert makes the warnings of the same subnet about the same supply superfluous. One about its addresses does
 *   so with those about its prefixes, too: without addresses there are no prefixes.
 * - An alert about all addresses of a VPC does so with those of its subnets that are no worse.
 *
 * @param severity the level that the news speaks of
 */
export const inhibits = (
  cause: Pick<Alert, 'rule' | 'subject' | 'severity'>,
  { rule, subject }: Pick<Transition, 'rule' | 'subject'>,
  severity: AlertSeverity,
): boolean => {
  if (cause.rule === 'vpc-addresses-low') {
    return (
      cause.subject.id === subject.vpcId &&
      SYMPTOMS_OF_A_VPC.includes(rule) &&
      compareLevel(cause.severity, severity) >= 0
    );
  }
  return (
    cause.subject.id === subject.id &&
    severity === 'warning' &&
    cause.severity === 'critical' &&
    speaksFor(cause.rule, rule)
  );
};

const speaksFor = (loud: string, quiet: string): boolean => {
  if (ADDRESS_RULES.includes(loud)) return ADDRESS_RULES.includes(quiet) || PREFIX_RULES.includes(quiet);
  return PREFIX_RULES.includes(loud) && PREFIX_RULES.includes(quiet);
};
