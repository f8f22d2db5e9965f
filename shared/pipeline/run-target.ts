import { alertedKeys } from '../alerts/replacements.ts';
import type { Problem } from '../model/base/errors.ts';
import { GRID_DAYS } from '../model/forecast/hourly-grid.ts';
import type { SubnetHistory } from '../model/result/forecast.ts';
import { attempt } from './attempt.ts';
import { checkTarget } from './check-target.ts';
import type { TargetSources } from './collect.ts';
import {
  type ConcludeScanInput,
  type ConclusionPorts,
  concludeScan,
  listStoredAlerts,
  type ScanConclusion,
} from './conclude-scan.ts';
import { forgivingCache } from './forgiving-cache.ts';
import type { KeptMaps } from './kept-maps.ts';
import { RESERVATIONS_AT_ONCE } from './read-reservations.ts';
import { scanTarget } from './scan-target.ts';
import { withStoredMutes } from './stored-mutes.ts';

/** Everything the job touches of the world. */
export interface RunTargetPorts extends ConclusionPorts {
  /** `null`: the target could not be opened; `doubt` says why. */
  readonly sources: TargetSources | null;
}

export interface RunTargetInput extends ConcludeScanInput {
  readonly ports: RunTargetPorts;
  /** Why the plan was not sure of this target: its scan counts as partial at best. */
  readonly doubt?: Problem;
  readonly onInterfaces?: (count: number) => void;
  /** What earlier scans kept of interfaces: with it, only those of subnets that changed are read. */
  readonly maps?: KeptMaps | undefined;
  /** Ends the run as if the process had ended: what a reading that was broken off would say is not stored. */
  readonly stop?: AbortSignal;
}

export type RunTargetOutcome = ScanConclusion;

/** What a forecast looks at, and a day more: its hours begin at full ones. What is older is kept for people, and costs as much to read. */
const HISTORY_MILLISECONDS = (GRID_DAYS + 1) * 24 * 3_600_000;

/** No scan comes this late (milliseconds): one that seems to has a clock that is wrong, or follows one that had. */
const CLOCK_TOLERANCE = 3_600_000;

/** What is older than what is stored changes nothing, so that stands still until the clock has caught up. */
const clockBehind = (scannedAt: string, now: number): Problem => ({
  code: 'clock-behind',
  message: `The last scan of this target is dated ${scannedAt}, but it is ${new Date(now).toISOString()}. Its report and the alerts that it changed stay as they are until then`,
  action:
    'Set the clock of this machine, for example by NTP. If it is right, the clock of an earlier scan was ahead: remove the stored state of the target to continue at once.',
});

/** The main job, for one target: read it, apply the policy to what was read, and conclude the scan. */
export const runTarget = async (input: RunTargetInput): Promise<RunTargetOutcome> => {
  const { target, scope, ports } = input;
  const { store, clock } = ports;
  const problems: Problem[] = [];
  const now = clock();
  const cache = forgivingCache(store.cache, (problem) => problems.push(problem));

  const policy = (await attempt(problems, () => withStoredMutes(input.policy, cache, now))) ?? input.policy;
  const previous = await attempt(problems, () => store.assessments.past(target));
  // What was not read is not replaced: the ages of leaks are nowhere else. An assessment that cannot be read has none
  // to keep.
  const mayReplace = problems.every(({ code }) => code === 'state-unreadable');
  if (previous !== null && Date.parse(previous.scannedAt) - now > CLOCK_TOLERANCE)
    problems.push(clockBehind(previous.scannedAt, now));
  const histories = async (subnetIds: readonly string[]): Promise<ReadonlyMap<string, SubnetHistory>> =>
    (await attempt(problems, () => store.history.read(target, subnetIds, now - HISTORY_MILLISECONDS))) ??
    new Map();
  const scanned = await scanTarget({
    target,
    scope,
    sources: ports.sources,
    past: { previous, histories },
    cache,
    now,
    maps: input.maps,
    mostReservations: RESERVATIONS_AT_ONCE,
    ...(input.doubt === undefined ? {} : { doubt: input.doubt }),
    ...(input.onInterfaces === undefined ? {} : { onInterfaces: input.onInterfaces }),
  });
  input.stop?.throwIfAborted();
  const stored = await listStoredAlerts(store, target);
  const alerted = alertedKeys((stored.listed ?? []).map(({ alert }) => alert));
  const { assessment, observations } = await checkTarget(scanned, policy, cache, now, alerted);

  const conclusion = await concludeScan(
    { ...input, policy },
    { assessment, observations, stored, mayReplace, cache },
  );
  return { ...conclusion, problems: [...problems, ...conclusion.problems] };
};
