import type { Alert } from '../model/alert/alert.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { HeadroomError } from '../model/base/errors.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import type { SubnetHistory } from '../model/result/forecast.ts';
import type { PastScan } from '../model/result/past-scan.ts';
import type { RecordForm } from './record-form.ts';

/** An alert with the version that the store knows it by. Version 0: not stored yet. */
export interface VersionedAlert {
  readonly alert: Alert;
  readonly version: number;
}

/**
 * Alert records of one target, changed by compare-and-set only. The outbox is part of the record, so that one
 * conditional write stores a new state together with what must be sent because of it.
 */
export interface AlertStore {
  /**
   * @param onUnreadable hears of each record that cannot be read; it is then left out. Without it such a record throws.
   */
  list(target: Target, onUnreadable?: (error: HeadroomError) => void): Promise<readonly VersionedAlert[]>;
  read(target: Target, key: string): Promise<VersionedAlert | null>;
  /** Stores `alert` if the record is still at `expectedVersion` (0: absent). Tells the new version, or `conflict`. */
  commit(
    target: Target,
    alert: Alert,
    expectedVersion: number,
  ): Promise<{ readonly version: number } | 'conflict'>;
  /** Removes a record that is still at `expectedVersion`: one that is resolved, sent and old. */
  remove(target: Target, key: string, expectedVersion: number): Promise<'removed' | 'conflict'>;
}

/** The values of one scan of one subnet: whole numbers from 0 on. */
export interface HistorySample {
  readonly subnetId: string;
  /** `null`: unknown, and not recorded. */
  readonly available: number | null;
  readonly freePrefixes: number | null;
}

/** The values of one scan, or of one moment of a past that was recorded elsewhere. */
export interface HistoryScan {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly samples: readonly HistorySample[];
}

export interface HistoryStore {
  /**
   * Rolls up one scan's values into the hourly roll-ups (60 days) and the recent samples (6 hours) of the target. A subnet
   * counts once for each `at`: recording it again changes nothing, so a scan may be repeated; the parts of a scan that
   * was split by VPC may come one by one. A late `at` goes where it belongs.
   */
  record(target: Target, at: number, samples: readonly HistorySample[]): Promise<void>;
  /** As `record`, for a whole past at once: a first deployment that starts from CloudWatch or a CSV file. */
  backfill(target: Target, scans: readonly HistoryScan[]): Promise<void>;
  /**
   * Everything from `from` (epoch milliseconds) on, the hour that it lies in included. Subnets without a past have an
   * empty history. What is read is what is paid for: hours suffice for a surge, the forecast needs weeks, but once an hour.
   */
  read(
    target: Target,
    subnetIds: readonly string[],
    from: number,
  ): Promise<ReadonlyMap<string, SubnetHistory>>;
}

export interface AssessmentStore {
  /** Keeps it as the target's latest, unless a later one is there already. */
  putLatest(assessment: TargetAssessment): Promise<'stored' | 'older'>;
  latest(target: Target): Promise<TargetAssessment | null>;
  /**
   * The latest that learned anything, where the latest did not: what people are shown while a target cannot be read. `null`:
   * the latest has figures itself, or none are kept any more.
   */
  lastRead(target: Target): Promise<TargetAssessment | null>;
  /** What the next scan needs of the latest. The rest, which is most of it, is not read where that can be avoided. */
  past(target: Target): Promise<PastScan | null>;
  /** Every target with its last assessment's time and status. */
  targets(): Promise<
    readonly {
      readonly target: Target;
      readonly scannedAt: string;
      readonly status: 'ok' | 'partial' | 'failed';
    }[]
  >;
}

/** Answers that are dear to ask for again, and small records that several targets share. Values are JSON. */
export interface CacheStore {
  /** @throws HeadroomError `state-unreadable` where the entry has another form */
  get<Value>(key: string, now: number, form: RecordForm<Value>): Promise<Value | null>;
  /** Many entries in few requests, by key. Those that there are not, or that cannot be read, are left out. */
  getMany<Value>(
    keys: readonly string[],
    now: number,
    form: RecordForm<Value>,
  ): Promise<ReadonlyMap<string, Value>>;
  put(key: string, value: unknown, expiresAt: number): Promise<void>;
  /** Many entries in few requests, by key. Each is stored or not, whatever becomes of the others. */
  putMany(values: ReadonlyMap<string, unknown>, expiresAt: number): Promise<void>;
  /**
   * Stores the value if the entry still is what was read, as one step: of two that change the same entry, one hears
   * `conflict` and has to read again.
   */
  exchange(key: string, exchange: CacheExchange): Promise<'stored' | 'conflict'>;
}

export interface CacheExchange {
  /** What `get` answered; `null`: nothing. */
  readonly expected: unknown;
  readonly value: unknown;
  readonly expiresAt: number;
  readonly now: number;
}

/** Whether two values are the same JSON. */
export const isSameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** All of Headroom's memory. DynamoDB when deployed, SQLite in one process, memory in tests: one conformance suite for all. */
export interface StateStore {
  readonly alerts: AlertStore;
  readonly history: HistoryStore;
  readonly assessments: AssessmentStore;
  readonly cache: CacheStore;
  close(): Promise<void>;
}
