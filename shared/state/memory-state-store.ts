import type { TargetAssessment } from '../model/result/assessment.ts';
import { pastScan } from '../model/result/past-scan.ts';
import {
  addSample,
  checkedSamples,
  HISTORY_RETENTION,
  HOUR,
  type Measurement,
  noHours,
  RECENT_WINDOW,
  SUPPLIES,
  type SubnetHours,
  subnetHistory,
} from './history/history-rollup.ts';
import { readable } from './packed-json.ts';
import { inForm, type RecordForm } from './record-form.ts';
import { nextVersion, targetKey } from './state-key.ts';
import {
  type AlertStore,
  type AssessmentStore,
  type CacheStore,
  type HistoryStore,
  isSameValue,
  type StateStore,
  type VersionedAlert,
} from './state-store.ts';

/** State that lives and ends with this object: for tests, and for a single scan without stored state. */
export const createMemoryStateStore = (): StateStore => ({
  alerts: memoryAlerts(),
  history: memoryHistory(),
  assessments: memoryAssessments(),
  cache: memoryCache(),
  close: async () => {},
});

const memoryAlerts = (): AlertStore => {
  const targets = new Map<string, Map<string, VersionedAlert>>();
  const alertsOf = (key: string): Map<string, VersionedAlert> => {
    const alerts = targets.get(key) ?? new Map<string, VersionedAlert>();
    targets.set(key, alerts);
    return alerts;
  };
  return {
    list: async (target) => [...alertsOf(targetKey(target)).values()],
    read: async (target, key) => alertsOf(targetKey(target)).get(key) ?? null,
    commit: async (target, alert, expectedVersion) => {
      const alerts = alertsOf(targetKey(target));
      if ((alerts.get(alert.key)?.version ?? 0) !== expectedVersion) return 'conflict';
      const version = nextVersion(alert, expectedVersion);
      alerts.set(alert.key, { alert, version });
      return { version };
    },
    remove: async (target, key, expectedVersion) => {
      const alerts = alertsOf(targetKey(target));
      if (alerts.get(key)?.version !== expectedVersion) return 'conflict';
      alerts.delete(key);
      return 'removed';
    },
  };
};

interface SubnetPast {
  readonly hours: SubnetHours;
  measurements: Measurement[];
}

const memoryHistory = (): HistoryStore => {
  const targets = new Map<string, { newest: number; readonly subnets: Map<string, SubnetPast> }>();
  const history: HistoryStore = {
    record: (target, at, samples) => history.backfill(target, [{ at, samples }]),
    backfill: async (target, scans) => {
      const checked = scans.map(({ at, samples }) => ({ at, samples: checkedSamples(at, samples) }));
      const key = targetKey(target);
      const past = targets.get(key) ?? { newest: 0, subnets: new Map<string, SubnetPast>() };
      targets.set(key, past);
      for (const { at, samples } of checked) {
        if (samples.length > 0) past.newest = Math.max(past.newest, at);
        for (const sample of samples) {
          const subnet = past.subnets.get(sample.subnetId) ?? { hours: noHours(), measurements: [] };
          past.subnets.set(sample.subnetId, subnet);
          if (addSample(subnet.hours, at, sample)) subnet.measurements.push({ at, sample });
        }
      }
      for (const subnet of past.subnets.values()) forgetOld(subnet, past.newest);
    },
    read: async (target, subnetIds, from) => {
      const past = targets.get(targetKey(target));
      return new Map(
        subnetIds.map((subnetId) => {
          const { hours, measurements } = past?.subnets.get(subnetId) ?? {
            hours: noHours(),
            measurements: [],
          };
          return [subnetId, subnetHistory(hours, measurements, from, past?.newest ?? 0)];
        }),
      );
    },
  };
  return history;
};

const forgetOld = (subnet: SubnetPast, newest: number): void => {
  subnet.measurements = subnet.measurements.filter(({ at }) => at > newest - RECENT_WINDOW);
  for (const supply of SUPPLIES) {
    for (const hour of subnet.hours[supply].keys()) {
      if (hour < newest - HISTORY_RETENTION - HOUR) subnet.hours[supply].delete(hour);
    }
  }
};

const memoryAssessments = (): AssessmentStore => {
  const latest = new Map<string, TargetAssessment>();
  const read = new Map<string, TargetAssessment>();
  return {
    putLatest: async (assessment) => {
      const key = targetKey(assessment.target);
      const known = latest.get(key);
      if (known !== undefined && Date.parse(known.scannedAt) > Date.parse(assessment.scannedAt))
        return 'older';
      latest.set(key, assessment);
      if (assessment.target.status !== 'failed') read.set(key, assessment);
      return 'stored';
    },
    latest: async (target) => latest.get(targetKey(target)) ?? null,
    lastRead: async (target) => {
      const key = targetKey(target);
      return latest.get(key)?.target.status === 'failed' ? (read.get(key) ?? null) : null;
    },
    past: async (target) => {
      const known = latest.get(targetKey(target));
      return known === undefined ? null : pastScan(known);
    },
    targets: async () =>
      [...latest.values()].map(({ target: { accountId, region, status }, scannedAt }) => ({
        target: { accountId, region },
        scannedAt,
        status,
      })),
  };
};

const memoryCache = (): CacheStore => {
  const entries = new Map<string, { readonly json: string; readonly expiresAt: number }>();
  const read = (key: string, now: number): unknown => {
    const entry = entries.get(key);
    return entry === undefined || entry.expiresAt <= now ? null : JSON.parse(entry.json);
  };
  const readAs = <Value>(key: string, now: number, form: RecordForm<Value>): Value | null => {
    const value = read(key, now);
    return value === null ? null : inForm(value, form, `cache entry ${key}`);
  };
  const write = (key: string, value: unknown, expiresAt: number): void => {
    entries.set(key, { json: JSON.stringify(value), expiresAt });
  };
  return {
    get: async (key, now, form) => readAs(key, now, form),
    getMany: async (keys, now, form) =>
      new Map(
        keys.flatMap((key) => {
          const value = readable(() => readAs(key, now, form));
          return value === null ? [] : [[key, value] as const];
        }),
      ),
    put: async (key, value, expiresAt) => write(key, value, expiresAt),
    putMany: async (values, expiresAt) => {
      for (const [key, value] of values) write(key, value, expiresAt);
    },
    exchange: async (key, { expected, expiresAt, now, value }) => {
      if (!isSameValue(read(key, now), expected)) return 'conflict';
      write(key, value, expiresAt);
      return 'stored';
    },
  };
};
