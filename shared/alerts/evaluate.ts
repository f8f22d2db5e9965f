import type { Observation } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { SettingsFor } from '../model/checks/check.ts';
import { CHECKS } from '../model/checks/checks.ts';
import { Estate, type EstateInput } from '../model/checks/estate.ts';
import { MONITOR_CHECKS } from '../model/checks/monitor/monitor-checks.ts';
import type { MonitorStatus } from '../model/checks/monitor/monitor-context.ts';
import type { BlockOffer } from '../model/checks/remedies/range-plan.ts';
import { listFindings, listNotChecked, runChecks } from '../model/checks/run-checks.ts';
import type { Finding } from '../model/result/finding.ts';
import type { NotChecked } from '../model/result/not-checked.ts';
import { observe } from './observe.ts';
import { policyFor } from './policy-lookup.ts';
import { selectableSubjects } from './selectable-subject.ts';
import { asksForNamespaces, selectorTagKeys } from './selectors.ts';
import { WellSubjects } from './well-subjects.ts';

/** What the checks say under a policy: for people who ask now, and for alerts. */
export interface Evaluation {
  readonly findings: readonly Finding[];
  /** Complete where observations of every subject are made. */
  readonly notChecked: readonly NotChecked[];
  readonly observations: readonly Observation[];
  /** The new blocks that their remedies offer. */
  readonly blockOffers: readonly BlockOffer[];
}

/**
 * Runs every check of a target under a policy. Pure.
 *
 * @param alerted the keys of observations that are made whatever they say; the others are made where something is found. Left
 *   out: all are made
 */
export const evaluate = (
  input: EstateInput,
  policy: AlertPolicy,
  alerted?: ReadonlySet<string>,
): Evaluation => {
  const estate = new Estate(input);
  const selectable = selectableSubjects(estate, selectorTagKeys(policy), asksForNamespaces(policy));
  const settings: SettingsFor = (rule, subject) => policyFor(rule, selectable(subject), policy);
  const well = alerted === undefined ? undefined : new WellSubjects(alerted);
  const outcomes = runChecks(CHECKS, { estate, settings, isUnread: estate.isUnread }, well?.isNeeded);
  return {
    findings: listFindings(outcomes),
    notChecked: listNotChecked(outcomes),
    observations: observe(outcomes, policy, selectable, well?.counts),
    blockOffers: estate.ranges.offers,
  };
};

/** Runs the checks of the monitor itself: targets that are not watched, messages that do not arrive, scans that failed for good. */
export const evaluateMonitor = (status: MonitorStatus, policy: AlertPolicy): readonly Observation[] => {
  const outcomes = runChecks(MONITOR_CHECKS, {
    status,
    settings: (rule, subject) => policyFor(rule, subject, policy),
  });
  return observe(outcomes, policy, (subject) => subject);
};
