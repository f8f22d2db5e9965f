import type { Observation } from '../model/alert/alert.ts';
import type { AlertPolicy, RuleName, RulePolicies } from '../model/alert/policy.ts';
import type { Subject } from '../model/result/finding.ts';
import type { LifecycleSettings } from './reduction.ts';
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

/** How an observation's alert lives. One of a rule that is off, or that is no more and left over in the store, ends without delay. */
export const lifecycleSettingsFor = (
  { rule, subject }: Pick<Observation, 'rule' | 'subject'>,
  policy: AlertPolicy,
): LifecycleSettings => {
  if (!isRuleName(rule, policy)) return { pendingFor: 0, clearFor: 0, repeatEvery: 0 };
  const settings = policyFor(rule, subject, policy);
  return settings.enabled ? settings : { ...settings, clearFor: 0 };
};

const isRuleName = (rule: string, policy: AlertPolicy): rule is RuleName => Object.hasOwn(policy.rules, rule);
