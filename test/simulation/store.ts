import type { AlertStore, StateStore } from '../../shared/state/state-store.ts';
import { StateStoreError } from '../../shared/state/state-store-error.ts';
import type { Chance } from './chance.ts';
import { type Ledger, nameIn } from './ledger.ts';
import type { Worker } from './worker.ts';

/** Milliseconds that a request to the store takes at most, when nothing goes wrong. */
const LATENCY = 40;

export interface StoreConditions {
  readonly chance: Chance;
  readonly ledger: Ledger;
  /** Whether the store refuses everything for now. */
  readonly isDown: () => boolean;
}

const refused = (): StateStoreError =>
  new StateStoreError('state-throttled', 'The table is throttled', 'Wait.', {});

/** The store as one process sees it: real compare-and-set in memory, behind a network that fails. */
export const storeFor = (worker: Worker, store: StateStore, conditions: StoreConditions): StateStore => {
  const { chance, ledger, isDown } = conditions;
  const request = <Answer>(happens: () => Promise<Answer>): Promise<Answer> =>
    worker.call(LATENCY, async () => {
      if (isDown() || chance.fault('storeRefuses', worker.id, worker.calls) !== null) throw refused();
      const answer = happens();
      if (chance.fault('answerIsLost', worker.id, worker.calls) !== null) throw refused();
      return answer;
    });
  /** What cannot be marked as sent is sent again. */
  const noting = async <Answer>(name: string, answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      ledger.disturb(name);
      throw error;
    }
  };
  const alerts: AlertStore = {
    list: (target) => request(() => store.alerts.list(target)),
    read: (target, key) =>
      noting(
        nameIn(target, key),
        request(() => store.alerts.read(target, key)),
      ),
    commit: (target, alert, version) =>
      noting(
        nameIn(target, alert.key),
        request(async () => {
          if (chance.fault('storeConflicts', worker.id, worker.calls) !== null) return 'conflict' as const;
          const before = await store.alerts.read(target, alert.key);
          const outcome = await store.alerts.commit(target, alert, version);
          if (outcome === 'conflict') return outcome;
          const stored = await store.alerts.read(target, alert.key);
          ledger.stored(worker.id, before?.alert ?? null, alert, stored?.alert ?? null);
          return outcome;
        }),
      ),
    remove: (target, key, version) =>
      request(async () => {
        const outcome = await store.alerts.remove(target, key, version);
        if (outcome === 'removed') ledger.removed(nameIn(target, key));
        return outcome;
      }),
  };
  return {
    alerts,
    history: {
      record: (target, at, samples) => request(() => store.history.record(target, at, samples)),
      backfill: (target, scans) => request(() => store.history.backfill(target, scans)),
      read: (target, subnetIds, from) => request(() => store.history.read(target, subnetIds, from)),
    },
    assessments: {
      putLatest: (assessment) => request(() => store.assessments.putLatest(assessment)),
      lastRead: (target) => request(() => store.assessments.lastRead(target)),
      latest: (target) => request(() => store.assessments.latest(target)),
      past: (target) => request(() => store.assessments.past(target)),
      targets: () => request(() => store.assessments.targets()),
    },
    cache: {
      get: (key, now, form) => request(() => store.cache.get(key, now, form)),
      getMany: (keys, now, form) => request(() => store.cache.getMany(keys, now, form)),
      put: (key, value, expiresAt) => request(() => store.cache.put(key, value, expiresAt)),
      putMany: (values, expiresAt) => request(() => store.cache.putMany(values, expiresAt)),
      exchange: (key, exchange) => request(() => store.cache.exchange(key, exchange)),
    },
    close: async () => {},
  };
};
