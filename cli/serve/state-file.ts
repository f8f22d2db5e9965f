import { openSqliteStateStore } from '../../shared/state/sqlite/sqlite-state-store.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { StateStoreError } from '../../shared/state/state-store-error.ts';
import { unusableStateStore } from '../../shared/state/unusable-state-store.ts';

/** Opening waits for another process, and nothing is answered meanwhile, in milliseconds. */
const OPENING_TIMEOUT = 500;

/** Opens the state file. One that cannot be opened is a store that says so: scanning and reporting go on without it. */
export const openStateFile = (path: string): StateStore => {
  try {
    return openSqliteStateStore(path, { openWithin: OPENING_TIMEOUT });
  } catch (error) {
    if (!(error instanceof StateStoreError)) throw error;
    return unusableStateStore(error);
  }
};
