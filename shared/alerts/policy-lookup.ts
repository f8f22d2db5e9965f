import type { Subject } from '../model/finding.ts';
import type { AlertPolicy, RuleName, RulePolicies } from '../model/policy.ts';
import { matches } from './selectors.ts';

/**
 * The settings of one rule for one subject: the policy's own, and over them those of every override that matches, the
 * later one winning. An override replaces whole settings: a threshold of its own takes the place of the former, it is
 * not merged with it.
 */
export const policyFor = <Rule extends RuleName>(
  rule: Rule,
  subject: Subject,
  policy: AlertPolicy,
): RulePolicies[Rule] => {
  let settings = policy.rules[rule];
  for (const override of policy.overrides) {
    const changes = override.rules[rule];
    if (changes !== undefined && matches(override.match, { subject, rules: [rule] })) {
      settings = { ...settings, ...changes };
    }
  }
  return settings;
};
