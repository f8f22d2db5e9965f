import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXTERNAL_ID, labAccount, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { probePermissions } from '../../../shared/aws/permission-probe.ts';
import { probeSlackWebhook } from '../../../shared/notify/slack-webhook.ts';
import { awsEnvironment, headroom } from '../../fixtures/headroom-command.ts';

const HUB = '111122223333';
const SPOKE = '222233334444';
const REGION = 'eu-west-1';

let lab: Lab;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-doctor-'));
  writeFileSync(join(folder, 'role.yml'), `targets: { roleName: ${SCAN_ROLE} }\n`);
  lab = await startLab({
    estate: scenarioEstate({
      name: 'doctor',
      description: 'an organization of two accounts',
      accounts: [labAccount(HUB, 'hub', [REGION]), labAccount(SPOKE, 'spoke', [REGION])],
      scenarios: [],
    }),
  });
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});

interface Check {
  readonly check: string;
  readonly subject: string;
  readonly status: string;
  readonly message: string;
  readonly action: string | null;
}

const doctor = async (...args: string[]) => {
  const { code, out, err } = await headroom(['doctor', '--output', 'json', ...args], lab);
  expect(err).toBe('');
  return { code, document: JSON.parse(out) as { checks: Check[] } };
};

describe('headroom doctor', () => {
  test('says that all is well where it is: exit 0', async () => {
    const { code, out } = await headroom(['doctor'], lab);
    expect(code).toBe(0);
    expect(out).toContain(`credentials ${HUB}/${REGION}: AWS knows them as those of account ${HUB}.`);
    expect(out).toContain('All 22 calls of a scan are allowed with your own credentials.');
    expect(out).toMatch(/All is well\.\n$/);
  });

  test('tries the role of every account of the organization', async () => {
    const { code, document } = await doctor(
      '--organization',
      '--external-id',
      EXTERNAL_ID,
      '--config',
      join(folder, 'role.yml'),
    );
    expect(code).toBe(0);
    expect(
      document.checks
        .filter(({ check }) => check === 'permissions')
        .map(({ subject, status }) => [subject, status]),
    ).toEqual([
      [`${HUB}/${REGION}`, 'ok'],
      [`${SPOKE}/${REGION}`, 'ok'],
    ]);
  });

  test('names a role that cannot be assumed once, and goes on: exit 4', async () => {
    const { code, document } = await doctor(
      '--organization',
      '--external-id',
      'not-the-one',
      '--config',
      join(folder, 'role.yml'),
    );
    expect(code).toBe(4);
    const bad = document.checks.filter(({ status }) => status === 'failed');
    expect(bad.map(({ check, subject }) => [check, subject])).toEqual([['role', `${SPOKE}/${REGION}`]]);
    expect(bad[0]?.message).toContain(SCAN_ROLE);
    expect(bad[0]?.action).not.toBeNull();
  });

  test.each([
    'ec2:DescribeNetworkInterfaces',
    'ec2:GetSubnetCidrReservations',
    'eks:DescribeNodegroup',
    'autoscaling:DescribeAutoScalingGroups',
  ])('names %s where it is denied, and nothing else', async (permission) => {
    const action = permission.slice(permission.indexOf(':') + 1);
    const { remove } = lab.faults.inject({ action }, accessDenied());
    const { code, document } = await doctor();
    remove();
    expect(code).toBe(4);
    expect(document.checks.filter(({ status }) => status === 'failed').map(({ check }) => check)).toEqual([
      `permission ${permission}`,
    ]);
  });

  test('credentials that do not work are the answer, and not an error', async () => {
    const { remove } = lab.faults.inject({ action: 'GetCallerIdentity' }, accessDenied());
    const { code, document } = await doctor();
    remove();
    expect(code).toBe(3);
    expect(document.checks.find(({ check }) => check === 'credentials')?.status).toBe('failed');
  });

  test('a state that is not there is named', async () => {
    const { code, document } = await doctor('--state', join(folder, 'none.sqlite'));
    expect(code).toBe(4);
    expect(document.checks.at(-1)).toMatchObject({ check: 'state', status: 'failed' });
  });

  test('its JSON is what the published schema describes', async () => {
    const { document } = await doctor();
    const path = join(import.meta.dirname, '../../../docs/schema/doctor.schema.json');
    const validate = addFormats
      .default(new Ajv({ strict: false }))
      .compile(JSON.parse(readFileSync(path, 'utf8')) as object);
    expect(validate(document)).toBe(true);
  });
});

test('what it tries is what the policy of the scan role allows', async () => {
  const policy = readFileSync(join(import.meta.dirname, '../../../infra/lambda/spoke-role.yml'), 'utf8');
  const allowed = [...policy.matchAll(/^ {18}- ([a-z0-9]+:\w+)$/gm)].map(([, action]) => action);
  const environment = awsEnvironment(lab.url);
  const clients = createTargetClients({
    region: REGION,
    meter: new CallMeter(),
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: 'lab',
    },
  });
  process.env['AWS_ENDPOINT_URL'] = lab.url;
  const answers = await probePermissions(clients, { accountId: HUB, region: REGION }, null);
  delete process.env['AWS_ENDPOINT_URL'];
  clients.destroy();
  expect(answers.map(({ action }) => action).toSorted()).toEqual(allowed.toSorted());
});

describe('a Slack webhook', () => {
  let slack: Server;
  let answer: readonly [status: number, text: string];
  let posted: string[];
  beforeAll(async () => {
    slack = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        posted.push(body);
        response.writeHead(answer[0]).end(answer[1]);
      });
    });
    await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => new Promise((resolve) => slack.close(resolve)));

  const probe = (status: number, text: string): Promise<void> => {
    answer = [status, text];
    posted = [];
    const url = `http://127.0.0.1:${(slack.address() as AddressInfo).port}/services/T/B/x`;
    const secret = { read: () => Promise.resolve(url), forget: () => undefined };
    return probeSlackWebhook(secret, AbortSignal.timeout(5_000));
  };

  test('that misses the text of a message is one that works, and nothing was posted', async () => {
    await expect(probe(400, 'no_text')).resolves.toBeUndefined();
    expect(posted).toEqual(['{}']);
  });

  test.each([
    [404, 'no_service'],
    [403, 'invalid_token'],
    [200, 'ok'],
    [200, '<html>sign in</html>'],
  ])('%i %s is none that works', async (status, text) => {
    await expect(probe(status, text)).rejects.toMatchObject({ code: 'slack-refused' });
  });
});
