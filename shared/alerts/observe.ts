import type { Observation, ObservedPart } from '../model/alert/alert.ts';
import { compareLevel, worstLevel } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import { bySupply, type CheckOutcome, clearText, withoutCovered } from '../model/checks/run-checks.ts';
import type { Evidence, Subject } from '../model/result/finding.ts';
import { keyOf } from '../model/result/identity.ts';
import { attributeCauses } from './causes.ts';
import { lifecycleSettingsFor } from './policy-lookup.ts';

/**
 * Makes observations of what the checks said: one for each subject and supply, or for each subject of a check that is about
 * no supply. The healthy and the unknown ones are among them, so that alerts resolve or hold. Pure.
 *
 * @param selectable the subject with what selectors look at
 * @param well see `attributeCauses`
 */
export const observe = (
  outcomes: readonly CheckOutcome[],
  policy: AlertPolicy,
  selectable: (subject: Subject) => Subject,
  well?: ReadonlyMap<string, number>,
): readonly Observation[] =>
  attributeCauses(
    bySupply(outcomes).flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const subject = selectable(first.subject);
      return first.check.supply === undefined
        ? group.map((outcome) => alone(outcome, subject))
        : [together(first.check.supply, group, subject, policy)];
    }),
    well,
  );

/** A check has the key of its settings, and its own kind in it where the settings are those of many. Those of one supply share its key. */
export const keyOfOutcome = ({ check: { kind, settings, supply }, subject }: CheckOutcome): string =>
  keyOf(supply ?? (kind === settings ? kind : `${settings}/${kind}`), subject);

const alone = (outcome: CheckOutcome, subject: Subject): Observation => {
  const { check, raise, hold, finding, evidence, causes } = outcome;
  const isRaised = raise !== 'ok' || hold !== 'ok';
  return {
    key: keyOfOutcome(outcome),
    rule: check.settings,
    subject,
    raise,
    hold,
    finding: isRaised ? finding : null,
    evidence,
    ...(isRaised && causes !== undefined ? { causes } : {}),
    ...whenClear([outcome]),
  };
};

const whenClear = (outcomes: readonly CheckOutcome[]): Pick<Observation, 'clear'> => {
  const clear = clearText(outcomes);
  return clear === null ? {} : { clear };
};

const together = (
  supply: string,
  group: readonly CheckOutcome[],
  subject: Subject,
  policy: AlertPolicy,
): Observation => {
  const uncovered = new Set(withoutCovered(group));
  const parts = group.map((outcome): ObservedPart => {
    const { check, raise, hold, finding } = outcome;
    const { pendingFor, clearFor } = lifecycleSettingsFor({ rule: check.settings, subject }, policy);
    return {
      rule: check.settings,
      raise,
      hold,
      finding: raise === 'ok' && hold === 'ok' ? null : finding,
      isCovered: !uncovered.has(outcome),
      isSafe: outcome.isSafe,
      isPressing: outcome.isPressing,
      repeatsOthers: outcome.repeatsOthers,
      delays: { pendingFor, clearFor },
    };
  });
  const known = parts.filter(({ raise }) => raise !== null);
  const raise = known.length === 0 ? null : worstLevel(known.map((part) => part.raise ?? 'ok'));
  const hold = known.length === 0 ? null : worstLevel(known.map((part) => part.hold ?? 'ok'));
  const [lead = parts[0]] = parts
    .filter(({ finding, isCovered }) => finding !== null && !isCovered)
    .toSorted((a, b) => compareLevel(b.raise ?? 'ok', a.raise ?? 'ok'));
  return {
    key: keyOf(supply, subject),
    rule: lead?.rule ?? supply,
    subject,
    raise,
    hold,
    finding: lead?.finding ?? null,
    evidence: distinct(group.flatMap(({ evidence }) => evidence)),
    ...whenClear(group),
    parts,
  };
};

/** Each figure once: several checks of one supply have some in common. */
const distinct = (evidence: readonly Evidence[]): readonly Evidence[] => [
  ...new Map(evidence.map((entry) => [entry.name, entry])).values(),
];
