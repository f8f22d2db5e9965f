import { elementAt } from '../../base/element-at.ts';
import { listOf } from '../../base/text/names.ts';
import { count, verb } from '../../base/text/numbers.ts';
import { sentence } from '../../base/text/sentence.ts';
import type { Remedy } from '../../result/finding.ts';
import { targetName } from '../../result/identity.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import { howWatched } from './how-watched.ts';
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
    'Scans of accounts have failed, or there was none for `staleAfter`. Or no account is selected, `scan.vpcs` names a VPC that no scanned account has, or an account is no longer selected while its alerts fire.',
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
  const planned = targets.filter(({ state }) => state !== 'gone');
  const evidence = [
    { name: 'targetsPlanned', value: planned.length, unit: 'targets' },
    ...(['fresh', 'partial', 'stale', 'failed', 'new', 'gone'] as const).map((state) => ({
      name: `targets${state.charAt(0).toUpperCase()}${state.slice(1)}`,
      value: targets.filter((target) => target.state === state).length,
      unit: 'targets',
    })),
  ];
  const { severity } = settings('coverage', subject);
  if (planned.length === 0) return found(subject, severity, evidence, () => NO_TARGET);
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

/** Who is not watched, and where. One is named; of several there are the numbers. */
const titleOf = (unseen: readonly WatchedTarget[], planned: readonly WatchedTarget[]): string => {
  const accounts = [...new Set(unseen.map(({ accountId }) => accountId))];
  const regions = [...new Set(unseen.map(({ region }) => region))];
  const [account, region] = [accounts[0], regions[0]];
  if (accounts.length === 1) {
    return regions.length === 1
      ? `account ${account} in ${region} is not watched`
      : `account ${account} is not watched in ${count(regions.length, 'Region')}`;
  }
  if (regions.length === 1) {
    const all = planned.filter((target) => target.region === region);
    return `${accounts.length} of ${count(all.length, 'account')} in ${region} are not watched`;
  }
  return `${count(accounts.length, 'account')} are not watched in some or all of their Regions`;
};

/** Everything that is not watched, the most important first. */
const gapsOf = (
  { unknownVpcs, left }: Pick<MonitorContext['status'], 'unknownVpcs' | 'left'>,
  unseen: readonly WatchedTarget[],
  planned: readonly WatchedTarget[],
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
          explanation: `headroom.yml names ${listOf(unknownVpcs, NAMES_SHOWN)} under scan.vpcs, and no scanned account has ${unknownVpcs.length === 1 ? 'it' : 'them'}.`,
          remedies: [CORRECT_THE_VPCS],
          causes: unknownVpcs,
        },
      ]),
  ...(left === null || left.length === 0
    ? []
    : [
        {
          title: `Headroom: ${leftTitle(left)}`,
          explanation: `headroom.yml no longer selects ${listOf(left.map(leftName), NAMES_SHOWN)}. These alerts close a day after the last scan, although it is not known whether anything was fixed.`,
          remedies: [SELECT_AGAIN],
          causes: left.map((target) => `left ${targetName(target)}`),
        },
      ]),
];

const leftTitle = (left: readonly LeftTarget[]): string => {
  const [one] = left;
  return one !== undefined && left.length === 1
    ? `account ${one.accountId} in ${one.region} is no longer selected, and its alerts still fire`
    : `${left.length} accounts or Regions are no longer selected, and their alerts still fire`;
};

const leftName = ({ accountId, region, firing }: LeftTarget): string =>
  `${accountId} in ${region} (${count(firing, 'alert')})`;

const SELECT_AGAIN: Remedy = {
  title: 'Select the account and Region again under targets in headroom.yml, if this is a mistake',
  effect: 'Its alerts go on from where they were. If it was meant, nothing needs to be done.',
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
  title: 'Headroom: no account is selected, so nothing is watched',
  explanation: 'The selection under targets in headroom.yml matches no account and Region.',
  remedies: (): readonly Remedy[] => [
    {
      title: 'Correct targets in headroom.yml',
      effect: '`headroom config check` shows the settings, and `headroom doctor` the accounts and Regions.',
      commands: [],
      preconditions: [],
    },
  ],
};

/** A sentence for each, so that a long list stays readable. */
const unseenText = (targets: readonly WatchedTarget[]): string =>
  [
    ...targets.slice(0, NAMES_SHOWN).map((target) => `${howWatched(target)}.`),
    ...(targets.length > NAMES_SHOWN
      ? [`${targets.length - NAMES_SHOWN} more ${verb(targets.length - NAMES_SHOWN, 'is')} not shown.`]
      : []),
  ].join(' ');

/** The same thing to do for many targets is one remedy; the one that fixes most comes first. */
const remediesFor = (targets: readonly WatchedTarget[]): readonly Remedy[] => {
  const problems = targets.flatMap((target) => target.problems);
  const byAction = [...Map.groupBy(problems, ({ action }) => action)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  const remedies = byAction.map(
    ([action, alike]): Remedy => ({
      title: action,
      effect: `Fixes: ${sentence(elementAt(alike, 0).message)}${alike.length > 1 ? ` It fixes ${count(alike.length - 1, 'other problem')} too.` : ''}`,
      commands: [],
      preconditions: [],
    }),
  );
  return targets.some((target) => target.problems.length === 0) ? [...remedies, LOOK_AT_THE_RUNS] : remedies;
};

const LOOK_AT_THE_RUNS: Remedy = {
  title: 'See whether the scans still run',
  effect:
    'An account without a problem and without a scan was never reached. Look for a disabled schedule, throttled invocations or timeouts.',
  commands: [
    'aws scheduler list-schedules --name-prefix headroom --query "Schedules[].[Name,State]" --output table',
    'aws logs describe-log-groups --log-group-name-pattern headroom --query "logGroups[].logGroupName" --output table',
  ],
  preconditions: [],
};
