import type { Observation } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import { attributeCauses } from './causes.ts';
import { policyFor } from './policy-lookup.ts';
import { addressesExhaustion, prefixesExhaustion } from './rules/exhaustion.ts';
import { findings } from './rules/findings.ts';
import { fragmented } from './rules/fragmented.ts';
import type { Rule } from './rules/rule.ts';
import { scanFailed } from './rules/scan-failed.ts';
import { addressesLow, prefixesLow } from './rules/supply-low.ts';
import { addressesSurge, prefixesSurge } from './rules/surge.ts';
import { vpcAddressesLow } from './rules/vpc-addresses-low.ts';
import { selectorTagKeys } from './selectors.ts';
import { Subjects } from './subjects.ts';

/** Every rule that looks at a target. Those that watch the monitor itself are in `rules/monitor.ts`. */
const RULES: readonly Rule[] = [
  addressesLow,
  prefixesLow,
  vpcAddressesLow,
  fragmented,
  addressesExhaustion,
  prefixesExhaustion,
  addressesSurge,
  prefixesSurge,
  findings,
  scanFailed,
];

/**
 * Everything the rules say of one assessment: one observation for each rule and subject, the healthy and the unknown
 * ones, too, so that alerts resolve or hold. Pure.
 */
export const evaluateRules = (assessment: TargetAssessment, policy: AlertPolicy): readonly Observation[] => {
  const context = {
    assessment,
    subjects: new Subjects(assessment, selectorTagKeys(policy)),
    settings: <Rule extends keyof AlertPolicy['rules']>(rule: Rule, subject: Observation['subject']) =>
      policyFor(rule, subject, policy),
  };
  return attributeCauses(RULES.flatMap((rule) => rule(context)));
};
