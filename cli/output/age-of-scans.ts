import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { elapsed, shortDuration } from '../../shared/model/base/text/durations.ts';
import { targetName } from '../../shared/model/result/identity.ts';
import { firstAndOthers } from './first-and-others.ts';

interface StoredScan {
  readonly target: Target;
  /** ISO 8601. */
  readonly scannedAt: string;
  readonly status: 'ok' | 'partial' | 'failed';
}

/** From then on an account and Region counts as not watched, unless headroom.yml says another time. */
const STALE_AFTER = 1_000 * DEFAULT_POLICY.rules.coverage.staleAfter;

/** Lines on stored scans that are old, or could not read everything: what is not known ends no alert, and begins none. */
export const ageOfScans = (scans: readonly StoredScan[], now: string): readonly string[] => {
  const oldestFirst = scans.toSorted((a, b) => Date.parse(a.scannedAt) - Date.parse(b.scannedAt));
  const old = oldestFirst.filter(({ scannedAt }) => (elapsed(scannedAt, now) ?? 0) > STALE_AFTER);
  const unread = oldestFirst.filter((scan) => scan.status !== 'ok' && !old.includes(scan));
  const [oldest] = old;
  return [
    ...(oldest === undefined
      ? []
      : [
          `${named(old)}: last scanned ${shortDuration(elapsed(oldest.scannedAt, now) ?? 0)} ago, and what changed since is not known.`,
        ]),
    ...(unread.length === 0 ? [] : [`${named(unread)}: the last scan could not read everything.`]),
  ];
};

const named = (scans: readonly StoredScan[]): string =>
  firstAndOthers(scans.map(({ target }) => targetName(target)));
