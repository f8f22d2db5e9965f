import type { StateStore } from './state-store.ts';
import type { StateStoreError } from './state-store-error.ts';

/** Stands for a store that could not be opened: whatever is asked of it fails with the reason. */
export const unusableStateStore = (reason: StateStoreError): StateStore => {
  const refuse = (): Promise<never> => Promise.reject(reason);
  return {
    alerts: { list: refuse, read: refuse, commit: refuse, remove: refuse },
    history: { record: refuse, backfill: refuse, read: refuse },
    assessments: { putLatest: refuse, latest: refuse, lastRead: refuse, past: refuse, targets: refuse },
    cache: { get: refuse, getMany: refuse, put: refuse, putMany: refuse, exchange: refuse },
    close: async () => {},
  };
};

/** Stands for a store that can be read and not written: whatever would change it fails with the reason. */
export const unwritableStateStore = (readable: StateStore, reason: StateStoreError): StateStore => {
  const refuse = (): Promise<never> => Promise.reject(reason);
  return {
    alerts: { ...readable.alerts, commit: refuse, remove: refuse },
    history: { ...readable.history, record: refuse, backfill: refuse },
    assessments: { ...readable.assessments, putLatest: refuse },
    cache: { ...readable.cache, put: refuse, putMany: refuse },
    close: () => readable.close(),
  };
};
