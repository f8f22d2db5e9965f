import type { Problem } from '../base/errors.ts';
import { count, verb } from '../base/text/numbers.ts';
import { sentence } from '../base/text/sentence.ts';
import type { TargetStatus } from '../result/assessment.ts';
import type { Remedy } from '../result/finding.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckContext, type CheckResult, found, healthy } from './check.ts';

/**
 * A target could not be scanned, or only in part. What could not be read is unknown, so that no other check says anything
 * about it. A scan that was partly answered is a warning at most.
 */
export const scanFailed: Check = {
  kind: 'scan-failed',
  label: 'A scan failed',
  summary: 'scans fail',
  clear: () => 'scanned in full',
  about: 'each target, which is one account in one Region',
  condition: 'The last scan learned nothing, or had gaps. Gaps are a warning at most.',
  unknown: 'Never.',
  impact:
    'Headroom cannot monitor this account there. The message names the permission, the role and the account.',
  settings: 'scan-failed',
  find: (context) => [result(context)],
};

/** Reservations that have their turn in the next scans: of 20,000 subnets that takes hours, and there is nothing to fix. */
const WAITS = 'reservations-waiting';

const result = ({ estate, settings }: CheckContext): CheckResult => {
  const { target } = estate.input;
  const subject = estate.targetSubject;
  const problems = distinct(target.errors.filter(({ code }) => code !== WAITS));
  const evidence = [
    { name: 'status', value: target.status },
    { name: 'problems', value: problems.length, unit: 'problems' },
  ];
  const onlyWaits = problems.length === 0 && target.errors.length > 0;
  if (target.status === 'ok' || (target.status === 'partial' && onlyWaits)) return healthy(subject, evidence);
  const severity = target.status === 'partial' ? 'warning' : settings('scan-failed', subject).severity;
  const extent = target.status === 'failed' ? 'cannot be scanned' : 'can be scanned only in part';
  const result = found(subject, severity, evidence, () => ({
    title: `${resourceName(subject)}: ${extent}`,
    explanation: `${sentences(problems)} ${effectOf(target)}`,
    remedies: () => problems.map((problem) => remedyFor(problem, problems.length > 1)),
  }));
  return { ...result, causes: causesOf(target.status, problems) };
};

const effectOf = ({ region, status }: TargetStatus): string =>
  status === 'failed'
    ? `Headroom cannot monitor this account in ${region} until this is fixed.`
    : 'Figures that depend on it are unknown until this is fixed.';

/** They come and go with load, so one call more or less changes nothing for people. */
const PASSING = new Set(['throttled', 'unreachable', 'deadline-exceeded', 'aws-error']);

/** As IAM writes an action: `ec2:DescribeSubnets`. */
const ACTION = /\b[a-z0-9-]{2,40}:[A-Z]\w{1,80}/;

/** What is wrong, by names that stay the same from scan to scan. A scan that learned nothing is worse than one with gaps. */
const causesOf = (status: TargetStatus['status'], problems: readonly Problem[]): readonly string[] => {
  const names = problems.map(({ code, message }) => {
    const action = PASSING.has(code) ? undefined : ACTION.exec(message)?.[0];
    return action === undefined ? code : `${code} ${action}`;
  });
  return [...new Set([...(status === 'failed' ? ['failed'] : []), ...names])].toSorted();
};

/** The same refusal of a hundred calls is one thing to fix. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((problem) => [problem.message, problem])).values(),
];

const PROBLEMS_IN_TEXT = 3;

const sentences = (problems: readonly Problem[]): string => {
  if (problems.length === 0) return 'No reason was given.';
  const shown = problems.slice(0, PROBLEMS_IN_TEXT).map(({ message }) => sentence(message));
  const more = problems.length - shown.length;
  return more === 0
    ? shown.join(' ')
    : `${shown.join(' ')} ${count(more, 'more problem')} ${verb(more, 'is')} not shown.`;
};

/** Scans repeat, and this has lasted: advice for a person at a command line begins with another scan. */
const withoutTrying = (action: string): string =>
  action.replace(/^Scan again[.;] if it persists, (\w)/i, (_, first: string) => first.toUpperCase());

/** The explanation names a lone problem already. */
const remedyFor = ({ code, message, action }: Problem, isOneOfMany: boolean): Remedy => ({
  title: withoutTrying(action),
  effect: isOneOfMany ? `Fixes: ${sentence(message)}` : 'The next scan tries again.',
  commands: code === 'expired-credentials' ? ['aws sts get-caller-identity'] : [],
  preconditions: [],
});
