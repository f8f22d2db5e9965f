import type { Alert, Observation } from '../../model/alert/alert.ts';
import type { AlertPolicy } from '../../model/alert/policy.ts';
import type { Target } from '../../model/aws/inventory.ts';
import type { Remedy, Subject } from '../../model/result/finding.ts';
import type { TargetCoverage } from '../../model/target/coverage.ts';
import { causeOf } from '../causes.ts';
import { policyFor } from '../policy-lookup.ts';
import { allWell, notKnown, observed } from './rule.ts';

/** What is known of Headroom itself at the end of a run. `null`: could not be told. */
export interface MonitorStatus {
  /** Where Headroom runs. */
  readonly home: Target;
  readonly coverage: readonly TargetCoverage[] | null;
  /** Alerts that still have something to be sent. */
  readonly undelivered: readonly Alert[] | null;
  readonly deadLetters: { readonly queueUrl: string; readonly messages: number } | null;
}

/** The monitor watches itself: targets that nobody sees, messages that do not arrive, work that was given up on. */
export const evaluateMonitor = (status: MonitorStatus, policy: AlertPolicy): readonly Observation[] =>
  [coverage(status, policy), deliveryFailing(status, policy), deadLetters(status, policy)].map(
    (observation) => ({ ...observation, cause: causeOf(observation.subject) }),
  );

const subjectOf = ({ accountId, region }: Target): Subject => ({
  type: 'monitor',
  id: 'headroom',
  name: 'Headroom',
  accountId,
  region,
  vpcId: null,
  clusterName: null,
  subnetIds: [],
});

/** A list in a message that is longer is not read. */
const NAMED = 5;

const coverage = ({ home, coverage: targets }: MonitorStatus, policy: AlertPolicy): Observation => {
  const subject = subjectOf(home);
  const { enabled, severity } = policyFor('coverage', subject, policy);
  if (!enabled) return allWell('coverage', subject);
  if (targets === null) return notKnown('coverage', subject);
  const unseen = targets.filter(({ state }) => state === 'stale' || state === 'failed');
  const level = unseen.length > 0 ? severity : 'ok';
  const planned = targets.filter(({ state }) => state !== 'gone').length;
  const evidence = [
    { name: 'targetsPlanned', value: planned, unit: 'targets' },
    ...(['fresh', 'partial', 'stale', 'failed', 'new', 'gone'] as const).map((state) => ({
      name: `targets${state[0]?.toUpperCase()}${state.slice(1)}`,
      value: targets.filter((target) => target.state === state).length,
      unit: 'targets',
    })),
  ];
  return observed('coverage', subject, { raise: level, hold: level }, evidence, () => ({
    title: `${unseen.length} of ${planned} targets are not watched`,
    explanation: `Headroom cannot see whether addresses run out in ${listed(unseen.map(named))}.`,
    remedies: remediesFor(unseen),
  }));
};

const named = ({ accountId, region, state, scannedAt }: TargetCoverage): string => {
  const since = scannedAt === null ? 'never scanned' : `last scanned ${scannedAt}`;
  return `${accountId} in ${region} (${state}, ${since})`;
};

const listed = (names: readonly string[]): string => {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

/** The same thing to do for many targets is one remedy; the one that fixes most comes first. */
const remediesFor = (targets: readonly TargetCoverage[]): readonly Remedy[] => {
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
    'A target without a problem of its own and without a scan was never reached: look for a disabled schedule, throttled invocations, or time-outs.',
  commands: [
    'aws scheduler list-schedules --name-prefix headroom --query "Schedules[].[Name,State]" --output table',
    'aws logs describe-log-groups --log-group-name-pattern headroom --query "logGroups[].logGroupName" --output table',
  ],
  preconditions: [],
};

const deliveryFailing = ({ home, undelivered }: MonitorStatus, policy: AlertPolicy): Observation => {
  const subject = subjectOf(home);
  const { enabled, severity } = policyFor('delivery-failing', subject, policy);
  if (!enabled) return allWell('delivery-failing', subject);
  if (undelivered === null) return notKnown('delivery-failing', subject);
  const failing = undelivered.flatMap(({ outbox }) => outbox).filter(({ lastError }) => lastError !== null);
  const level = failing.length > 0 ? severity : 'ok';
  const oldest = failing.map(({ transition }) => transition.at).toSorted()[0] ?? null;
  const attempts = failing.reduce((most, entry) => Math.max(most, entry.attempts), 0);
  const errors = [...new Set(failing.map(({ lastError }) => lastError))];
  const evidence = [
    { name: 'undelivered', value: failing.length, unit: 'transitions' },
    { name: 'mostAttempts', value: attempts, unit: 'attempts' },
    { name: 'oldest', value: oldest },
  ];
  return observed('delivery-failing', subject, { raise: level, hold: level }, evidence, () => ({
    title: `${failing.length} alert ${failing.length === 1 ? 'step' : 'steps'} could not be delivered`,
    explanation: `The oldest has waited since ${oldest}. Nothing is lost: each is tried again until it is taken. ${errors.slice(0, NAMED).join(' ')}`,
    remedies: [
      {
        title: 'Fix the destination that refuses',
        effect: 'What waits is sent with the next scan.',
        commands: ['aws sns list-topics --query "Topics[].TopicArn" --output table'],
        preconditions: [],
      },
    ],
  }));
};

const deadLetters = ({ home, deadLetters: queue }: MonitorStatus, policy: AlertPolicy): Observation => {
  const subject = subjectOf(home);
  const { enabled, severity } = policyFor('dead-letters', subject, policy);
  if (!enabled) return allWell('dead-letters', subject);
  if (queue === null) return notKnown('dead-letters', subject);
  const { messages, queueUrl } = queue;
  const level = messages > 0 ? severity : 'ok';
  const evidence = [{ name: 'deadLetters', value: messages, unit: 'messages' }];
  return observed('dead-letters', subject, { raise: level, hold: level }, evidence, () => ({
    title: `${messages} ${messages === 1 ? 'scan was' : 'scans were'} given up on`,
    explanation:
      'Each failed as often as the queue allows and waits in the dead-letter queue. The same targets are planned again with every run; what waits here tells why they failed.',
    remedies: [
      {
        title: 'Read why, then empty the queue',
        effect:
          'Shows the messages without removing them; the second command hands them back to be tried once more.',
        commands: [
          `aws sqs receive-message --queue-url ${queueUrl} --max-number-of-messages 10 --visibility-timeout 0`,
          `aws sqs start-message-move-task --source-arn $(aws sqs get-queue-attributes --queue-url ${queueUrl} --attribute-names QueueArn --query Attributes.QueueArn --output text)`,
        ],
        preconditions: [],
      },
    ],
  }));
};
