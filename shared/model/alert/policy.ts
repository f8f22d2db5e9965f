import type { Tags } from '../aws/inventory.ts';
import type { AlertSeverity } from './alert.ts';

/**
 * Which notifications are sent, when, and where: the validated form of `headroom.yml`'s alerting part
 * (`shared/config/` parses it; the defaults are there too).
 */

/** Low when the supply is under either figure. `percent` is of what the subnet could ever hold of that supply. */
export interface Threshold {
  readonly percent?: number;
  readonly count?: number;
}

/** Settings that every rule has. Durations are in seconds. */
export interface RuleLife {
  readonly enabled: boolean;
  /** The condition must hold this long before the alert fires or escalates. */
  readonly pendingFor: number;
  /** The condition must have been clear this long before a firing alert resolves or eases; 0: at once. */
  readonly clearFor: number;
  /** The shortest time between two notifications of a firing alert at one level; 0: it is never repeated. */
  readonly repeatEvery: number;
}

export interface RulePolicy extends RuleLife {
  readonly warning: Threshold | null;
  readonly critical: Threshold | null;
  /** The supply must be this much above a threshold before its level clears: a fraction, 0.1 for a tenth. */
  readonly clearMargin: number;
}

/** Lead times, in hours, of a forecast rule. */
export interface ForecastRulePolicy extends RuleLife {
  readonly warningWithin: number | null;
  readonly criticalWithin: number | null;
}

/** A rule that has no number to tune: it fires when the thing is there. */
export interface PlainRulePolicy extends RuleLife {
  readonly severity: AlertSeverity;
}

/** Raises what the cluster and subnet model found (`shared/model/checks/`), each at its own severity. */
export interface FindingsRulePolicy extends RuleLife {
  /** Findings that are milder stay in the report and raise nothing. */
  readonly minimumSeverity: AlertSeverity;
}

export interface RulePolicies {
  readonly 'addresses-low': RulePolicy;
  readonly 'prefixes-low': RulePolicy;
  /** The supply of all subnets of a VPC together: the cause behind many low subnets. */
  readonly 'vpc-addresses-low': RulePolicy;
  /** Nothing is left. */
  readonly 'addresses-exhausted': PlainRulePolicy;
  readonly 'prefixes-exhausted': PlainRulePolicy;
  /** The check `fragmentation`, which has this name in the configuration. */
  readonly fragmented: PlainRulePolicy & {
    /** At least this many addresses free while no prefix is. */
    readonly minimumAvailable: number;
  };
  readonly 'scan-failed': PlainRulePolicy;
  readonly 'addresses-exhaustion': ForecastRulePolicy;
  readonly 'prefixes-exhaustion': ForecastRulePolicy;
  readonly 'addresses-surge': RuleLife;
  readonly 'prefixes-surge': RuleLife;
  readonly findings: FindingsRulePolicy;
  /** Targets that should be scanned and are not. */
  readonly coverage: PlainRulePolicy & {
    /** A target without a successful scan for this many seconds is stale. */
    readonly staleAfter: number;
  };
  /** Messages that could not be delivered. */
  readonly 'delivery-failing': PlainRulePolicy;
  /** Work that failed repeatedly, and waits in the dead-letter queue. */
  readonly 'dead-letters': PlainRulePolicy;
}

export type RuleName = keyof RulePolicies;

/** Which subjects something is for. All given fields must match; in a field, any of its values. `*` and `?` are wildcards. */
export interface Selector {
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly vpc?: readonly string[];
  readonly subnet?: readonly string[];
  /** The subnet's range lies inside one of these. */
  readonly cidr?: readonly string[];
  readonly cluster?: readonly string[];
  /** A Kubernetes namespace whose pods hold much of the addresses, or wait for one. */
  readonly namespace?: readonly string[];
  readonly tags?: Tags;
  readonly rule?: readonly string[];
  readonly severity?: readonly AlertSeverity[];
}

/** Partial rule settings for the subjects that match; later overrides win. */
export interface PolicyOverride {
  readonly match: Selector;
  readonly rules: { readonly [Rule in RuleName]?: Partial<RulePolicies[Rule]> };
}

/** While it applies, transitions are kept and not sent. When it ends, alerts that still fire are sent. */
export interface Mute {
  readonly match: Selector;
  readonly reason: string;
  /** ISO 8601; `null`: open. */
  readonly from: string | null;
  readonly until: string | null;
  /** A maintenance window that comes back: days (0 Sunday to 6), `HH:MM` to `HH:MM`, in an IANA time zone. */
  readonly weekly: {
    readonly days: readonly number[];
    readonly start: string;
    readonly end: string;
    readonly timeZone: string;
  } | null;
}

/** Days as people write them, by their numbers: 0 is Sunday. */
export const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** Hours of the week by the clocks of a time zone; over midnight where `end` is not after `start`. Days: 0 Sunday to 6. */
export type WeeklyWindow = NonNullable<Mute['weekly']>;

/** A time of day on some days (0 Sunday to 6), `HH:MM` in an IANA time zone. */
export interface DailyTime {
  readonly days: readonly number[];
  readonly at: string;
  readonly timeZone: string;
}

/** When a destination gets notifications that can wait. */
export interface DeliveryTimes {
  /**
   * When alerts that still fire, and whose figures have changed, are notified again. `by-rule`: whenever their rules say.
   * With a time: then, if they are at least this severe.
   */
  readonly repeat: 'never' | 'by-rule' | (DailyTime & { readonly severity: AlertSeverity });
  /** Hours in which notifications wait. `wake`: what is sent nevertheless. `null`: none. */
  readonly quietHours: (WeeklyWindow & { readonly wake: 'critical' | 'nothing' }) | null;
}

/** Where messages go. The first route that matches decides, unless it says `continue`. */
export interface Route {
  readonly match: Selector;
  /** Names of destinations in the configuration. */
  readonly to: readonly string[];
  readonly continue: boolean;
  /** Only what is announced in these hours of the week; absent: always. */
  readonly hours?: WeeklyWindow;
}

/** When destinations get a digest, and of what. */
export interface DigestSchedule extends DailyTime {
  /** Names the digest in titles and in the state. */
  readonly name: string;
  /** Names of destinations in the configuration. */
  readonly to: readonly string[];
  /** What it covers: a team by its tag, an account, clusters. */
  readonly match: Selector;
}

export interface AlertPolicy {
  readonly rules: RulePolicies;
  readonly overrides: readonly PolicyOverride[];
  readonly mutes: readonly Mute[];
  readonly routes: readonly Route[];
  /** Absent: none. */
  readonly digests?: readonly DigestSchedule[];
  /** When each destination gets what can wait, by its name; `otherwise` for those that are not named. */
  readonly delivery: {
    readonly otherwise: DeliveryTimes;
    readonly byDestination: ReadonlyMap<string, DeliveryTimes>;
  };
}
