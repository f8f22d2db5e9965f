import { type Alert, type AlertSeverity, compareLevel, type Transition } from '../model/alert.ts';
import type { RuleName } from '../model/policy.ts';

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
 * The firing alert whose news makes this news superfluous; `null`: there is none.
 *
 * - A critical alert silences the warnings of the same subnet about the same supply. One about its addresses silences
 *   those about its prefixes, too: without addresses there are no prefixes.
 * - An alert about all addresses of a VPC silences those of its subnets that are no worse.
 *
 * @param severity the level that the transition speaks of
 */
export const inhibitedBy = (
  { rule, subject }: Pick<Transition, 'rule' | 'subject'>,
  severity: AlertSeverity,
  alerts: readonly Alert[],
): Alert | null => {
  const inhibits = (other: Alert): boolean => {
    if (other.rule === 'vpc-addresses-low') {
      return (
        other.subject.id === subject.vpcId &&
        SYMPTOMS_OF_A_VPC.includes(rule) &&
        compareLevel(other.severity, severity) >= 0
      );
    }
    return (
      other.subject.id === subject.id &&
      severity === 'warning' &&
      other.severity === 'critical' &&
      speaksFor(other.rule, rule)
    );
  };
  return alerts.find(inhibits) ?? null;
};

const speaksFor = (loud: string, quiet: string): boolean => {
  if (ADDRESS_RULES.includes(loud)) return ADDRESS_RULES.includes(quiet) || PREFIX_RULES.includes(quiet);
  return PREFIX_RULES.includes(loud) && PREFIX_RULES.includes(quiet);
};
