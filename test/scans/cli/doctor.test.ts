import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DoctorCheck } from '../../../cli/output/doctor-document.ts';
import { EXTERNAL_ID, labAccount, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { demo } from '../../../lab/estates/demo.ts';
import { accessDenied, throttled } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { Right } from '../../../lab/services/kubernetes/kubernetes.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { probePermissions } from '../../../shared/aws/permission-probe.ts';
import { defaultHttpEnvironment } from '../../../shared/notify/http-delivery.ts';
import { slackApi } from '../../../shared/notify/slack-app/slack-api.ts';
import { probeSlackWebhook } from '../../../shared/notify/slack-webhook.ts';
import { noteStart } from '../../../shared/pipeline/scan-starts.ts';
import { failedAssessment } from '../../../shared/pipeline/scan-target.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import { probeStateTable } from '../../../shared/state/dynamo/table-probe.ts';
import { aSubnet } from '../../fixtures/assessments.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';
import { awsEnvironment, headroom } from '../../fixtures/headroom-command.ts';

const HUB = '111122223333';
const SPOKE = '222233334444';
const REGION = 'eu-west-1';

/** What the policy of the scan role allows. */
const SCAN_PERMISSIONS: readonly string[] = [
  ...readFileSync(join(import.meta.dirname, '../../../infra/lambda/spoke-role.yml'), 'utf8').matchAll(
    /^ {18}- ([a-z0-9]+:\w+)$/gm,
  ),
].map(([, action = '']) => action);

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

const doctor = async (...args: string[]) => {
  const { code, out, err } = await headroom(['doctor', '--output', 'json', ...args], lab);
  expect(err).toBe('');
  return { code, document: JSON.parse(out) as { checks: DoctorCheck[] } };
};

describe('headroom doctor', () => {
  test('says that all is well where it is: exit 0', async () => {
    const { code, out } = await headroom(['doctor'], lab);
    expect(code).toBe(0);
    expect(out).toContain(`credentials ${HUB}/${REGION}: AWS knows them as those of account ${HUB}.`);
    expect(out).toContain('All 33 calls of a scan are allowed with your own credentials.');
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

  const SERVICE_OF_PREFIX: Readonly<Record<string, string>> = {
    autoscaling: 'auto-scaling',
    servicequotas: 'service-quotas',
  };

  test.each(SCAN_PERMISSIONS)('names %s where it is denied, and nothing else', async (permission) => {
    const [prefix = '', action = ''] = permission.split(':');
    const service = SERVICE_OF_PREFIX[prefix] ?? prefix;
    const { remove } = lab.faults.inject({ service, action }, accessDenied());
    const { code, document } = await doctor();
    remove();
    expect(code).toBe(4);
    expect(document.checks.filter(({ status }) => status === 'failed').map(({ check }) => check)).toEqual([
      `permission ${permission}`,
    ]);
  });

  test('names the call to the organization that is denied, and what to allow', async () => {
    const { remove } = lab.faults.inject({ action: 'ListAccounts' }, accessDenied());
    const { code, document } = await doctor('--organization', '--external-id', EXTERNAL_ID);
    remove();
    expect(code).toBe(3);
    const [first] = document.checks.filter(({ status }) => status === 'failed');
    expect(`${first?.message} ${first?.action}`).toContain('organizations:ListAccounts');
  });

  test('names a Region that the account has not enabled once, and not for each call', async () => {
    const { code, document } = await doctor('--region', 'me-south-1');
    expect(code).toBe(4);
    const bad = document.checks.filter(({ status }) => status === 'failed');
    expect(bad.map(({ check, subject, action }) => [check, subject, action])).toEqual([
      [
        'permissions',
        `${HUB}/me-south-1`,
        'Check the credentials, and that me-south-1 is enabled in the account. The credentials are those of the environment (AWS_ACCESS_KEY_ID).',
      ],
    ]);
  });

  test('suggests the Region that was meant', async () => {
    const { document } = await doctor('--region', 'eu-wset-1');
    const [bad] = document.checks.filter(({ status }) => status === 'failed');
    expect(bad?.action).toContain('Headroom does not know the Region eu-wset-1. Did you mean "eu-west-1"?');
  });

  test('names the requests that AWS throttled', async () => {
    const { remove } = lab.faults.inject({ action: 'DescribeSubnets' }, throttled(), { times: 1 });
    const { document } = await doctor();
    remove();
    expect(document.checks.find(({ check }) => check === 'quota')).toMatchObject({ status: 'failed' });
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

describe('headroom doctor of what alerts need', () => {
  const configuration = (text: string): string => {
    const path = join(folder, 'destinations.yml');
    writeFileSync(path, text);
    return path;
  };

  test.each([
    ['slack: { parameter: /headroom/none }', '/headroom/none'],
    ['slackApp: { channel: C0123456789, token: { secret: none }, signingSecret: { secret: none } }', 'none'],
    ['pagerduty: { secret: none }', 'none'],
    ['teams: { parameter: /headroom/none }', '/headroom/none'],
    ['webhook: { url: "https://example.com/x", signingSecret: { secret: none } }', 'none'],
  ])('a secret that cannot be read is named: %s', async (channel, name) => {
    const path = configuration(`destinations:\n  on-call: { ${channel} }\nroutes: [{ to: on-call }]\n`);
    const { code, document } = await doctor('--config', path);
    expect(code).toBe(4);
    const bad = document.checks.filter(({ status }) => status === 'failed');
    expect(bad.map(({ check, subject }) => [check, subject])).toEqual([['destination', 'on-call']]);
    expect(bad[0]?.message).toContain(name);
    expect(bad[0]?.action).not.toBe('');
  });
});

describe('headroom doctor --kubernetes', () => {
  const checked = async (started: Lab) => {
    const { code, out } = await headroom(['doctor', '--kubernetes', '--output', 'json'], started);
    await started.close();
    const { checks } = JSON.parse(out) as { checks: DoctorCheck[] };
    return { code, clusters: checks.filter(({ check }) => check === 'kubernetes') };
  };

  test('asks the API server of every cluster for each permission', async () => {
    const { code, clusters } = await checked(await startLab({ estate: demo }));
    expect(code).toBe(0);
    expect(clusters.length).toBeGreaterThan(2);
    expect(clusters.map(({ status }) => status)).not.toContain('failed');
    expect(clusters.at(-1)?.message).toMatch(/^All \d+ permissions of a reading are granted\.$/);
  });

  test('finds a cluster that headroom.yml names and no account has, with the one that was meant', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headroom-clusters-'));
    const config = join(folder, 'headroom.yml');
    writeFileSync(config, 'kubernetes:\n  clusters: [shop, serach]\n');
    const started = await startLab({ estate: demo });
    const { code, out } = await headroom(['doctor', '--config', config, '--output', 'json'], started);
    await started.close();
    rmSync(folder, { recursive: true });
    expect(code).toBe(4);
    const { checks } = JSON.parse(out) as { checks: DoctorCheck[] };
    expect(checks.filter(({ check, status }) => check === 'kubernetes' && status === 'failed')).toEqual([
      {
        check: 'kubernetes',
        subject: 'serach',
        status: 'failed',
        message:
          'headroom.yml names the cluster serach, and no account and Region that was looked at has it. Did you mean "search"?',
        action: 'Correct `kubernetes.clusters`, or scan the account and Region of the cluster.',
      },
    ]);
  });

  test('names what is missing in which cluster, and the command that grants it', async () => {
    const kubernetesRights = ({ resource }: Right, cluster: string): boolean =>
      cluster !== 'shop' || resource !== 'pods';
    const { code, clusters } = await checked(await startLab({ estate: demo, kubernetesRights }));
    expect(code).toBe(4);
    const bad = clusters.filter(({ status }) => status === 'failed');
    expect(bad).toMatchObject([
      {
        subject: expect.stringMatching(/^shop /) as string,
        message: expect.stringMatching(/^1 permission of \d+ is missing: list pods\.$/) as string,
        action: 'Run `headroom access --cluster shop --print yaml | kubectl apply --filename -`.',
      },
    ]);
  });
});

describe('headroom doctor --table', () => {
  let dynamo: LocalDynamoDb;
  let table: string;
  beforeAll(async () => {
    dynamo = await startDynamoDb();
    table = await dynamo.createTable();
  });
  afterAll(() => dynamo.stop());

  test('finds every call allowed, and leaves the table empty', async () => {
    expect(await probeStateTable(dynamo.client, table)).toEqual(
      ['BatchGetItem', 'BatchWriteItem', 'GetItem', 'Query', 'PutItem', 'DeleteItem'].map((call) => ({
        action: `dynamodb:${call}`,
        problem: null,
      })),
    );
    const { Count } = await dynamo.client.send(new ScanCommand({ TableName: table }));
    expect(Count).toBe(0);
  });

  test.each(['BatchGetItem', 'BatchWriteItem', 'GetItem', 'Query', 'PutItem', 'DeleteItem'])(
    'names dynamodb:%s where it is denied',
    async (call) => {
      dynamo.fates = ({ operation }) =>
        operation === call ? { error: 'AccessDeniedException', status: 400 } : 'answered';
      const answers = await probeStateTable(dynamo.client, table);
      dynamo.fates = () => 'answered';
      const refused = answers.filter(({ problem }) => problem !== null);
      expect(refused.map(({ action }) => action)).toEqual([`dynamodb:${call}`]);
      expect(refused[0]?.problem?.code).toBe('state-access-denied');
    },
  );

  test('tries what the functions may do with the table', async () => {
    const roles = readFileSync(join(import.meta.dirname, '../../../infra/lambda/roles.yml'), 'utf8');
    const allowed = new Set(roles.match(/dynamodb:\w+/g));
    const answers = await probeStateTable(dynamo.client, table);
    expect(answers.map(({ action }) => action).toSorted()).toEqual([...allowed].toSorted());
  });

  test.each([
    ['none', [['state', 'failed']]],
    [
      'headroom-1',
      [
        ['state', 'ok'],
        ['state', 'ok'],
      ],
    ],
  ])('of the table %s it says %j', async (name, expected) => {
    const endpoint = await dynamo.client.config.endpoint?.();
    const { out } = await headroom(['doctor', '--output', 'json', '--table', name], {
      ...awsEnvironment(lab.url),
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${endpoint?.port}`,
    });
    const { checks } = JSON.parse(out) as { checks: DoctorCheck[] };
    const state = checks.filter(({ check }) => check.startsWith('state'));
    expect(state.map(({ check, status }) => [check, status])).toEqual(expected);
  });

  describe('says whether the function that scans has the memory that its targets need', () => {
    const target = { accountId: HUB, region: REGION };
    const memoryOf = async (): Promise<readonly DoctorCheck[]> => {
      const endpoint = await dynamo.client.config.endpoint?.();
      const { out } = await headroom(['doctor', '--output', 'json', '--table', table], {
        ...awsEnvironment(lab.url),
        AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${endpoint?.port}`,
      });
      const { checks } = JSON.parse(out) as { checks: DoctorCheck[] };
      return checks.filter(({ check }) => check === 'memory');
    };
    const scanned = async (subnets: number, limit: number | null): Promise<void> => {
      const store = createDynamoStateStore({ client: dynamo.client, tableName: table });
      const now = Date.now();
      await noteStart(
        store.cache,
        target,
        { endsBy: now + 270_000, memory: () => ({ used: 100, limit }) },
        () => now,
      );
      await store.assessments.putLatest({
        ...failedAssessment(target, [], now),
        subnets: Array.from({ length: subnets }, (_, index) =>
          aSubnet({ subnetId: `subnet-${index.toString(16).padStart(17, '0')}` }),
        ),
      });
    };

    test('which is not known before a scan has said it', async () => {
      const [only, ...others] = await memoryOf();
      expect(others).toEqual([]);
      expect(only).toMatchObject({ subject: table, status: 'unknown' });
    });

    test.each([
      [
        256,
        5_000,
        'ok',
        'It has 5,000 subnets, and the function that scans has 256 MB: enough for 5,000 subnets.',
      ],
      [
        256,
        5_001,
        'failed',
        'It has 5,001 subnets, and the function that scans has 256 MB: enough for 5,000 subnets.',
      ],
      [
        512,
        5_001,
        'ok',
        'It has 5,001 subnets, and the function that scans has 512 MB: enough for 20,000 subnets.',
      ],
      [
        128,
        1,
        'failed',
        'It has 1 subnet, and the function that scans has 128 MB, less than the smallest size that was measured.',
      ],
      [
        1_024,
        20_001,
        'unknown',
        'It has 20,001 subnets, and the function that scans has 1,024 MB. Whether that is enough was not measured.',
      ],
    ])('with %d MB and %d subnets: %s', async (megabytes, subnets, status, message) => {
      await scanned(subnets, megabytes);
      const [only, ...others] = await memoryOf();
      expect(others).toEqual([]);
      expect(only).toMatchObject({ subject: `${HUB}/${REGION}`, status, message });
      expect(only?.action ?? '').toContain(
        status === 'failed' ? `memorySize=${subnets > 5_000 ? 512 : 256}` : '',
      );
    });

    test('which is not known where a scan had no limit, or read no subnet', async () => {
      await scanned(10, null);
      expect((await memoryOf()).map(({ status }) => status)).toEqual(['unknown']);
      await scanned(0, 256);
      expect((await memoryOf()).map(({ status }) => status)).toEqual(['unknown']);
    });
  });
});

test('what it tries is what the policy of the scan role allows', async () => {
  const environment = awsEnvironment(lab.url);
  const clients = createTargetClients({
    region: REGION,
    meter: new CallMeter(),
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: 'lab',
    },
  });
  vi.stubEnv('AWS_ENDPOINT_URL', lab.url);
  const answers = await probePermissions(clients, { accountId: HUB, region: REGION }, null);
  vi.unstubAllEnvs();
  clients.destroy();
  expect(answers.map(({ action }) => action).toSorted()).toEqual(SCAN_PERMISSIONS.toSorted());
});

describe('a Slack app', () => {
  const probe = async (answer: object): Promise<readonly string[]> => {
    const asked: string[] = [];
    const slack = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(slack.address() as AddressInfo).port}/api/`;
    try {
      await slackApi('xoxb-1', defaultHttpEnvironment, url).check(AbortSignal.timeout(5_000));
      return asked;
    } finally {
      await new Promise((resolve) => slack.close(resolve));
    }
  };

  test('whose token Slack knows is one that works', async () => {
    expect(await probe({ ok: true, team: 'T' })).toEqual(['/api/auth.test Bearer xoxb-1']);
  });

  test.each(['invalid_auth', 'account_inactive', 'token_revoked'])('%s is none that works', async (error) => {
    await expect(probe({ ok: false, error })).rejects.toMatchObject({
      code: 'slack-refused',
      action: expect.stringMatching(/bot token/) as string,
    });
  });
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
