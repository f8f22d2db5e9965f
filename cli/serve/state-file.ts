import { openSqliteStateStore } from '../../shared/state/sqlite/sqlite-state-store.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { StateStoreError } from '../../shared/state/state-store-error.ts';
import { unusableStateStore, unwritableStateStore } from '../../shared/state/unusable-state-store.ts';

/** Opening waits for another process, and nothing is answered meanwhile, in milliseconds. */
const OPENING_TIMEOUT = 500;

/**
 * Opens the state file. One that can only be read, as on a full disk, tells what was known and refuses what is new. One that
 * cannot be opened is a store that says so: scanning and reporting go on without it.
 */
export const openStateFile = (path: string): StateStore => {
  const openWithin = OPENING_TIMEOUT;
  return orInstead(
    () => openSqliteStateStore(path, { openWithin }),
    (reason) =>
      orInstead(
        () => unwritableStateStore(openSqliteStateStore(path, { openWithin, readOnly: true }), reason),
        () => unusableStateStore(reason),
      ),
  );
};

const orInstead = (
  open: () => StateStore,
  otherwise: (reason: StateStoreError) => StateStore,
): StateStore => {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof StateStoreError)) throw error;
    return otherwise(error);
  }
};
