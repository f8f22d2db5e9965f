import { HeadroomError } from '../model/base/errors.ts';
import type { VersionedAlert } from './state-store.ts';

/**
 * Reads records one by one: one that cannot be read must not hide the others.
 *
 * @param onUnreadable hears of it; without, it throws
 */
export const readableAlerts = <Stored>(
  records: readonly Stored[],
  read: (record: Stored) => VersionedAlert,
  onUnreadable: ((error: HeadroomError) => void) | undefined,
): readonly VersionedAlert[] =>
  records.flatMap((record) => {
    try {
      return [read(record)];
    } catch (error) {
      if (onUnreadable === undefined || !(error instanceof HeadroomError)) throw error;
      if (error.code !== 'state-unreadable') throw error;
      onUnreadable(error);
      return [];
    }
  });
