import pLimit from 'p-limit';
import type { Alert } from '../model/alert/alert.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { Problem } from '../model/base/errors.ts';
import type { LeftTarget } from '../model/checks/monitor/monitor-context.ts';
import type { TargetCoverage } from '../model/target/coverage.ts';
import { LEFT_ALERTS_MILLISECONDS } from '../model/target/left.ts';
import type { AlertStore, VersionedAlert } from '../state/state-store.ts';
import { attempt } from './attempt.ts';

/** What waits for a target that left the selection is tried for this long after its last scan. */
const LEFTOVER_MILLISECONDS = 30 * 24 * 3_600_000;

const TARGETS_AT_ONCE = 8;

/** A target that was scanned and is no longer selected, with its alerts. */
export interface TargetThatLeft extends Target {
  /** ISO 8601 */
  readonly scannedAt: string;
  readonly stored: readonly VersionedAlert[];
}

/** The targets that left the selection not long ago. One whose alerts cannot be read waits for the next run. */
export const alertsOfLeft = async (
  coverage: readonly TargetCoverage[],
  store: AlertStore,
  now: number,
  problems: Problem[],
): Promise<readonly TargetThatLeft[]> => {
  const limit = pLimit(TARGETS_AT_ONCE);
  const left = await Promise.all(
    coverage.map(({ accountId, region, state, scannedAt }) =>
      limit(async () => {
        if (state !== 'gone' || scannedAt === null) return [];
        if (now - Date.parse(scannedAt) >= LEFTOVER_MILLISECONDS) return [];
        const target = { accountId, region };
        const stored = await attempt(problems, () => store.list(target));
        return stored === null ? [] : [{ ...target, scannedAt, stored }];
      }),
    ),
  );
  return left.flat();
};

/** Whether the alerts of a target are over because it left the selection long enough ago to be no mistake. */
export const isLongGone = ({ scannedAt }: TargetThatLeft, now: number): boolean =>
  now - Date.parse(scannedAt) >= LEFT_ALERTS_MILLISECONDS;

/** Whether an alert ends with its target: those about the monitor itself do not. */
export const isOfTarget = ({ subject, status }: Alert): boolean =>
  subject.type !== 'monitor' && status !== 'resolved';

/** A target with alerts that fire, for the monitor's own checks. */
export const firingIn = ({ accountId, region, stored }: TargetThatLeft): readonly LeftTarget[] => {
  const firing = stored.filter(({ alert }) => alert.status === 'firing' && isOfTarget(alert)).length;
  return firing === 0 ? [] : [{ accountId, region, firing }];
};
