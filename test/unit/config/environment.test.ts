import { describe, expect, test } from 'vitest';
import {
  DEFAULT_DEADLINE_SECONDS,
  type Environment,
  InvalidEnvironment,
  MAX_DEADLINE_SECONDS,
  MIN_DEADLINE_SECONDS,
  parseDashboardWidgetEnvironment,
  parseNotifySlackEnvironment,
  parsePlanScanEnvironment,
  parseScanTargetEnvironment,
} from '../../../shared/config/environment.ts';

const SCAN: Environment = {
  HEADROOM_TABLE_NAME: 'headroom-state',
  HEADROOM_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:headroom-alerts',
};

const problemsOf = (parse: () => unknown): readonly string[] => {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidEnvironment);
    if (error instanceof InvalidEnvironment) return error.problems;
  }
  return [];
};

describe('the environment of a function', () => {
  test('plan-scan knows its table, its queue and where its configuration is', () => {
    const environment = {
      HEADROOM_TABLE_NAME: 'headroom-state',
      HEADROOM_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/headroom-targets',
      HEADROOM_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/headroom-dead',
      HEADROOM_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:headroom-alerts',
      HEADROOM_CONFIG_PARAMETER: '/headroom/configuration',
      LOG_LEVEL: 'DEBUG',
      AWS_REGION: 'eu-west-1',
    };
    expect(parsePlanScanEnvironment(environment)).toEqual({
      tableName: 'headroom-state',
      queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/headroom-targets',
      deadLetterQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/headroom-dead',
      topicArn: 'arn:aws:sns:eu-west-1:111122223333:headroom-alerts',
      configuration: { kind: 'parameter', name: '/headroom/configuration' },
      dashboardName: null,
      runbooks: null,
      logLevel: 'DEBUG',
    });
  });

  test('scan-target needs a table and a topic, and no configuration at all', () => {
    expect(parseScanTargetEnvironment(SCAN)).toEqual({
      tableName: 'headroom-state',
      topicArn: 'arn:aws:sns:eu-west-1:111122223333:headroom-alerts',
      configuration: { kind: 'default' },
      dashboardName: null,
      runbooks: null,
      deadlineSeconds: DEFAULT_DEADLINE_SECONDS,
      logLevel: 'INFO',
    });
  });

  test('a whole configuration may stand in the environment itself', () => {
    const parsed = parseScanTargetEnvironment({ ...SCAN, HEADROOM_CONFIG: 'scan: {}\n' });
    expect(parsed.configuration).toEqual({ kind: 'inline', text: 'scan: {}\n' });
  });

  test('notify-slack takes the webhook from a secret or from a parameter', () => {
    expect(
      parseNotifySlackEnvironment({ HEADROOM_SLACK_WEBHOOK_SECRET_ID: 'headroom/slack' }).webhook,
    ).toEqual({
      kind: 'secret',
      secretId: 'headroom/slack',
    });
    expect(
      parseNotifySlackEnvironment({ HEADROOM_SLACK_WEBHOOK_PARAMETER_NAME: '/headroom/slack' }).webhook,
    ).toEqual({ kind: 'parameter', name: '/headroom/slack' });
  });

  test('the dashboard widget reads one table', () => {
    expect(parseDashboardWidgetEnvironment({ HEADROOM_TABLE_NAME: 'headroom-state' })).toEqual({
      tableName: 'headroom-state',
      logLevel: 'INFO',
    });
  });
});

describe('what is refused', () => {
  test('everything that is missing is named at once', () => {
    expect(problemsOf(() => parsePlanScanEnvironment({}))).toEqual([
      'HEADROOM_TABLE_NAME is not set; it must be a DynamoDB table name of 3 to 255 letters, digits, "_", "-" and ".", or its ARN.',
      'HEADROOM_QUEUE_URL is not set; it must be an SQS queue URL such as https://sqs.eu-west-1.amazonaws.com/111122223333/headroom-targets.',
      'HEADROOM_TOPIC_ARN is not set; it must be an SNS topic ARN such as arn:aws:sns:eu-west-1:111122223333:headroom-alerts.',
    ]);
  });

  test('an empty value is not a value: a reference to nothing leaves one behind', () => {
    expect(problemsOf(() => parseScanTargetEnvironment({ ...SCAN, HEADROOM_TABLE_NAME: '' }))).toEqual([
      'HEADROOM_TABLE_NAME is empty; it must be a DynamoDB table name of 3 to 255 letters, digits, "_", "-" and ".", or its ARN.',
    ]);
    expect(problemsOf(() => parseScanTargetEnvironment({ ...SCAN, HEADROOM_CONFIG: ' \n' }))).toEqual([
      'HEADROOM_CONFIG is empty; it must be the text of a headroom.yml.',
    ]);
  });

  test.each(['NaN', '', ' ', 'Infinity', '1e3', '12.5', '-20', 'undefined', '0x20'])(
    'a deadline of "%s" is not a number of seconds',
    (text) => {
      const environment = { ...SCAN, HEADROOM_SCAN_DEADLINE_SECONDS: text };
      expect(problemsOf(() => parseScanTargetEnvironment(environment))).toHaveLength(1);
    },
  );

  test.each([
    [MIN_DEADLINE_SECONDS - 1, 1],
    [MIN_DEADLINE_SECONDS, 0],
    [MAX_DEADLINE_SECONDS, 0],
    [MAX_DEADLINE_SECONDS + 1, 1],
  ])('a deadline of %i seconds has %i problems', (seconds, problems) => {
    const environment = { ...SCAN, HEADROOM_SCAN_DEADLINE_SECONDS: String(seconds) };
    const found = problemsOf(() => parseScanTargetEnvironment(environment));
    expect(found).toHaveLength(problems);
    for (const problem of found) {
      expect(problem).toBe(
        `HEADROOM_SCAN_DEADLINE_SECONDS is ${seconds}; it must be a whole number from 10 to 870.`,
      );
    }
  });

  test('a misspelt variable is refused, and the right one is suggested', () => {
    expect(
      problemsOf(() => parseScanTargetEnvironment({ ...SCAN, HEADROOM_DASHBORD_NAME: 'fleet' })),
    ).toEqual([
      'HEADROOM_DASHBORD_NAME is not a variable of this function. Did you mean "HEADROOM_DASHBOARD_NAME"?',
    ]);
  });

  test.each([
    '',
    'wiki.example.com',
    `https://${'user:word'}@wiki.example.com`,
    'javascript:alert(1)',
    'https://a b',
  ])('messages link to no runbooks at "%s"', (HEADROOM_RUNBOOKS) => {
    expect(problemsOf(() => parseScanTargetEnvironment({ ...SCAN, HEADROOM_RUNBOOKS }))).toHaveLength(1);
  });

  test('a variable of another function is unknown to this one', () => {
    const environment = {
      HEADROOM_TABLE_NAME: 'headroom-state',
      HEADROOM_TOPIC_ARN: SCAN['HEADROOM_TOPIC_ARN'],
    };
    expect(problemsOf(() => parseDashboardWidgetEnvironment(environment))).toEqual([
      'HEADROOM_TOPIC_ARN is not a variable of this function.',
    ]);
  });

  test('a log level that does not exist is refused', () => {
    expect(problemsOf(() => parseScanTargetEnvironment({ ...SCAN, LOG_LEVEL: 'verbose' }))).toEqual([
      'LOG_LEVEL is "verbose"; it must be one of DEBUG, INFO, WARN, ERROR.',
    ]);
  });

  test('two sources of one configuration contradict each other', () => {
    const environment = { ...SCAN, HEADROOM_CONFIG: 'scan: {}', HEADROOM_CONFIG_PARAMETER: '/headroom' };
    expect(problemsOf(() => parseScanTargetEnvironment(environment))).toEqual([
      'HEADROOM_CONFIG and HEADROOM_CONFIG_PARAMETER are both set; set at most one of them.',
    ]);
  });

  test('a webhook must have exactly one place', () => {
    expect(problemsOf(() => parseNotifySlackEnvironment({}))).toEqual([
      'HEADROOM_SLACK_WEBHOOK_SECRET_ID and HEADROOM_SLACK_WEBHOOK_PARAMETER_NAME are both unset; set exactly one of them.',
    ]);
    const both = {
      HEADROOM_SLACK_WEBHOOK_SECRET_ID: 'headroom/slack',
      HEADROOM_SLACK_WEBHOOK_PARAMETER_NAME: '/headroom/slack',
    };
    expect(problemsOf(() => parseNotifySlackEnvironment(both))).toEqual([
      'HEADROOM_SLACK_WEBHOOK_SECRET_ID and HEADROOM_SLACK_WEBHOOK_PARAMETER_NAME are both set; set exactly one of them.',
    ]);
  });

  test('the error names the function, has a stable code and says what to do', () => {
    const parse = () => parseNotifySlackEnvironment({});
    expect(parse).toThrow(/^The environment of notify-slack cannot be used: HEADROOM_SLACK/);
    expect(parse).toThrow(
      expect.objectContaining({ code: 'environment-invalid', name: 'InvalidEnvironment' }),
    );
  });

  test('a long value is not repeated in full', () => {
    const environment = { ...SCAN, HEADROOM_TOPIC_ARN: 'x'.repeat(4000) };
    const [problem] = problemsOf(() => parseScanTargetEnvironment(environment));
    expect(problem?.length).toBeLessThan(250);
  });
});
