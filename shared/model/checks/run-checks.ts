import type { AlertLevel } from '../alert/alert.ts';
import { elementAt } from '../base/element-at.ts';
import { displayableCommands, NOT_DISPLAYED } from '../base/shell-words.ts';
import { listOf } from '../base/text/names.ts';
import { valueAt } from '../base/value-at.ts';
import {
  compareSeverity,
  type Evidence,
  type Finding,
  type Remedy,
  type Subject,
  withAlso,
} from '../result/finding.ts';
import { keyOf } from '../result/identity.ts';
import type { NotChecked } from '../result/not-checked.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';
import { type Check, type CheckResult, type Found, levelOf, type SettingsFor } from './check.ts';
import type { IsUnread, Listing } from './listings.ts';

/** What an outcome keeps of its check. */
export type CheckName = Pick<Check, 'kind' | 'label' | 'settings' | 'supply' | 'summary' | 'clear'>;

/** What a check says of one subject, with the settings of the policy applied. */
export interface CheckOutcome {
  readonly check: CheckName;
  readonly subject: Subject;
  /** The level that raises an alert; `null`: unknown. */
  readonly raise: AlertLevel | null;
  /** The level that an alert may fall to; `null`: unknown. */
  readonly hold: AlertLevel | null;
  readonly evidence: readonly Evidence[];
  /** `null`: healthy or unknown. */
  readonly finding: Finding | null;
  /** Whether the finding is one of the list: it is true now, and not only not clear yet. */
  readonly isListed: boolean;
  /** See `Found.causes`, `Found.coveredBy`, `Healthy.safe` and `Found.isPressing`. */
  readonly causes?: readonly string[];
  readonly coveredBy: string | null;
  readonly isSafe: boolean;
  readonly isPressing: boolean;
  /** See `Description.repeatsOthers`. */
  readonly repeatsOthers: boolean;
  /** Why the check could say nothing of the subject; `null`: it said something, or is switched off. */
  readonly notMeasured: string | null;
  /** Why it raises no alert although its check does not say that all is well; `null`: it raises one, or the check says so. */
  readonly notRaised: string | null;
}

/**
 * Asks every check, and applies what the policy says of each subject. A check that is switched off counts as healthy, so that
 * its alerts end. Findings below `minimumSeverity` are listed and raise no alert.
 *
 * @param isNeeded asked of the outcomes of one subject and supply, or of one outcome. What is not needed is let go at once: of
 *   20,000 subnets all outcomes together are 120 MB, and nearly all of them say that all is well
 */
export const runChecks = <Context extends { readonly settings: SettingsFor; readonly isUnread?: IsUnread }>(
  checks: readonly Check<Context>[],
  context: Context,
  isNeeded: (group: readonly CheckOutcome[]) => boolean = () => true,
): readonly CheckOutcome[] =>
  inOrderOfSeverity(
    [...Map.groupBy(checks, ({ supply, kind }) => supply ?? kind).values()].flatMap((some) => {
      const outcomes = some.flatMap((check) =>
        check
          .find(context)
          .map((result) => inDoubt(outcomeOf(check, result, context.settings), check, context.isUnread)),
      );
      const needed = new Set(bySupply(outcomes).filter(isNeeded).flat());
      return outcomes.filter((outcome) => needed.has(outcome));
    }),
  );

/** Remedies are made when they are read. In this order, each range goes to the worst finding that asks for it. */
const inOrderOfSeverity = (outcomes: readonly CheckOutcome[]): readonly CheckOutcome[] => {
  const findings = outcomes
    .flatMap(({ finding }) => finding ?? [])
    .toSorted((a, b) => compareSeverity(b.severity, a.severity) || (a.id < b.id ? -1 : 1));
  const complete = new Map(findings.map((finding) => [finding, { ...finding }]));
  return outcomes.map((outcome) =>
    outcome.finding === null ? outcome : { ...outcome, finding: valueAt(complete, outcome.finding) },
  );
};

const LISTED: Readonly<Record<Listing, string>> = {
  interfaces: 'network interfaces',
  reservations: 'CIDR reservations',
  instances: 'instances',
  clusters: 'EKS clusters',
  groups: 'Auto Scaling groups',
};

/** Where a listing is missing, an alert may begin and get worse. It neither ends nor eases. */
const inDoubt = (
  outcome: CheckOutcome,
  { restsOn = [] }: Pick<Check<never>, 'restsOn'>,
  isUnread: IsUnread | undefined,
): CheckOutcome => {
  if (isUnread === undefined) return outcome;
  const { finding, isListed, notMeasured, notRaised, raise, subject } = outcome;
  const missing = restsOn.filter((listing) => isUnread(listing, subject));
  if (missing.length === 0 || notRaised === SWITCHED_OFF) return outcome;
  if (raise !== null && raise !== 'ok') return { ...outcome, hold: 'critical' };
  const reason = `Not listed: ${listOf(missing.map((listing) => LISTED[listing]))}.`;
  const isHealthy = finding === null || !isListed;
  return {
    ...outcome,
    raise: null,
    hold: null,
    isSafe: false,
    notMeasured: notMeasured ?? (isHealthy ? reason : null),
  };
};

const outcomeOf = (check: CheckName, result: CheckResult, settings: SettingsFor): CheckOutcome => {
  const { subject } = result;
  const policy = settings(check.settings, subject);
  const nothing = {
    check,
    subject,
    finding: null,
    isListed: false,
    coveredBy: null,
    isSafe: false,
    isPressing: false,
    repeatsOthers: false,
    notMeasured: null,
    notRaised: policy.enabled ? null : SWITCHED_OFF,
  };
  const minimum = 'minimumSeverity' in policy ? policy.minimumSeverity : null;
  if (result.state === 'unknown' && policy.enabled) {
    return { ...nothing, raise: null, hold: null, evidence: [], notMeasured: result.reason };
  }
  const evidence = result.state === 'unknown' ? [] : result.evidence;
  if (result.state !== 'found' || (!policy.enabled && minimum === null)) {
    const isSafe = result.state === 'healthy' && result.safe === true;
    return { ...nothing, raise: 'ok', hold: 'ok', evidence, isSafe };
  }
  const isRaised =
    policy.enabled &&
    (minimum === null || result.raise === 'ok' || compareSeverity(result.raise, minimum) >= 0);
  return {
    ...nothing,
    raise: isRaised ? levelOf(result.raise) : 'ok',
    hold: isRaised ? result.hold : 'ok',
    evidence,
    ...describedBy(check, result),
    isListed: result.raise !== 'ok',
    ...(result.causes === undefined ? {} : { causes: result.causes }),
    coveredBy: result.coveredBy ?? null,
    isPressing: result.isPressing === true,
    notRaised: isRaised ? null : policy.enabled ? TOO_MILD : SWITCHED_OFF,
  };
};

const SWITCHED_OFF = 'no longer checked, because the rule is switched off';
const TOO_MILD = 'milder than the severity that raises an alert';

/** Messages show no more, and an alert's record must stay small. */
const OWNERS_SHOWN = 5;

const describedBy = (
  { kind, summary }: CheckName,
  { subject, evidence, describe, ...levels }: Found,
): Pick<CheckOutcome, 'finding' | 'repeatsOthers'> => {
  const { title, explanation, remedies, forecast, owners, repeatsOthers = false } = describe();
  const finding: Finding = {
    id: keyOf(kind, subject),
    kind,
    summary,
    severity: levels.raise === 'ok' ? levels.hold : levels.raise,
    subject,
    title,
    explanation,
    evidence,
    get remedies() {
      return remedies().map(withDisplayableCommands);
    },
    ...(forecast === undefined ? {} : { forecast }),
    ...(owners == null ? {} : { owners: largest(owners) }),
  };
  return { finding, repeatsOthers };
};

/** A remedy whose commands cannot be displayed keeps its advice. */
const withDisplayableCommands = (remedy: Remedy): Remedy =>
  displayableCommands(remedy.commands) === null
    ? {
        ...remedy,
        commands: [],
        preconditions: [...remedy.preconditions, { text: NOT_DISPLAYED, holds: null }],
      }
    : remedy;

const largest = (owners: readonly OwnerUsage[]): readonly OwnerUsage[] =>
  owners.toSorted((a, b) => b.addresses - a.addresses).slice(0, OWNERS_SHOWN);

/** The outcomes of one subject and supply, in the order in which they are announced; others stand alone. */
export const bySupply = (outcomes: readonly CheckOutcome[]): readonly (readonly CheckOutcome[])[] => [
  ...Map.groupBy(outcomes, ({ check, subject }) => {
    return keyOf(check.supply === undefined ? check.kind : check.supply, subject);
  }).values(),
];

/** What is so of a subject of which nothing is found, behind its name; `null`: not known. */
export const clearText = (outcomes: readonly CheckOutcome[]): string | null => {
  const known = outcomes.filter(({ raise }) => raise !== null);
  // One check of a supply that is switched off says nothing of the others.
  const first = known.find(({ notRaised }) => notRaised !== SWITCHED_OFF) ?? known[0];
  if (first === undefined || known.some(({ raise, hold }) => raise !== 'ok' || hold !== 'ok')) return null;
  if (first.notRaised !== null) return first.notRaised;
  const figures = new Map(known.flatMap(({ evidence }) => evidence.map(({ name, value }) => [name, value])));
  return first.check.clear((name) => {
    const value = figures.get(name);
    return typeof value === 'number' ? value : null;
  });
};

/** Without those that another one of them says more precisely. */
export const withoutCovered = (outcomes: readonly CheckOutcome[]): readonly CheckOutcome[] => {
  const kinds = new Set(outcomes.flatMap(({ finding }) => (finding === null ? [] : [finding.kind])));
  return outcomes.filter(({ coveredBy }) => coveredBy === null || !kinds.has(coveredBy));
};

/**
 * Everything that is wrong, or will be: the worst first, then by identity. Of one subject and supply only the worst is
 * listed (the first of several at one severity), and the others stand beneath it.
 */
export const listFindings = (outcomes: readonly CheckOutcome[]): readonly Finding[] =>
  bySupply(outcomes)
    .flatMap((group) => {
      const listed = withoutCovered(group).flatMap(({ isListed, finding, repeatsOthers }) =>
        isListed && finding !== null ? [{ finding, repeats: repeatsOthers }] : [],
      );
      const [first, ...others] = listed.toSorted((a, b) =>
        compareSeverity(b.finding.severity, a.finding.severity),
      );
      return first === undefined ? [] : [withAlso(first.finding, others)];
    })
    .toSorted((a, b) => compareSeverity(b.severity, a.severity) || (a.id < b.id ? -1 : 1));

/**
 * What could not be checked, by check and reason, in the order of the checks. Where something is listed of the same subject and
 * supply, the others of its checks are left out: a supply that is empty needs no forecast.
 */
export const listNotChecked = (outcomes: readonly CheckOutcome[]): readonly NotChecked[] => {
  const unknown = bySupply(outcomes)
    .filter((group) => !group.some(({ isListed }) => isListed))
    .flatMap((group) =>
      group.flatMap(({ check: { kind, label }, subject, notMeasured }) =>
        notMeasured === null ? [] : [{ kind, label, reason: notMeasured, subject }],
      ),
    );
  return [...Map.groupBy(unknown, ({ kind, reason }) => JSON.stringify([kind, reason])).values()].map(
    (group) => {
      const { kind, label, reason } = elementAt(group, 0);
      return { kind, label, reason, subjects: group.map(({ subject }) => subject) };
    },
  );
};
