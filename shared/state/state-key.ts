import type { Alert } from '../model/alert/alert.ts';
import type { Target } from '../model/aws/inventory.ts';

/** A target's part of a key. Account IDs are digits and Regions are letters, digits and hyphens: `#` is in neither. */
export const targetKey = ({ accountId, region }: Target): string => `${accountId}#${region}`;

/**
 * The version a record gets by a write that expects `expectedVersion`. A new record begins at a time, not at 1: so one
 * that was removed and made again does not pass for the record that was read before.
 */
export const nextVersion = (alert: Alert, expectedVersion: number): number =>
  expectedVersion === 0 ? Date.parse(alert.lastObservedAt) : expectedVersion + 1;
