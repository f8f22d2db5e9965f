import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DoctorCheck } from '../../../cli/output/doctor-document.ts';
import { EXTERNAL_ID, labAccount, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { READER_ACTIONS } from '../../../shared/aws/function-permissions.ts';
import type { CannedAws } from '../../fixtures/canned-aws.ts';
import { awsEnvironment, headroom } from '../../fixtures/headroom-command.ts';
import {
  deployedRoles,
  HUB,
  type PolicyStatement,
  type SimulatedRole,
  type SimulatedStack,
  startSimulatedStack,
} from '../../fixtures/infra/simulated-iam.ts';

const REGION = 'eu-west-1';
const SPOKE = '222233334444';
const ROLES = deployedRoles();

let lab: Lab;
let aws: CannedAws;
let stack: SimulatedStack;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-doctor-roles-'));
  lab = await startLab({
    estate: scenarioEstate({
      name: 'doctor-roles',
      description: 'a hub and one account that it reads',
      accounts: [labAccount(HUB, 'hub', [REGION]), labAccount(SPOKE, 'spoke', [REGION])],
      scenarios: [],
    }),
  });
  ({ aws, stack } = await startSimulatedStack());
});
afterEach(() => {
  stack.roles = deployedRoles();
  stack.denied = [];
});
afterAll(async () => {
  await aws.close();
  await lab.close();
  rmSync(folder, { recursive: true });
});

const doctor = async (...args: string[]) => {
  const { code, out, err } = await headroom(['doctor', '--output', 'json', ...args], {
    ...awsEnvironment(lab.url),
    AWS_ENDPOINT_URL_IAM: aws.url,
    AWS_ENDPOINT_URL_CLOUDFORMATION: aws.url,
  });
  expect(err).toBe('');
  const { checks } = JSON.parse(out) as { checks: readonly DoctorCheck[] };
  return { code, checks, failures: checks.filter(({ status }) => status === 'failed') };
};

const configured = (text: string): readonly string[] => {
  const path = join(folder, 'headroom.yml');
  writeFileSync(path, text);
  return ['--config', path];
};

const withRole = (id: string, change: (role: SimulatedRole) => SimulatedRole): void => {
  stack.roles = { ...stack.roles, [id]: change(stack.roles[id] ?? { statements: [] }) };
};

const actionsOf = ({ Action }: PolicyStatement): readonly string[] => [Action].flat();

describe('headroom doctor --stack', () => {
  const ORGANIZATION = ['--stack', 'headroom-prod', '--organization', '--external-id', EXTERNAL_ID] as const;

  test('finds every role of the deployment allowed to do what its function does', async () => {
    const { code, checks } = await doctor(
      ...ORGANIZATION,
      ...configured(`targets: { roleName: ${SCAN_ROLE} }\n`),
    );
    const asked = checks.filter(({ subject }) => subject.startsWith('headroom-prod'));
    expect(asked.map(({ subject, status }) => [subject, status])).toEqual([
      ['headroom-prod', 'ok'],
      ...Object.keys(ROLES).map((id) => [`headroom-prod-${id}`, 'ok']),
    ]);
    expect(code).toBe(0);
  });

  test.each(Object.entries(ROLES))(
    'names each permission that %s lacks, and no other',
    async (id, { statements }) => {
      withRole(id, (role) => ({ ...role, statements: [] }));
      const { failures } = await doctor(
        ...ORGANIZATION,
        ...configured(`targets: { roleName: ${SCAN_ROLE} }\n`),
      );
      const ofStack = failures.filter(({ subject }) => subject.startsWith('headroom-prod-'));
      expect(new Set(ofStack.map(({ check, subject }) => `${check} ${subject}`))).toEqual(
        new Set(statements.flatMap(actionsOf).map((action) => `permission ${action} headroom-prod-${id}`)),
      );
      for (const { message, action } of ofStack) {
        expect(message).toContain('no policy of the role allows it');
        expect(action).toContain('Deploy this version of Headroom');
      }
    },
  );

  test.each([
    ['boundary', 'the permissions boundary of the role does not allow it', 'permissions boundary'],
    ['organization', 'a policy of the organization does not allow it', 'service control policies'],
  ] as const)('says that the %s is what refuses', async (by, reason, advice) => {
    const allowed = [{ Effect: 'Allow', Action: ['logs:*'], Resource: '*' }];
    withRole('DashboardWidgetRole', (role) => ({ ...role, [by]: allowed }));
    const { failures } = await doctor('--stack', 'headroom-prod');
    expect(failures.length).toBeGreaterThan(0);
    for (const { check, message, action } of failures) {
      expect(check).toMatch(/^permission dynamodb:/);
      expect(message).toContain(reason);
      expect(action).toContain(advice);
    }
  });

  test('says that a statement denies', async () => {
    withRole('NotifySlackRole', (role) => ({
      ...role,
      statements: [...role.statements, { Effect: 'Deny', Action: 'ssm:*', Resource: '*' }],
    }));
    const { failures } = await doctor('--stack', 'headroom-prod');
    expect(failures.map(({ message, action }) => [message, action])).toEqual([
      [
        `headroom-prod-NotifySlackRole may not call ssm:GetParameter on arn:aws:ssm:${REGION}:${HUB}:parameter/headroom/slack-webhook: a policy of the role denies it.`,
        'Find the statement that denies ssm:GetParameter, and take headroom-prod-NotifySlackRole out of it.',
      ],
    ]);
  });

  test('asks about the destinations of headroom.yml', async () => {
    const topic = `arn:aws:sns:${REGION}:${HUB}:other`;
    const config = configured(
      `destinations: { ops: { sns: { topicArn: "${topic}" } } }\nroutes: [{ to: ops }]\n`,
    );
    const { failures } = await doctor('--stack', 'headroom-prod', ...config);
    expect(failures.map(({ check, subject }) => [check, subject])).toEqual([
      ['permission sns:Publish', 'headroom-prod-PlanScanRole'],
      ['permission sns:Publish', 'headroom-prod-ScanTargetRole'],
    ]);
    expect(failures[0]?.message).toContain(topic);
  });

  test('names a role that the stack does not have', async () => {
    stack.roles = Object.fromEntries(
      Object.entries(deployedRoles()).filter(([id]) => id !== 'SlackInteractivityRole'),
    );
    const { failures } = await doctor('--stack', 'headroom-prod');
    expect(failures.map(({ message }) => message)).toEqual([
      'The stack headroom-prod has no role SlackInteractivityRole.',
    ]);
  });

  test('names a stack that is not there', async () => {
    const { code, failures } = await doctor('--stack', 'headroom-dev');
    expect(code).toBe(4);
    expect(failures.map(({ message }) => message)).toEqual([
      `There is no stack headroom-dev in ${HUB}/${REGION}.`,
    ]);
  });

  test.each(['DescribeStacks', 'ListStackResources', 'GetRole', 'SimulatePrincipalPolicy'])(
    'says that nothing is known where %s is denied',
    async (action) => {
      stack.denied = [action];
      const { checks, failures } = await doctor('--stack', 'headroom-prod');
      expect(failures).toEqual([]);
      const unknown = checks.filter(({ status }) => status === 'unknown');
      expect(unknown.length).toBeGreaterThan(0);
      expect(unknown[0]?.message).toContain(action);
      expect(unknown[0]?.action).not.toBeNull();
    },
  );
});

describe('headroom doctor --reader-role', () => {
  const HUB_ROLE = 'arn:aws:iam::999988887777:role/headroom-prod-eu-west-1-scan-target';
  const reader = (actions: readonly string[], trusted: readonly string[]): SimulatedRole => ({
    statements: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
    trust: {
      Statement: {
        Effect: 'Allow',
        Action: trusted,
        Condition: {
          StringEquals: { 'sts:ExternalId': 'secret-of-ours' },
          ArnEquals: { 'aws:PrincipalArn': [HUB_ROLE] },
        },
      },
    },
  });
  const TRUSTED = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
  const asked = async (role: SimulatedRole, ...args: readonly string[]) => {
    stack.roles = { HeadroomReader: role };
    const { checks } = await doctor('--reader-role', 'HeadroomReader', ...args);
    return checks.filter(({ subject }) => subject.startsWith('HeadroomReader'));
  };

  test('says who may assume the role, and that every call of a scan is allowed', async () => {
    expect(
      (await asked(reader(READER_ACTIONS, TRUSTED))).map(({ status, message }) => [status, message]),
    ).toEqual([
      ['ok', `It can be assumed by ${HUB_ROLE}.`],
      ['ok', 'IAM allows 33 kinds of calls to this role.'],
    ]);
  });

  test('names each call of a scan that the role lacks', async () => {
    const lacking = ['ec2:DescribeSubnets', 'eks:ListClusters'];
    const checks = await asked(
      reader(
        READER_ACTIONS.filter((each) => !lacking.includes(each)),
        TRUSTED,
      ),
    );
    const bad = checks.filter(({ status }) => status === 'failed');
    expect(bad.map(({ check }) => check)).toEqual(lacking.map((action) => `permission ${action}`));
    expect(bad[0]?.action).toContain('docs/organisation.md');
  });

  test('names what the trust policy lacks', async () => {
    const [trust] = await asked(reader(READER_ACTIONS, ['sts:AssumeRole']));
    expect(trust).toMatchObject({
      status: 'failed',
      message: 'The trust policy of HeadroomReader 111122223333 does not allow sts:SetSourceIdentity.',
    });
  });

  test.each([
    ['secret-of-ours', 'ok'],
    ['another-secret', 'failed'],
  ])('with the external ID %s of headroom.yml it is %s, and no ID is printed', async (externalId, status) => {
    const config = configured(
      `targets: { accounts: ["${SPOKE}"], roleName: HeadroomReader, externalId: ${externalId} }\n`,
    );
    const [trust] = await asked(reader(READER_ACTIONS, TRUSTED), ...config);
    expect(trust?.status).toBe(status);
    expect(JSON.stringify(trust)).not.toContain('secret-of-ours');
  });

  test('names a role that the account does not have', async () => {
    stack.roles = {};
    const { code, failures } = await doctor('--reader-role', 'HeadroomReader');
    expect(code).toBe(4);
    expect(failures.map(({ message }) => message)).toEqual([`Account ${HUB} has no role HeadroomReader.`]);
  });
});
