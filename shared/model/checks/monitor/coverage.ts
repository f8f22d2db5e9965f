import { listOf } from '../../base/text/names.ts';
import { count } from '../../base/text/numbers.ts';
import { utcTime } from '../../base/text/times.ts';
import type { Remedy } from '../../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import { type MonitorContext, monitorSubject, NAMES_SHOWN, type WatchedTarget } from './monitor-context.ts';

/** Targets that should be scanned and are not. */
export const coverage: Check<MonitorContext> = {
  kind: 'coverage',
  label: 'Targets are not watched',
  summary: 'targets are not watched',
  clear: () => 'all targets are watched',
  about: 'the monitor itself',
  condition:
    'Targets that should be scanned have failed, or have not been scanned for `staleAfter`. Or no target is selected, or `scan.vpcs` names a VPC that no target has.',
  unknown: 'The list of targets could not be read.',
  impact: 'Nothing warns when addresses run out there. The message begins with what fixes most of it.',
  settings: 'coverage',
  find: (context) => [result(context)],
};

const result = ({ status, settings }: MonitorContext): CheckResult => {
  const subject = monitorSubject(status);
  const targets = status.coverage;
  if (targets === null) return notMeasured(subject, 'The list of targets could not be read.');
  const unseen = targets.filter(({ state }) => state === 'stale' || state === 'failed');
  const planned = targets.filter(({ state }) => state !== 'gone').length;
  const evidence = [
    { name: 'targetsPlanned', value: planned, unit: 'targets' },
    ...(['fresh', 'partial', 'stale', 'failed', 'new', 'gone'] as const).map((state) => ({
      name: `targets${state.charAt(0).toUpperCase()}${state.slice(1)}`,
      value: targets.filter((target) => target.state === state).length,
      unit: 'targets',
    })),
  ];
  const { severity } = settings('coverage', subject);
  if (planned === 0) return found(subject, severity, evidence, () => NO_TARGET);
  const unknown = status.unknownVpcs ?? [];
  if (unseen.length === 0 && unknown.length > 0)
    return found(subject, severity, evidence, () => ({
      title: `Headroom: ${count(unknown.length, 'VPC')} of headroom.yml ${unknown.length === 1 ? 'is' : 'are'} not monitored`,
      explanation: notFound(unknown),
      remedies: () => [CORRECT_THE_VPCS],
    }));
  if (unseen.length === 0) return healthy(subject, evidence);
  return found(subject, severity, evidence, () => ({
    title: `Headroom: ${unseen.length} of ${planned} targets are not watched`,
    explanation: [
      `Headroom cannot monitor ${listOf(unseen.map(named), NAMES_SHOWN)}.`,
      ...(unknown.length === 0 ? [] : [notFound(unknown)]),
    ].join(' '),
    remedies: () => [...remediesFor(unseen), ...(unknown.length === 0 ? [] : [CORRECT_THE_VPCS])],
  }));
};

const notFound = (vpcIds: readonly string[]): string =>
  `headroom.yml names ${listOf(vpcIds, NAMES_SHOWN)} under scan.vpcs, and no target has ${vpcIds.length === 1 ? 'it' : 'them'}.`;

const CORRECT_THE_VPCS: Remedy = {
  title: 'Correct scan.vpcs in headroom.yml',
  effect:
    'Each VPC that is named there exists in a scanned account and Region. Remove those that were deleted.',
  commands: [],
  preconditions: [],
};

const NO_TARGET = {
  title: 'Headroom: no target is selected, so nothing is monitored',
  explanation: 'The selection under targets in headroom.yml matches no account and Region.',
  remedies: (): readonly Remedy[] => [
    {
      title: 'Correct targets in headroom.yml',
      effect: '`headroom config` shows what it selects.',
      commands: [],
      preconditions: [],
    },
  ],
};

const named = ({ accountId, region, state, scannedAt }: WatchedTarget): string => {
  const since = scannedAt === null ? 'never scanned' : `last scanned ${utcTime(scannedAt)}`;
  return `${accountId} in ${region} (${state}, ${since})`;
};

/** The same thing to do for many targets is one remedy; the one that fixes most comes first. */
const remediesFor = (targets: readonly WatchedTarget[]): readonly Remedy[] => {
  const problems = targets.flatMap((target) => target.problems);
  const byAction = [...Map.groupBy(problems, ({ action }) => action)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  const remedies = byAction.map(
    ([action, [first, ...others]]): Remedy => ({
      title: action,
      effect: `Fixes: ${first?.message}${others.length > 0 ? `; and ${others.length} more like it` : ''}.`,
      commands: [],
      preconditions: [],
    }),
  );
  return targets.some((target) => target.problems.length === 0) ? [...remedies, LOOK_AT_THE_RUNS] : remedies;
};

const LOOK_AT_THE_RUNS: Remedy = {
  title: 'See whether the scans still run',
  effect:
    'A target that has neither a problem nor a scan was never reached. Look for a disabled schedule, throttled invocations or timeouts.',
  commands: [
    'aws scheduler list-schedules --name-prefix headroom --query "Schedules[].[Name,State]" --output table',
    'aws logs describe-log-groups --log-group-name-pattern headroom --query "logGroups[].logGroupName" --output table',
  ],
  preconditions: [],
};
