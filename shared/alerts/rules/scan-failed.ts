import type { AlertLevel } from '../../model/alert/alert.ts';
import type { Problem } from '../../model/base/errors.ts';
import type { Remedy } from '../../model/result/finding.ts';
import { allWell, observed, type Rule } from './rule.ts';

/**
 * A target could not be scanned, or only in part. What could not be read is unknown, so no other rule says anything of it:
 * this one does. A scan that was partly answered is at most a warning.
 */
export const scanFailed: Rule = (context) => {
  const { target } = context.assessment;
  const subject = context.subjects.target(target);
  const policy = context.settings('scan-failed', subject);
  if (!policy.enabled) return [allWell('scan-failed', subject)];
  const level: AlertLevel = { ok: 'ok' as const, partial: 'warning' as const, failed: policy.severity }[
    target.status
  ];
  const problems = distinct(target.errors);
  const evidence = [
    { name: 'status', value: target.status },
    { name: 'problems', value: problems.length, unit: 'problems' },
  ];
  const extent = target.status === 'failed' ? 'could not be scanned' : 'could be scanned only in part';
  return [
    observed('scan-failed', subject, { raise: level, hold: level }, evidence, () => ({
      title: `Account ${target.accountId} in ${target.region} ${extent}`,
      explanation: `${sentences(problems)} Until this is fixed, Headroom cannot see whether addresses run out there.`,
      remedies: problems.map(remedyFor),
    })),
  ];
};

/** The same refusal of a hundred calls is one thing to fix. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((problem) => [problem.message, problem])).values(),
];

const PROBLEMS_IN_WORDS = 3;

const sentences = (problems: readonly Problem[]): string => {
  if (problems.length === 0) return 'No reason was given.';
  const shown = problems.slice(0, PROBLEMS_IN_WORDS).map(({ message }) => sentence(message));
  const more = problems.length - shown.length;
  return more === 0 ? shown.join(' ') : `${shown.join(' ')} And ${more} more.`;
};

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

const remedyFor = ({ code, message, action }: Problem): Remedy => ({
  title: action,
  effect: `Fixes: ${sentence(message)}`,
  commands: code === 'access-denied' || code === 'expired-credentials' ? ['aws sts get-caller-identity'] : [],
  preconditions: [],
});
