import { listOf } from '../../base/text/names.ts';
import { count, verb } from '../../base/text/numbers.ts';
import { utcTime } from '../../base/text/times.ts';
import type { Remedy } from '../../result/finding.ts';
import { targetName } from '../../result/identity.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import {
  type LeftTarget,
  type MonitorContext,
  monitorSubject,
  NAMES_SHOWN,
  type WatchedTarget,
} from './monitor-context.ts';

/** Targets that should be scanned and are not. */
export const coverage: Check<MonitorContext> = {
  kind: 'coverage',
  label: 'Accounts or Regions are not watched',
  summary: 'accounts or Regions are not watched',
  clear: () => 'all accounts and Regions are watched',
  about: 'the monitor itself',
  condition:
    'Targets that should be scanned have failed, or have not been scanned for `staleAfter`. Or no target is selected, `scan.vpcs` names a VPC that no target has, or a target left the selection while its alerts fire.',
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
  const gaps = gapsOf(status, unseen, planned);
  const [worst] = gaps;
  if (worst === undefined) return healthy(subject, evidence);
  return {
    ...found(subject, severity, evidence, () => ({
      title: worst.title,
      explanation: gaps.map(({ explanation }) => explanation).join(' '),
      remedies: () => gaps.flatMap(({ remedies }) => remedies),
    })),
    causes: gaps.flatMap(({ causes }) => causes),
  };
};

/** One way in which something is not watched. */
interface Gap {
  readonly title: string;
  readonly explanation: string;
  readonly remedies: readonly Remedy[];
  /** See `Found.causes`. */
  readonly causes: readonly string[];
}

/** One is named; of several there are the numbers. */
const titleOf = (unseen: readonly WatchedTarget[], planned: number): string => {
  const [first] = unseen;
  return first !== undefined && unseen.length === 1
    ? `account ${first.accountId} in ${first.region} is not watched`
    : `${unseen.length} of ${planned} accounts × Regions are not watched`;
};

/** Everything that is not watched, the most important first. */
const gapsOf = (
  { unknownVpcs, left }: Pick<MonitorContext['status'], 'unknownVpcs' | 'left'>,
  unseen: readonly WatchedTarget[],
  planned: number,
): readonly Gap[] => [
  ...(unseen.length === 0
    ? []
    : [
        {
          title: `Headroom: ${titleOf(unseen, planned)}`,
          explanation: unseenText(unseen),
          remedies: remediesFor(unseen),
          causes: unseen.map(targetName),
        },
      ]),
  ...(unknownVpcs === null || unknownVpcs.length === 0
    ? []
    : [
        {
          title: `Headroom: ${count(unknownVpcs.length, 'VPC')} of headroom.yml ${verb(unknownVpcs.length, 'is')} not monitored`,
          explanation: `headroom.yml names ${listOf(unknownVpcs, NAMES_SHOWN)} under scan.vpcs, and no target has ${unknownVpcs.length === 1 ? 'it' : 'them'}.`,
          remedies: [CORRECT_THE_VPCS],
          causes: unknownVpcs,
        },
      ]),
  ...(left === null || left.length === 0
    ? []
    : [
        {
          title: `Headroom: ${count(left.length, 'target')} left the selection while alerts fire there`,
          explanation: `The selection no longer has ${listOf(left.map(leftName), NAMES_SHOWN)}. These alerts close a day after the last scan, although it is not known whether anything was fixed.`,
          remedies: [SELECT_AGAIN],
          causes: left.map((target) => `left ${targetName(target)}`),
        },
      ]),
];

const leftName = ({ accountId, region, firing }: LeftTarget): string =>
  `${accountId} in ${region} (${count(firing, 'alert')})`;

const SELECT_AGAIN: Remedy = {
  title: 'Select the target again under targets in headroom.yml, if it left by mistake',
  effect: 'Its alerts go on from where they were. If it left on purpose, nothing needs to be done.',
  commands: [],
  preconditions: [],
};

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

/** A sentence for each, so that a long list stays readable. */
const unseenText = (targets: readonly WatchedTarget[]): string =>
  [
    ...targets.slice(0, NAMES_SHOWN).map((target) => `${named(target)}.`),
    ...(targets.length > NAMES_SHOWN
      ? [`${count(targets.length - NAMES_SHOWN, 'more target')} not shown.`]
      : []),
  ].join(' ');

const named = ({ accountId, region, state, scannedAt }: WatchedTarget): string => {
  const since = scannedAt === null ? 'never scanned' : `last scanned ${utcTime(scannedAt)}`;
  return `${accountId} in ${region} is not monitored (${state}, ${since})`;
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
