import type { Target } from '../aws/inventory.ts';
import type { Problem } from '../base/errors.ts';

/**
 * How well a target is watched. `fresh`: scanned in full not long ago. `partial`: scanned not long ago, with gaps. `failed`:
 * the last scan learned nothing. `stale`: no scan has ended for too long. `new`: planned for the first time, and not
 * scanned yet. `gone`: scanned once, and no longer planned.
 */
export type CoverageState = 'fresh' | 'partial' | 'failed' | 'stale' | 'new' | 'gone';

export interface TargetCoverage extends Target {
  readonly state: CoverageState;
  /** ISO 8601: when the last scan was made; `null`: never. */
  readonly scannedAt: string | null;
  /** What went wrong in the last scan. */
  readonly problems: readonly Problem[];
}

/** What is remembered of a target's last scan. */
export interface LastScan {
  readonly target: Target;
  readonly scannedAt: string;
  readonly status: 'ok' | 'partial' | 'failed';
  readonly problems?: readonly Problem[];
}

/**
 * Holds what should be scanned against what was, in the order planned, then what is gone.
 *
 * @param plannedBefore when each target was first planned (ISO 8601), by `account/region`, where that is known: a target that was
 *   planned long ago and never scanned is stale and not new
 * @param staleAfter seconds
 * @param now epoch milliseconds
 */
export const coverageOf = (
  planned: readonly Target[],
  lastScans: readonly LastScan[],
  plannedBefore: ReadonlyMap<string, string>,
  staleAfter: number,
  now: number,
): readonly TargetCoverage[] => {
  const scans = new Map(lastScans.map((scan) => [nameOf(scan.target), scan]));
  const isOld = (at: string): boolean => now - Date.parse(at) > staleAfter * 1000;
  const watched = planned.map((target): TargetCoverage => {
    const scan = scans.get(nameOf(target));
    if (scan === undefined) {
      const since = plannedBefore.get(nameOf(target));
      const state = since !== undefined && isOld(since) ? 'stale' : 'new';
      return { accountId: target.accountId, region: target.region, state, scannedAt: null, problems: [] };
    }
    const state = isOld(scan.scannedAt) ? 'stale' : STATE_OF[scan.status];
    return covered(scan, state);
  });
  const names = new Set(planned.map(nameOf));
  const gone = lastScans
    .filter(({ target }) => !names.has(nameOf(target)))
    .map((scan) => covered(scan, 'gone'));
  return [...watched, ...gone];
};

const STATE_OF = { ok: 'fresh', partial: 'partial', failed: 'failed' } as const;

const covered = ({ target, scannedAt, problems }: LastScan, state: CoverageState): TargetCoverage => ({
  accountId: target.accountId,
  region: target.region,
  state,
  scannedAt,
  problems: problems ?? [],
});

const nameOf = ({ accountId, region }: Target): string => `${accountId}/${region}`;
