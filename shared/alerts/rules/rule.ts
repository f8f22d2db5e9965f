import type { AlertLevel, AlertSeverity, Observation } from '../../model/alert/alert.ts';
import type { RuleName, RulePolicies } from '../../model/alert/policy.ts';
import type { SubnetAssessment, TargetAssessment } from '../../model/result/assessment.ts';
import {
  type Evidence,
  type Finding,
  findingId,
  type Remedy,
  type Subject,
} from '../../model/result/finding.ts';
import type { Forecast } from '../../model/result/forecast.ts';
import type { OwnerUsage } from '../../model/result/owner-usage.ts';
import type { Subjects } from '../subjects.ts';

/** What a rule may look at. */
export interface RuleContext {
  readonly assessment: TargetAssessment;
  readonly subjects: Subjects;
  readonly settings: <Rule extends RuleName>(rule: Rule, subject: Subject) => RulePolicies[Rule];
}

/**
 * Looks at an assessment and says something of every subject that it is about: of the sick, of the healthy (so that
 * alerts resolve) and of those that could not be measured (so that they hold).
 */
export type Rule = (context: RuleContext) => readonly Observation[];

const observationKey = (rule: string, subject: Pick<Subject, 'type' | 'id'>): string =>
  `${rule}/${subject.type}/${subject.id}`;

/** All is well: nothing is raised, and whatever was raised clears. */
export const allWell = (
  rule: RuleName,
  subject: Subject,
  evidence: readonly Evidence[] = [],
): Observation => ({
  key: observationKey(rule, subject),
  rule,
  subject,
  raise: 'ok',
  hold: 'ok',
  finding: null,
  evidence,
});

/** It could not be measured. */
export const notKnown = (rule: RuleName, subject: Subject): Observation => ({
  key: observationKey(rule, subject),
  rule,
  subject,
  raise: null,
  hold: null,
  finding: null,
});

/** What a rule has to say of a subject that is, or still counts as, unwell. The rest follows from the rule and the subject. */
export interface Diagnosis {
  readonly title: string;
  readonly explanation: string;
  readonly remedies: readonly Remedy[];
  readonly forecast?: Forecast | undefined;
  /** `null`: not known. */
  readonly owners?: readonly OwnerUsage[] | null;
}

/**
 * An observation of a measured subject. `diagnose` is called only when there is something to say: most subjects are well,
 * and words cost time.
 */
export const observed = (
  rule: RuleName,
  subject: Subject,
  levels: { readonly raise: AlertLevel; readonly hold: AlertLevel; readonly safe?: boolean },
  evidence: readonly Evidence[],
  diagnose: () => Diagnosis,
): Observation => {
  const severity = levels.raise === 'ok' ? levels.hold : levels.raise;
  if (severity === 'ok')
    return { ...allWell(rule, subject, evidence), ...(levels.safe === true ? { safe: true } : {}) };
  return {
    key: observationKey(rule, subject),
    rule,
    subject,
    raise: levels.raise,
    hold: levels.hold,
    finding: findingOf(rule, subject, severity, evidence, diagnose()),
    evidence,
  };
};

/** Messages show no more, and an alert's record must stay small. */
const OWNERS_IN_A_FINDING = 5;

const findingOf = (
  rule: RuleName,
  subject: Subject,
  severity: AlertSeverity,
  evidence: readonly Evidence[],
  { title, explanation, remedies, forecast, owners }: Diagnosis,
): Finding => ({
  id: findingId(rule, subject),
  kind: rule,
  severity,
  subject,
  title,
  explanation,
  evidence,
  remedies,
  ...(forecast === undefined ? {} : { forecast }),
  ...(owners == null
    ? {}
    : { owners: owners.toSorted((a, b) => b.addresses - a.addresses).slice(0, OWNERS_IN_A_FINDING) }),
});

/** Whether the subnet has IPv4 addresses at all. An IPv6-only subnet has none, and cannot run out of them. */
export const hasIpv4 = (subnet: SubnetAssessment): boolean => subnet.cidrBlock !== null;
