import type { AlertLevel } from '../alert/alert.ts';
import type { RuleName, RulePolicies } from '../alert/policy.ts';
import type { Evidence, Remedy, Severity, Subject } from '../result/finding.ts';
import type { Forecast } from '../result/forecast.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';
import type { Estate } from './estate.ts';
import type { IsUnread, Listing } from './listings.ts';

/** The settings of one rule for one subject. */
export type SettingsFor = <Rule extends RuleName>(rule: Rule, subject: Subject) => RulePolicies[Rule];

/** What the checks of a target may look at. */
export interface CheckContext {
  readonly estate: Estate;
  readonly settings: SettingsFor;
  readonly isUnread: IsUnread;
}

/** What people read about one thing that is wrong. */
export interface Description {
  /** The resource first, then the consequence: `payments-nodes-a: 3 of 123 addresses left`. */
  readonly title: string;
  /** Two or three sentences: why it matters, with the numbers. */
  readonly explanation: string;
  /** Best first. Asked in order of severity: the worst finding is served first when ranges are short. */
  readonly remedies: () => readonly Remedy[];
  readonly forecast?: Forecast | undefined;
  /** `null`: not known. */
  readonly owners?: readonly OwnerUsage[] | null;
  /** Beneath another finding of the same supply it says nothing new, because that one has its figures. */
  readonly repeatsOthers?: boolean;
}

/** What a check says of one subject. */
export type CheckResult = Found | Healthy | NotMeasured;

export type Found = FoundThing & (Raised | Held);

/** The level by the limits that raise, and by the easier limits that clear. */
interface Raised {
  readonly raise: Severity;
  readonly hold: AlertLevel;
}

/** No limit is crossed, but the easier limits that clear still are. */
interface Held {
  readonly raise: 'ok';
  readonly hold: 'warning' | 'critical';
}

interface FoundThing {
  readonly state: 'found';
  readonly subject: Subject;
  readonly evidence: readonly Evidence[];
  /**
   * What is wrong, by names that stay the same: the accounts and VPCs that are not watched, the calls that are refused, the
   * destinations that fail. A name that is new while the alert fires makes it worse, also at the same level.
   */
  readonly causes?: readonly string[];
  /** Called only when it is read. */
  readonly describe: () => Description;
  /** The kind of the check that says the same more precisely: where it is found as well, only its level counts here. */
  readonly coveredBy?: string;
  /** So little is left that its warning does not wait for the critical level (`isExpectation`). */
  readonly isPressing?: boolean;
}

export interface Healthy {
  readonly state: 'healthy';
  readonly subject: Subject;
  /** What was wrong was seen to end, and the next days are safe: there is nothing to wait for. */
  readonly safe?: boolean;
  readonly evidence: readonly Evidence[];
}

/** It could not be measured. Unknown is neither good nor bad: an alert stays as it is. */
export interface NotMeasured {
  readonly state: 'unknown';
  readonly subject: Subject;
  readonly reason: string;
}

/** Which other alerts an alert of a check makes superfluous while it fires. */
export interface Suppression {
  /** Those about the same subject, or about the subnets of the same VPC. */
  readonly of: 'same-subject' | 'subnets-of-the-vpc';
  /** Those of the checks of these supplies. */
  readonly supplies: readonly ('addresses' | 'prefixes')[];
  /** How severe the suppressing alert must be, beside the suppressed one. */
  readonly when: 'as-severe' | 'more-severe';
}

/** The value of the evidence with this name, if it is a number. */
export type Figure = (name: string) => number | null;

/** One kind of thing that can be wrong: how it is found and described, and what people can read about it. */
export interface Check<Context = CheckContext> {
  /** Stable: people write selectors on it. */
  readonly kind: string;
  /** Other names of it, in selectors and in `headroom.yml`. */
  readonly aliases?: readonly string[];
  readonly label: string;
  /** What is wrong, in a few words behind the name of a resource, and for several resources at once: `few addresses left`. */
  readonly summary: string;
  /** What is so when nothing is found any more, behind the name of the resource: `83 of 123 addresses available`. */
  readonly clear: (figure: Figure) => string;
  /** What it looks at: `each subnet with IPv4 addresses`. */
  readonly about: string;
  /** When it appears, with the figures that decide. */
  readonly condition: string;
  /** When it makes no statement. */
  readonly unknown: string;
  /** What happens if nothing is done. */
  readonly impact: string;
  /** Whose settings in `headroom.yml` apply. */
  readonly settings: RuleName;
  /** The supply of a subnet that it is about. Of these checks only the first that applies is announced. */
  readonly supply?: 'addresses' | 'prefixes';
  /** What its alerts suppress. */
  readonly suppresses?: Suppression;
  /** An event of its own: no other alert explains it, so that none suppresses it. */
  readonly neverSuppressed?: true;
  /** It says that something has, or will have, too few addresses: its alerts join the incident of the subnet or VPC that lacks them. */
  readonly isShortage?: true;
  /** It finds that nothing is left: a fact of its own, which is sent once in an incident whatever was expected before. */
  readonly findsNothingLeft?: true;
  /** It finds what is expected, and not what is so already: its warning may wait for the critical level. */
  readonly isExpectation?: true;
  /** The listings without which it cannot say that all is well. What it finds without them is at least so bad. */
  readonly restsOn?: readonly Listing[];
  /** Says something of every subject that it is about. */
  readonly find: (context: Context) => readonly CheckResult[];
}

export const healthy = (subject: Subject, evidence: readonly Evidence[] = []): Healthy => ({
  state: 'healthy',
  subject,
  evidence,
});

export const notMeasured = (subject: Subject, reason: string): NotMeasured => ({
  state: 'unknown',
  subject,
  reason,
});

/** The level that an alert of this severity has: information raises none. */
export const levelOf = (severity: Severity | 'ok'): AlertLevel =>
  severity === 'critical' || severity === 'warning' ? severity : 'ok';

/** Something that is found or not, without a margin between the two. */
export const found = (
  subject: Subject,
  severity: Severity,
  evidence: readonly Evidence[],
  describe: () => Description,
): Found => ({ state: 'found', subject, raise: severity, hold: levelOf(severity), evidence, describe });

/** What was measured: the levels, and when nothing has to wait (`Healthy.safe`, `Found.isPressing`). */
export interface MeasuredLevels extends Pick<Healthy, 'safe'>, Pick<FoundThing, 'isPressing'> {
  readonly raise: AlertLevel;
  readonly hold: AlertLevel;
}

/** A subject that was measured against limits. */
export const measured = (
  subject: Subject,
  { raise, hold, safe, isPressing = false }: MeasuredLevels,
  evidence: readonly Evidence[],
  describe: () => Description,
): Found | Healthy => {
  const thing = { state: 'found', subject, evidence, describe, isPressing } as const;
  if (raise !== 'ok') return { ...thing, raise, hold };
  if (hold !== 'ok') return { ...thing, raise, hold };
  return { ...healthy(subject, evidence), safe: safe === true };
};
