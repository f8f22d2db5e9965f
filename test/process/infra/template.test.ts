import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RegoEngine, type StandardDiagnostic, TemplateFile } from '@aws/cloudformation-validate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundlesOf, type Packaged, packageDeployment } from '../../fixtures/infra/packaged.ts';
import { type JsonRecord, resolved, type Template } from '../../fixtures/infra/template.ts';
import {
  functionOf,
  identityStatements,
  scheduleProblem,
  TEMPLATE_CHECKS,
} from '../../fixtures/infra/template-checks.ts';

// By process: others may test in this folder at the same time.
const FOLDERS = {
  plain: `dist/test-package-plain-${process.pid}`,
  full: `dist/test-package-full-${process.pid}`,
};
const HEADROOM_YML = join(import.meta.dirname, '../../fixtures/infra/headroom.yml');

let plain: Packaged;
let full: Packaged;
let engine: InstanceType<typeof RegoEngine>;

beforeAll(async () => {
  engine = new RegoEngine();
  plain = await packageDeployment(FOLDERS.plain);
  full = await packageDeployment(
    FOLDERS.full,
    { email: 'network@example.com', slackParameter: '/headroom/slack', schedule: 'cron(0/5 * * * ? *)' },
    { HEADROOM_YML },
  );
}, 480_000);

afterAll(async () => {
  engine.free();
  for (const folder of Object.values(FOLDERS)) {
    await rm(join(import.meta.dirname, '../../..', folder), { recursive: true, force: true });
  }
});

const seriousIn = (template: Template): readonly string[] =>
  engine
    .validateStandard({
      path: 'template.json',
      readBytes: () => new TextEncoder().encode(JSON.stringify(template)),
    })
    .diagnostics.filter(({ severity }: StandardDiagnostic) => severity === 'ERROR' || severity === 'FATAL')
    .map(({ ruleId, message }: StandardDiagnostic) => `${ruleId}: ${message}`);

describe.each(['plain', 'full'] as const)('the packaged template, %s', (which) => {
  const template = (): Template => (which === 'plain' ? plain : full).template;

  test('passes the validator of CloudFormation', () => {
    expect(seriousIn(template())).toEqual([]);
  });

  test.each(Object.entries(TEMPLATE_CHECKS))('passes the check that %s', (_, check) => {
    expect(check(template())).toEqual([]);
  });
});

test('the role for other accounts passes the validator of CloudFormation', () => {
  const { diagnostics } = engine.validateStandard(
    new TemplateFile(join(import.meta.dirname, '../../../infra/lambda/spoke-role.yml')),
  );
  expect(diagnostics.filter(({ severity }) => severity === 'ERROR' || severity === 'FATAL')).toEqual([]);
});

/** A copy in which one property of one resource is another. */
const changed = (
  template: Template,
  id: string,
  change: (properties: Record<string, unknown>) => void,
): Template => {
  const copy = structuredClone(template) as {
    Resources: Record<string, { Properties: Record<string, unknown> }>;
  };
  const resource = copy.Resources[id];
  if (resource === undefined) throw new Error(`The template has no ${id}.`);
  change(resource.Properties);
  return copy as unknown as Template;
};

const withResource = (template: Template, id: string, Type: string, Properties: JsonRecord): Template => ({
  ...template,
  Resources: { ...template.Resources, [id]: { Type, Properties } },
});

const withStatement = (template: Template, roleId: string, statement: JsonRecord): Template =>
  changed(template, roleId, (properties) => {
    const [policy] = properties['Policies'] as { PolicyDocument: { Statement: JsonRecord[] } }[];
    policy?.PolicyDocument.Statement.push(statement);
  });

describe('each check notices what is planted', () => {
  test("CloudFormation's validator: a property that does not exist", () => {
    const planted = changed(plain.template, 'StateTable', (properties) => {
      properties['BillingMood'] = 'PAY_PER_REQUEST';
    });
    expect(seriousIn(planted).join()).toContain('BillingMood');
  });

  test.each([
    ['rate(5 minute)', '1 takes the singular, more the plural'],
    ['rate(0 minutes)', 'a rate is at least 1'],
    ['every 5 minutes', 'it is neither'],
    ['cron(0/5 * * * *)', 'cron has six fields, not 5'],
    ['cron(0/5 * * * * *)', 'one of day of month and day of week must be "?"'],
    ['cron(60 * * * ? *)', 'minutes is "60"'],
    ['cron(0 24 * * ? *)', 'hours is "24"'],
    ['cron(0 8 ? * MONDAY *)', 'day of week is "MONDAY"'],
    ['cron(0/0 8 ? * MON *)', 'minutes has the step "0"'],
  ])('the schedule %s', (expression, problem) => {
    expect(scheduleProblem(expression)).toContain(problem);
    const planted = changed(plain.template, 'PlanDashscanSchedulerSchedule1', (properties) => {
      properties['ScheduleExpression'] = expression;
    });
    expect(TEMPLATE_CHECKS.schedulesAreValid(planted)).toHaveLength(1);
  });

  test.each(['rate(1 hour)', 'cron(0/5 * * * ? *)', 'cron(15 8-18 ? * MON-FRI *)', 'cron(0 0 L * ? 2027)'])(
    'but not the schedule %s',
    (expression) => {
      expect(scheduleProblem(expression)).toBeNull();
    },
  );

  test('a dashboard whose body is no JSON, and one that does not fit the grid', () => {
    const dashboard = (DashboardBody: string) =>
      TEMPLATE_CHECKS.dashboardsAreValid(
        withResource(plain.template, 'Planted', 'AWS::CloudWatch::Dashboard', { DashboardBody }),
      );
    expect(dashboard('{"widgets": [}')).toEqual(['Planted: its body is not JSON']);
    expect(
      dashboard(
        JSON.stringify({ widgets: [{ type: 'metric', x: 18, width: 12, height: 6, properties: {} }] }),
      ),
    ).toEqual(['Planted: widget 1 is wider than the grid']);
    expect(dashboard(JSON.stringify({ widgets: [{ type: 'metrics', width: 12, height: 6 }] }))).toEqual([
      'Planted: widget 1 is of type metrics',
      'Planted: widget 1 has no properties',
    ]);
  });

  test('a protocol that SNS does not know, and an endpoint of another protocol', () => {
    const subscription = (Protocol: string, Endpoint: string) =>
      TEMPLATE_CHECKS.subscriptionsAreValid(
        withResource(plain.template, 'Planted', 'AWS::SNS::Subscription', {
          Protocol,
          Endpoint,
          TopicArn: { Ref: 'AlertTopic' },
        }),
      );
    expect(subscription('slack', 'https://hooks.slack.com/')).toEqual([
      'Planted: SNS knows no protocol slack',
    ]);
    expect(subscription('email', 'network.example.com')).toEqual([
      'Planted: network.example.com is no endpoint of the protocol email',
    ]);
    expect(subscription('https', 'https://example.com/')).toEqual([]);
  });

  test('an action that does not exist, and one that names many', () => {
    const planted = withStatement(plain.template, 'PlanScanRole', {
      Effect: 'Allow',
      Action: ['ec2:DescribeSubnet', 'ec2:Describe*', 'ec2:DescribeSubnets'],
      Resource: '*',
    });
    expect(TEMPLATE_CHECKS.actionsExist(planted)).toEqual([
      'PlanScanRole: there is no action ec2:DescribeSubnet',
      'PlanScanRole: ec2:Describe* allows more than is named',
    ]);
  });

  test('a service that may act for any account', () => {
    const planted = changed(plain.template, 'SchedulerRole', (properties) => {
      const { Statement } = properties['AssumeRolePolicyDocument'] as {
        Statement: { Condition?: unknown }[];
      };
      delete Statement[0]?.Condition;
    });
    expect(TEMPLATE_CHECKS.servicesActForThisAccount(planted)).toEqual([
      'SchedulerRole: scheduler.amazonaws.com may act for any account',
    ]);
    const permission = changed(plain.template, 'SlackMayBeInvoked', (properties) => {
      delete properties['SourceAccount'];
    });
    expect(TEMPLATE_CHECKS.servicesActForThisAccount(permission)).toEqual([
      'SlackMayBeInvoked: sns.amazonaws.com may act for any account',
    ]);
  });

  test('a permission on everything that could be bound', () => {
    const planted = withStatement(plain.template, 'ScanTargetRole', {
      Effect: 'Allow',
      Action: ['sqs:SendMessage', 'cloudwatch:PutMetricData'],
      Resource: '*',
    });
    expect(TEMPLATE_CHECKS.permissionsAreBound(planted)).toEqual([
      'ScanTargetRole: sqs:SendMessage on everything',
      'ScanTargetRole: cloudwatch:PutMetricData on everything',
    ]);
  });

  test('a variable that is misspelt', () => {
    const [id] = functionOf(plain.template, 'scan-target');
    const planted = changed(plain.template, id, (properties) => {
      const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
      Variables['HEADROOM_TABEL_NAME'] = Variables['HEADROOM_TABLE_NAME'];
      delete Variables['HEADROOM_TABLE_NAME'];
    });
    expect(TEMPLATE_CHECKS.environmentsAreUnderstood(planted).join()).toMatch(
      /HEADROOM_TABLE_NAME is not set.*HEADROOM_TABEL_NAME is not a variable/,
    );
  });

  test('a queue that hands a message out again while a function still works on it', () => {
    const planted = changed(plain.template, 'TargetQueue', (properties) => {
      properties['VisibilityTimeout'] = 1799;
      delete properties['RedrivePolicy'];
    });
    expect(TEMPLATE_CHECKS.queuesOutliveTheirFunctions(planted)).toEqual([
      expect.stringContaining('handed out again after 1799 s, although its function may take 300 s'),
      expect.stringContaining('nowhere to go'),
    ]);
  });

  test('a scan that may last as long as its function', () => {
    const [id] = functionOf(plain.template, 'scan-target');
    const planted = changed(plain.template, id, (properties) => {
      properties['Timeout'] = 289;
    });
    expect(TEMPLATE_CHECKS.scansEndInTime(planted)).toEqual([
      expect.stringContaining('a scan may take 270 s of 289 s'),
    ]);
  });

  test('a queue, a topic and a key that are not as safe as they should be', () => {
    const queue = changed(plain.template, 'AlertDeadLetters', (properties) => {
      properties['SqsManagedSseEnabled'] = false;
    });
    expect(TEMPLATE_CHECKS.everythingIsEncrypted(queue)).toEqual([
      'AlertDeadLetters: the queue is not encrypted',
    ]);
    const topic = changed(plain.template, 'AlertTopic', (properties) => {
      delete properties['KmsMasterKeyId'];
    });
    expect(TEMPLATE_CHECKS.everythingIsEncrypted(topic)).toEqual(['AlertTopic: the topic is not encrypted']);
    const key = changed(plain.template, 'AlertKey', (properties) => {
      properties['EnableKeyRotation'] = false;
    });
    expect(TEMPLATE_CHECKS.everythingIsEncrypted(key)).toEqual(['AlertKey: the key is never rotated']);
  });

  test('a log that is kept forever', () => {
    const planted = changed(plain.template, 'PlanDashscanLogGroup', (properties) => {
      delete properties['RetentionInDays'];
    });
    expect(TEMPLATE_CHECKS.logsEnd(planted)).toEqual(['PlanDashscanLogGroup: the log is kept forever']);
  });

  test('an alarm on a metric that is never published, and one without recipients', () => {
    const planted = changed(plain.template, 'NothingScannedAlarm', (properties) => {
      properties['MetricName'] = 'TargetsScanned';
      delete properties['OKActions'];
      properties['AlarmDescription'] = 'Something is wrong';
    });
    expect(TEMPLATE_CHECKS.alarmsAreHeard(planted)).toEqual([
      'NothingScannedAlarm: nobody publishes TargetsScanned',
      'NothingScannedAlarm: it has no OKActions',
      'NothingScannedAlarm: it does not say in one sentence what is wrong, and then what to do',
    ]);
  });
});

describe('what headroom.yml says, the deployment does', () => {
  test('the functions may assume the role that it names in the accounts that it names, and no other', () => {
    const assumed = (template: Template, role: string) =>
      identityStatements(template, role)
        .filter(({ actions }) => actions.includes('sts:AssumeRole'))
        .flatMap(({ resources }) => resources.map((resource) => resolved(template, resource)));
    for (const role of ['PlanScanRole', 'ScanTargetRole']) {
      expect(assumed(plain.template, role)).toEqual(['arn:aws:iam::111122223333:role/HeadroomReader']);
      expect(assumed(full.template, role)).toEqual([
        'arn:aws:iam::111122223333:role/network/Reader',
        'arn:aws:iam::222233334444:role/network/Reader',
      ]);
    }
  });

  test('they may publish metrics in its namespace, and alarms listen there', () => {
    const { template } = full;
    const namespaces = identityStatements(template, 'PlanScanRole').flatMap(({ actions, condition }) =>
      actions.includes('cloudwatch:PutMetricData') ? [condition] : [],
    );
    expect(namespaces).toEqual([{ StringEquals: { 'cloudwatch:namespace': 'Network/Headroom' } }]);
    expect(template.Resources['NothingScannedAlarm']?.Properties?.['Namespace']).toBe('Network/Headroom');
  });

  test('they may use its destinations: exactly these topics, secrets and parameters', () => {
    expect(plain.template.Resources['DestinationsPolicy']).toBeUndefined();
    const { template } = full;
    const destinations = identityStatements(template, 'ScanTargetRole').filter(({ where }) =>
      where.startsWith('DestinationsPolicy'),
    );
    expect(destinations.map(({ actions, resources }) => [actions, resolved(template, resources)])).toEqual([
      [
        ['sns:Publish'],
        [
          'arn:aws:sns:eu-west-1:111122223333:network-audit',
          'arn:aws:sns:eu-west-1:111122223333:headroom-chat',
        ],
      ],
      [
        ['secretsmanager:GetSecretValue'],
        [
          'arn:aws:secretsmanager:eu-west-1:111122223333:secret:headroom/slack/payments-??????',
          'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pagerduty-AbCdEf',
        ],
      ],
      [['ssm:GetParameter'], ['arn:aws:ssm:eu-west-1:111122223333:parameter/headroom/slack/platform']],
    ]);
  });

  test('an empty headroom.yml deploys the defaults', { timeout: 240_000 }, async () => {
    const { template } = await packageDeployment(FOLDERS.plain, {}, { HEADROOM_YML: '/dev/null' });
    expect(template.Resources['Configuration']?.Properties?.['Value']).toBe('# headroom.yml: all defaults\n');
  });

  test('parts that contradict each other stop the deployment, with a sentence for each', {
    timeout: 240_000,
  }, async () => {
    const packaging = packageDeployment(FOLDERS.plain, { schedule: 'rate(1 hour)', slackParameter: 'slack' });
    await expect(packaging).rejects.toThrow(
      /set staleAfter to 3 hours[\s\S]*Scan at least every 15 minutes[\s\S]*slash in front/,
    );
  });

  test('what an organization prescribes is in the template', { timeout: 240_000 }, async () => {
    const { template } = await packageDeployment(FOLDERS.plain, {
      namePrefix: 'net',
      permissionsBoundary: 'arn:aws:iam::111122223333:policy/bounds',
      rolePath: '/monitoring/',
      keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      subnetIds: 'subnet-0123456789abcdef0',
      securityGroupIds: 'sg-0123456789abcdef0',
      alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:on-call',
      logRetentionInDays: '365',
    });
    expect(seriousIn(template)).toEqual([]);
    const roles = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(3);
    for (const { Properties } of roles) expect(Properties).toMatchObject({ Path: '/monitoring/' });
    expect(template.Resources['StateTable']?.Properties?.['TableName']).toBe('net-prod-state');
  });

  test('a headroom.yml that cannot be used stops the deployment, and says why', {
    timeout: 240_000,
  }, async () => {
    await expect(
      packageDeployment(
        FOLDERS.plain,
        {},
        { HEADROOM_YML: join(import.meta.dirname, '../../fixtures/infra/broken-headroom.yml') },
      ),
    ).rejects.toThrow(/targets\.roleNmae is not a setting/);
  });
});

/** The names in a zip archive, from its central directory (APPNOTE 4.3.12). */
const filesIn = (archive: Buffer): readonly string[] => {
  const names: string[] = [];
  const header = Buffer.from('PK\u0001\u0002', 'latin1');
  for (let at = archive.indexOf(header); at >= 0; at = archive.indexOf(header, at + header.length)) {
    names.push(archive.toString('utf8', at + 46, at + 46 + archive.readUInt16LE(at + 28)));
  }
  return names;
};

test('a package holds the bundle, what it is made of, and nothing else', () => {
  for (const name of [
    'plan-scan',
    'scan-target',
    'notify-slack',
    'slack-interactivity',
    'dashboard-widget',
  ]) {
    const listed = filesIn(readFileSync(join(plain.folder, `${name}.zip`)));
    const folder = `${bundlesOf(FOLDERS.plain)}/${name}`;
    const chunk = /\/chunk-[A-Z0-9]{8}\.mjs$/;
    // Modules that are shared, or read when they are used.
    expect(listed.some((file) => chunk.test(file))).toBe(true);
    expect(listed.filter((file) => !chunk.test(file)).toSorted()).toEqual(
      ['THIRD-PARTY-NOTICES.txt', 'index.mjs', 'sbom.cdx.json'].map((file) => `${folder}/${file}`),
    );
  }
});
