import { describe, expect, test } from 'vitest';
import {
  type Deployment,
  deploymentProblems,
  variableLines,
} from '../../../infra/lambda/deployment-problems.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';

const RESOURCES: Deployment['resources'] = {
  NothingScannedAlarm: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { Period: 1_800, EvaluationPeriods: 1 },
  },
  TargetQueue: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'headroom-prod-targets',
      VisibilityTimeout: 1_800,
      MessageRetentionPeriod: 7_200,
      RedrivePolicy: { maxReceiveCount: 3 },
    },
  },
  DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'headroom-prod-dead' } },
  Empty: { Type: 'AWS::Lambda::Function' },
};

const policyOf = (rules: string) => parseConfiguration(`alerts: { rules: { ${rules} } }`, 'test').alerts;

const problemsOf = (changes: Partial<Deployment> = {}): readonly string[] =>
  deploymentProblems({
    schedule: 'rate(5 minutes)',
    slackParameter: '',
    configuration: '# all defaults\n',
    policy: policyOf(''),
    resources: RESOURCES,
    ...changes,
  });

const withQueue = (properties: Readonly<Record<string, unknown>>): Deployment['resources'] => ({
  ...RESOURCES,
  TargetQueue: {
    Type: 'AWS::SQS::Queue',
    Properties: { ...RESOURCES['TargetQueue']?.Properties, ...properties },
  },
});

test('a deployment whose parts fit together has no problem', () => {
  expect(problemsOf({ slackParameter: '/headroom/slack-webhook' })).toEqual([]);
});

describe('the schedule', () => {
  test('whose pace is unknown is refused', () => {
    expect(problemsOf({ schedule: 'cron(0 8 * * ? *)' })).toEqual([
      expect.stringContaining('Use rate(5 minutes)'),
    ]);
  });

  test('that is slower than a target takes to be stale is refused, and so are surges and the alarm that it cannot serve', () => {
    expect(problemsOf({ schedule: 'rate(1 hour)' })).toEqual([
      expect.stringContaining('set staleAfter to 3 hours'),
      expect.stringContaining('Scan at least every 15 minutes'),
      expect.stringContaining('The alarm nothing-scanned looks at 30 minutes'),
    ]);
  });

  test('may be slow where the rules and the alarm allow for it', () => {
    const slow =
      'coverage: { staleAfter: 3h }, addresses-surge: { enabled: false }, prefixes-surge: { enabled: false }';
    expect(
      problemsOf({
        schedule: 'rate(1 hour)',
        policy: policyOf(slow),
        resources: {
          ...RESOURCES,
          NothingScannedAlarm: {
            Type: 'AWS::CloudWatch::Alarm',
            Properties: { Period: 10_800, EvaluationPeriods: 1 },
          },
        },
      }),
    ).toEqual([]);
  });

  test('that is too slow for any alarm is refused', () => {
    const slow =
      'coverage: { enabled: false }, addresses-surge: { enabled: false }, prefixes-surge: { enabled: false }';
    expect(problemsOf({ schedule: 'rate(1 day)', policy: policyOf(slow) })).toHaveLength(1);
  });
});

test.each([5_399, 5_400])(
  'a queue that drops a message after %i s, before it is received three times, is refused',
  (kept) => {
    expect(problemsOf({ resources: withQueue({ MessageRetentionPeriod: kept }) })).toEqual([
      expect.stringContaining('it would never be a dead letter'),
    ]);
  },
);

test.each([
  ['AWS::Lambda::Function', 'FunctionName', 64],
  ['AWS::IAM::Role', 'RoleName', 64],
  ['AWS::Scheduler::Schedule', 'Name', 64],
  ['AWS::SQS::Queue', 'QueueName', 80],
])('a name of %s that is longer than AWS takes is refused', (Type, property, longest) => {
  const named = (length: number) => ({
    ...RESOURCES,
    Named: { Type, Properties: { [property]: 'x'.repeat(length) } },
  });
  expect(problemsOf({ resources: named(longest) })).toEqual([]);
  expect(problemsOf({ resources: named(longest + 1) })).toEqual([
    expect.stringContaining(`AWS takes ${longest}`),
  ]);
});

test('a headroom.yml that ten parameters do not hold is refused, counted in bytes', () => {
  const line = `# ${'ü'.repeat(45)}\n`;
  expect(problemsOf({ configuration: line.repeat(800) })).toEqual([]);
  expect(problemsOf({ configuration: line.repeat(900) })).toEqual([
    expect.stringContaining('headroom.yml has 83700 bytes and takes 11 parameters'),
  ]);
});

test('a headroom.yml with a line that no parameter holds is refused', () => {
  expect(problemsOf({ configuration: '#'.repeat(8_192) })).toEqual([]);
  expect(problemsOf({ configuration: 'ü'.repeat(4_097) })).toEqual([
    expect.stringContaining('a line of more than 8192 bytes'),
  ]);
});

test.each(['headroom-slack', 'headroom/slack', '/with space'])(
  'the Slack parameter "%s" is refused',
  (slackParameter) => {
    expect(problemsOf({ slackParameter })).toEqual([expect.stringContaining('with a slash in front')]);
  },
);

test('variables of serverless.yml in headroom.yml are refused, each with its line', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what is refused
  expect(variableLines('a: 1\nb: ${env:X}\n')).toEqual([expect.stringContaining('headroom.yml, line 2')]);
  expect(variableLines('a: $1\n')).toEqual([]);
});
