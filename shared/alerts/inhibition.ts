import { type Alert, type AlertSeverity, compareLevel, type Transition, worstLevel } from '../model/alert.ts';
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
 * The alert whose news makes this news superfluous at the given moment (epoch milliseconds); `null`: there is none.
 *
 * - A critical alert silences the warnings of the same subnet about the same supply. One about its addresses silences
 *   those about its prefixes, too: without addresses there are no prefixes.
 * - An alert about all addresses of a VPC silences those of its subnets that are no worse.
 *
 * @param severity the level that the transition speaks of
 */
export const inhibitedBy = (
  { key, rule, subject }: Pick<Transition, 'key' | 'rule' | 'subject'>,
  severity: AlertSeverity,
  alerts: readonly Alert[],
  at: number,
): Alert | null => {
  if (subject.type !== 'subnet') return null;
  const inhibits = (other: Alert): boolean => {
    if (other.key === key) return false;
    const level = levelAt(other, at);
    if (other.rule === 'vpc-addresses-low') {
      return (
        other.subject.id === subject.vpcId &&
        SYMPTOMS_OF_A_VPC.includes(rule) &&
        level !== 'ok' &&
        compareLevel(level, severity) >= 0
      );
    }
    return (
      other.subject.id === subject.id &&
      severity === 'warning' &&
      level === 'critical' &&
      speaksFor(other.rule, rule)
    );
  };
  return alerts.find(inhibits) ?? null;
};

const speaksFor = (loud: string, quiet: string): boolean => {
  if (ADDRESS_RULES.includes(loud)) return ADDRESS_RULES.includes(quiet) || PREFIX_RULES.includes(quiet);
  return PREFIX_RULES.includes(loud) && PREFIX_RULES.includes(quiet);
};

/**
 * How bad an alert was at a moment, as far as its record still tells: its level while it fires, and the worst level of the
 * life that ended when it resolved.
 */
const levelAt = ({ status, severity, since, lastNotifiedAt, announced }: Alert, at: number) => {
  if (at < Date.parse(since)) return 'ok';
  if (status === 'firing') return severity;
  const wasFiring = status === 'resolved' && lastNotifiedAt !== null && at < Date.parse(lastNotifiedAt);
  return wasFiring ? worstLevel(announced ?? []) : 'ok';
};
