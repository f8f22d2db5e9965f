import { expect, test } from 'vitest';
import { type ScanResult, whyNotWatched } from '../../../../shared/model/target/watched.ts';

const WATCHED: ScanResult = { status: 'ok', alerting: 'whole', remembered: true, undelivered: 0 };

test('a target that was read in full, stored, and whose alerts were delivered is watched', () => {
  expect(whyNotWatched(WATCHED)).toEqual([]);
  expect(whyNotWatched({ ...WATCHED, undelivered: null })).toEqual([]);
});

test.each<[Partial<ScanResult>, string]>([
  [{ status: 'failed' }, 'it could not be scanned'],
  [{ status: 'partial' }, 'it could be scanned only in part'],
  [{ alerting: 'none' }, 'its alerts could not be read'],
  [{ alerting: 'partial' }, 'some of its alerts could not be stored'],
  [{ remembered: false }, 'the scan could not be stored'],
  [{ undelivered: 1 }, 'some of its alerts could not be delivered'],
])('%o: the target is not watched, because %s', (changed, why) => {
  expect(whyNotWatched({ ...WATCHED, ...changed })).toEqual([why]);
});
