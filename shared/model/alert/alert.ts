import type { Evidence, EvidenceChange, Finding, Severity, Subject } from '../result/finding.ts';

/**
 * An alert is a finding's life over time. Rules look at an assessment and make observations; the reducer
 * (`shared/alerts/lifecycle.ts`) applies observations to alerts and says which transitions people are notified of.
 */

export type AlertSeverity = Exclude<Severity, 'info'>;
export type AlertLevel = 'ok' | AlertSeverity;

const RANK: Readonly<Record<AlertLevel, number>> = { ok: 0, warning: 1, critical: 2 };

/** Orders levels, the mildest first: negative when `a` is milder than `b`. */
export const compareLevel = (a: AlertLevel, b: AlertLevel): number => RANK[a] - RANK[b];

/** The worst of some levels; `ok` when there are none. */
export const worstLevel = (levels: readonly AlertLevel[]): AlertLevel =>
  levels.reduce<AlertLevel>((worst, level) => (compareLevel(level, worst) > 0 ? level : worst), 'ok');

/** For how long a level must hold, and be clear, before it counts. Both in seconds. */
export interface LevelDelays {
  readonly pendingFor: number;
  readonly clearFor: number;
}

/** What one check says, where several checks of one supply make one alert. */
export interface ObservedPart {
  readonly rule: string;
  readonly raise: AlertLevel | null;
  readonly hold: AlertLevel | null;
  readonly finding: Finding | null;
  /** Another part says the same more precisely: only the level counts. */
  readonly isCovered: boolean;
  /** Beneath another part it says nothing new. */
  readonly repeatsOthers: boolean;
  /** See `Observation.safe`. */
  readonly isSafe: boolean;
  /** So little is left that a warning does not wait for the critical level. */
  readonly isPressing: boolean;
  readonly delays: LevelDelays;
}

/** What one check, or all checks of one supply, say of one subject, now. */
export interface Observation {
  /** `<rule>/<subject type>/<subject id>`, or `<supply>/<subject type>/<subject id>`: one alert per key. */
  readonly key: string;
  /** The rule; of several parts, the one that leads. */
  readonly rule: string;
  readonly subject: Subject;
  /**
   * The level by the thresholds that raise. `null`: could not be measured - the alert stays exactly as it is,
   * since unknown is neither healthy nor unhealthy.
   */
  readonly raise: AlertLevel | null;
  /** The level by the thresholds that clear, which are easier to stay under: never milder than `raise`. An alert steps down only to this. */
  readonly hold: AlertLevel | null;
  /** The finding behind it; `null` when all is well. */
  readonly finding: Finding | null;
  /** The figures as they are now, also when all is well, under the names that the finding's evidence has: a resolve says what changed. */
  readonly evidence?: readonly Evidence[];
  /**
   * What people should see it as one thing with: `subnet/<id>`, or `vpc/<id>` when many of its subnets say the same at
   * once. Absent: the subject itself. An alert keeps the cause it had when it fired, so that its messages stay in one thread.
   */
  readonly cause?: string;
  /** The checks of one supply, in the order in which they are announced. Each has its own clocks. */
  readonly parts?: readonly ObservedPart[];
  /** What is wrong, by name. A name that was not announced yet makes a firing alert worse at the same level. */
  readonly causes?: readonly string[];
  /** What it is about is no more, so there is nothing to wait for: the alert ends at once, whatever its rule's `clearFor`. */
  readonly gone?: true;
  /** The key of the alert that takes the place of this one, which then ends although nothing is over. */
  readonly continuesAs?: string;
  /** Its target left the selection, so it ends although nothing is known to be over. */
  readonly unmonitored?: true;
  /** What is so when nothing is found, behind the name of the resource: `83 of 123 addresses available`. */
  readonly clear?: string;
  /** Routes depend on the time of day: the times of announcements are kept. */
  readonly keepsTimes?: true;
  /** What raised it was seen to end, and the next days are safe: once its level is clear it ends at once. */
  readonly safe?: true;
}

export type AlertStatus = 'pending' | 'firing' | 'resolved';

export type TransitionKind = 'firing' | 'escalated' | 'deescalated' | 'repeated' | 'resolved';

/** One step in an alert's life that people must hear of. */
export interface Transition {
  /** `<key>#<sequence>`: names the same step however often it is sent. */
  readonly id: string;
  readonly key: string;
  readonly rule: string;
  readonly subject: Subject;
  readonly transition: TransitionKind;
  readonly severity: AlertLevel;
  readonly previousSeverity: AlertLevel;
  /** ISO 8601: when this step happened, and since when the condition has held. */
  readonly at: string;
  readonly since: string;
  /** The finding as it stands; for `resolved`, the last one before it cleared. */
  readonly finding: Finding;
  /** What differs from when it was last announced (`evidenceChanges`): for every transition but the first, `firing`. */
  readonly changes?: readonly EvidenceChange[];
  /** Of the resolve of an alert that an earlier version made: the key of the alert that has taken its place. */
  readonly continuesAs?: string;
  /** Of the resolve of an alert whose target left the selection: see `Observation.unmonitored`. */
  readonly unmonitored?: true;
  /** Of a step down or a resolve at which nothing was found any more: see `Observation.clear`. */
  readonly clear?: string;
  /** Of a repeat: it says for the first time that nothing is left, so every recipient gets it. */
  readonly isFirst?: true;
  /** The alert's cause (see `Observation`). */
  readonly cause?: string;
  /**
   * The levels announced in this life, this one included: a resolve goes to all recipients that may have been notified.
   */
  readonly announced?: readonly AlertSeverity[];
  /** The rules under which it was announced in this life, where there was more than one. */
  readonly announcedRules?: readonly string[];
  /** When it was announced in this life (ISO 8601), where routes depend on the time of day. */
  readonly announcedAt?: readonly string[];
  /** The key under which receivers still know it from an earlier version: what is open there is closed, once. */
  readonly formerKey?: string;
}

/** How far one check of a supply has come: the same fields, and the same clocks, as an alert of its own would have. */
export type AlertPart = Pick<Alert, 'rule' | 'status' | 'severity' | 'since' | 'candidate' | 'clearing'>;

/** A transition waiting to be sent. It lives in the alert's own record, so that one conditional write stores both. */
export interface OutboxEntry {
  readonly transition: Transition;
  /**
   * The run that is sending it now, and until when. Another may take over only after that: two scans never both send.
   */
  readonly claimedBy: string | null;
  readonly claimedUntil: string | null;
  readonly attempts: number;
  /** Why the last attempt failed. */
  readonly lastError: string | null;
  /** What the last attempt ran into, by names that stay the same: the destination, and the code of its failure. */
  readonly failing?: readonly string[];
  /** The destinations that have it already, when others failed: only those are tried again. The default one is `''`. */
  readonly deliveredTo?: readonly string[];
  /** It was muted or inhibited when it happened: no notification of it was sent. */
  readonly silenced?: true;
  /** The one destination that it is for, because that one's quiet hours kept it back. Left out: all that do not have it. */
  readonly only?: string;
}

export interface Alert {
  readonly key: string;
  readonly rule: string;
  readonly subject: Subject;
  readonly status: AlertStatus;
  /** The level that was last announced; `ok` while pending and when resolved. */
  readonly severity: AlertLevel;
  /** When the condition was first seen in this life. */
  readonly since: string;
  /** While pending, or while a worse level is being confirmed: that level, and since when. */
  readonly candidate: { readonly severity: AlertLevel; readonly since: string } | null;
  /** While it fires: since when each announced level has been clear. A level that is not clear is absent; absent: none is. */
  readonly clearing?: { readonly [Level in AlertSeverity]?: string };
  readonly lastNotifiedAt: string | null;
  /** The observation that last changed this record. One that changes nothing is not stored: writing costs money. */
  readonly lastObservedAt: string;
  /** Counts transitions over all lives of this key; makes transition ids unique. */
  readonly sequence: number;
  readonly finding: Finding;
  readonly acknowledged: { readonly by: string; readonly at: string } | null;
  /** The cause it fired with (see `Observation`), and the levels announced in this life. */
  readonly cause?: string;
  readonly announced?: readonly AlertSeverity[];
  /** Of an alert over several checks: each check that is not at rest, and the rules it was announced under in this life. */
  readonly parts?: readonly AlertPart[];
  /** The causes that were announced in this life (see `Observation`), and since when there is another one. */
  readonly announcedCauses?: readonly string[];
  readonly worseSince?: string;
  /** Of an alert over several checks, while it fires: since when all of them are milder than what was announced. */
  readonly milderSince?: string;
  /** When it was announced in this life; absent: while pending, and in records of earlier versions. */
  readonly firedAt?: string;
  /** Since when a warning of what is only expected waits for its critical level; absent: none waits. */
  readonly heldSince?: string;
  readonly announcedRules?: readonly string[];
  /** See `Transition.announcedAt`. */
  readonly announcedAt?: readonly string[];
  /** See `Transition.formerKey`; absent once it was passed on. */
  readonly formerKey?: string | undefined;
  readonly outbox: readonly OutboxEntry[];
}
