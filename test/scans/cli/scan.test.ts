import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { EXTERNAL_ID, labAccount, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { fragmentedSubnet } from '../../../lab/estates/fragmented-subnet.ts';
import { growingPods } from '../../../lab/estates/growing-pods.ts';
import {
  accessDenied,
  expiredToken,
  failing,
  repeatedToken,
  vanishedSubnet,
} from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { schemaOfType } from '../../../scripts/docs/scan-schema.ts';
import type { ScanDocument } from '../../../shared/pipeline/scan-document.ts';
import { awsEnvironment, headroom } from '../../fixtures/headroom-command.ts';

const HUB = '111122223333';
const EMPTY = '222233334444';
const BARE = '333344445555';
const SPOKE = '444455556666';
const REGION = 'eu-west-1';

let lab: Lab;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-cli-'));
  lab = await startLab({
    // The command's own clock is real, and CloudWatch takes no data from another year.
    clock: createLabClock({ startsAt: Date.now() }),
    estate: scenarioEstate({
      name: 'cli',
      description: 'what the command line is tried on',
      accounts: [
        labAccount(HUB, 'hub', [REGION]),
        labAccount(EMPTY, 'empty', [REGION]),
        labAccount(BARE, 'bare', [REGION]),
        labAccount(SPOKE, 'spoke', [REGION]),
      ],
      scenarios: [
        growingPods(HUB, REGION),
        fragmentedSubnet(SPOKE, REGION),
        (world) => {
          world.createVpc({ ownerId: BARE, region: REGION, cidrBlock: '10.0.0.0/16', name: 'bare' });
          return () => {};
        },
        (world) => {
          const vpc = world.createVpc({
            ownerId: HUB,
            region: REGION,
            cidrBlock: '10.99.0.0/16',
            name: 'six',
          });
          world.createSubnet({
            vpcId: vpc.vpcId,
            cidrBlock: null,
            ipv6CidrBlocks: ['2001:db8::/64'],
            name: 'ipv6-only',
          });
          return () => {};
        },
      ],
    }),
  });
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});
let remove: (() => void)[] = [];
afterEach(() => {
  for (const undo of remove) undo();
  remove = [];
});
const inject = (...args: Parameters<Lab['faults']['inject']>): void => {
  const { remove: undo } = lab.faults.inject(...args);
  remove.push(undo);
};
const scan = async (...args: string[]) => headroom(['scan', ...args], lab);
const scanJson = async (...args: string[]) => {
  const { code, out, err } = await scan('--format', 'json', ...args);
  return { code, err, document: JSON.parse(out) as ScanDocument };
};

describe('a healthy account', () => {
  test('is scanned in full: exit 0, JSON alone on standard output, nothing on standard error', async () => {
    const { code, err, document } = await scanJson();
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(document.schema).toBe('headroom/scan@1');
    expect(document.targets).toEqual([{ accountId: HUB, region: REGION, status: 'ok', errors: [] }]);
    expect(document.subnets.find(({ name }) => name === 'shop-nodes-a')).toMatchObject({
      cidrBlock: '10.10.0.0/25',
      total: 128,
      usable: 123,
      used: 60,
      available: 63,
      unaccounted: 0,
      confidence: 'exact',
    });
  });

  test('gives a document that the published schema describes, field by field', async () => {
    const { document } = await scanJson();
    // The published schema allows fields it does not name; held strictly, it must name all that there are today.
    const strict = JSON.parse(schemaOfType('ScanDocument', 'headroom/scan@1', false)) as object;
    const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }));
    const validate = ajv.compile(strict);
    validate(document);
    expect(validate.errors).toBeNull();
    expect(validate({ ...document, scannedAt: 1 })).toBe(false);
    expect(validate({ ...document, surprise: true })).toBe(false);
  });

  test('as a table names every subnet, and an IPv6-only one as what it is', async () => {
    const { code, out } = await scan();
    expect(code).toBe(0);
    expect(out).toContain('shop-nodes-a');
    expect(out).toMatch(/ipv6-only +eu-west-1a +IPv6 only/);
    expect(out).toContain('4 subnets in 1 account and 1 Region');
    expect(out).not.toContain('\u001b');
  });

  test('an IPv6-only subnet has no IPv4 figure, and that is not an error', async () => {
    const { document } = await scanJson();
    expect(document.subnets.find(({ name }) => name === 'ipv6-only')).toMatchObject({
      cidrBlock: null,
      total: null,
      available: null,
      ipv6Native: true,
      confidence: 'exact',
    });
  });

  test('--publish sends the metrics as well, and nothing for what is unknown', async () => {
    const before = lab.metrics.length;
    const { code, err } = await scan('--publish');
    expect(code).toBe(0);
    const sent = lab.metrics.slice(before);
    expect(err).toBe(`Published ${sent.length} metric values to VpcHeadroom.\n`);
    const { document } = await scanJson();
    const sixId = document.subnets.find(({ name }) => name === 'ipv6-only')?.subnetId;
    const namesOf = (subnetId: string | undefined) =>
      sent.filter(({ dimensions }) => dimensions['SubnetId'] === subnetId).map(({ name }) => name);
    expect(namesOf(document.subnets.find(({ name }) => name === 'shop-nodes-a')?.subnetId)).toContain(
      'AvailableAddresses',
    );
    expect(namesOf(sixId)).toEqual(['LeakedInterfaces']);
  });
});

describe('something is critical', () => {
  const role = `arn:aws:iam::${SPOKE}:role/${SCAN_ROLE}`;
  test('exit 1 tells scripts, and --fail-on says from where on', async () => {
    const critical = await scanJson('--role-arn', role, '--external-id', EXTERNAL_ID);
    expect(critical.document.findings.map(({ severity }) => severity)).toContain('critical');
    expect(critical.code).toBe(1);
  });

  test('a threshold of the configuration decides what is critical', async () => {
    const config = join(folder, 'generous.yml');
    writeFileSync(
      config,
      'alerts:\n  rules:\n    addresses-low: { warning: { below: 90% }, critical: { below: 80% } }\n',
    );
    const { code, document } = await scanJson('--config', config);
    expect(code).toBe(1);
    expect(document.findings.find(({ kind }) => kind === 'addresses-low')?.subject.name).toBe('shop-nodes-a');
  });
});

describe('what could not be scanned', () => {
  test('a denied permission is named with action, role and account; the rest of the scan goes on: exit 4', async () => {
    inject({ service: 'ec2', action: 'DescribeNetworkInterfaces' }, accessDenied());
    const { code, document } = await scanJson();
    expect(code).toBe(4);
    const [target] = document.targets;
    expect(target?.status).toBe('partial');
    expect(target?.errors[0]).toMatchObject({ code: 'access-denied' });
    expect(target?.errors[0]?.message).toContain('ec2:DescribeNetworkInterfaces');
    expect(target?.errors[0]?.message).toContain(HUB);
    const subnet = document.subnets.find(({ name }) => name === 'shop-nodes-a');
    expect(subnet).toMatchObject({
      total: 128,
      awsAvailable: 63,
      used: null,
      available: null,
      prefixes: null,
    });
    expect(subnet?.unknowns.map(({ field }) => field)).toContain('available');
  });

  test('nothing unknown is published as a number', async () => {
    inject({ service: 'ec2', action: 'DescribeNetworkInterfaces' }, accessDenied());
    const before = lab.metrics.length;
    await scan('--publish');
    const names = lab.metrics.slice(before).map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(['TotalAddresses', 'UsableAddresses']));
  });

  test('reservations that may not be read take only what depends on them, with one problem for all subnets', async () => {
    inject({ service: 'ec2', action: 'GetSubnetCidrReservations' }, accessDenied());
    const { code, document } = await scanJson();
    expect(code).toBe(4);
    expect(document.targets[0]?.errors).toHaveLength(1);
    expect(document.subnets.find(({ name }) => name === 'shop-nodes-a')).toMatchObject({
      used: 60,
      available: null,
    });
  });

  test('a subnet that is deleted between two calls is left out, and the scan is whole', async () => {
    const { document: whole } = await scanJson();
    const gone = whole.subnets[0]?.subnetId ?? '';
    inject({ service: 'ec2', action: 'GetSubnetCidrReservations' }, vanishedSubnet(gone));
    const { code, document } = await scanJson();
    expect(code).toBe(0);
    expect(document.subnets).toHaveLength(whole.subnets.length - 1);
    expect(document.targets[0]?.errors.map(({ code: problem }) => problem)).toEqual(['subnet-gone']);
  });

  test('expired credentials: exit 3, and one sentence on what to do', async () => {
    inject({}, expiredToken());
    const { code, document } = await scanJson();
    expect(code).toBe(3);
    expect(document.targets[0]).toMatchObject({ status: 'failed' });
    expect(document.targets[0]?.errors[0]).toMatchObject({ code: 'expired-credentials' });
    expect(document.subnets).toEqual([]);
  });

  test('a role that cannot be assumed fails alone: exit 4, the other account is scanned', async () => {
    const { code, document } = await scanJson(
      '--role-arn',
      `arn:aws:iam::${EMPTY}:role/Nobody,arn:aws:iam::${SPOKE}:role/${SCAN_ROLE}`,
      '--external-id',
      EXTERNAL_ID,
    );
    expect(code).toBe(4);
    expect(document.targets.map(({ accountId, status }) => [accountId, status])).toEqual([
      [EMPTY, 'failed'],
      [SPOKE, 'ok'],
    ]);
    expect(document.targets[0]?.errors[0]?.message).toContain(`arn:aws:iam::${EMPTY}:role/Nobody`);
  });

  test('an unreachable endpoint: exit 3, with the endpoint and what to look at', async () => {
    const { code, out } = await headroom(['scan'], {
      ...awsEnvironment('http://127.0.0.1:9'),
      AWS_MAX_ATTEMPTS: '1',
    });
    expect(code).toBe(3);
    expect(out).toContain('http://127.0.0.1:9');
    expect(out).toContain('AWS_ENDPOINT_URL');
  });

  test('a repeated page token is refused instead of a shortened or endless listing', async () => {
    inject({ service: 'ec2', action: 'DescribeNetworkInterfaces' }, repeatedToken());
    const { code, document } = await scanJson();
    expect(code).toBe(4);
    expect(document.targets[0]?.errors.map(({ code: problem }) => problem)).toEqual(['repeated-page-token']);
    expect(document.subnets.every(({ available }) => available === null)).toBe(true);
  });

  test('an EKS API that refuses leaves the subnets as they are', async () => {
    inject({ service: 'eks' }, failing('AccessDeniedException', 'not you', 403));
    const { code, document } = await scanJson();
    expect(code).toBe(4);
    expect(document.subnets.find(({ name }) => name === 'shop-nodes-a')?.available).toBe(63);
  });
});

describe('an account with nothing in it', () => {
  test('no VPC at all is said in one sentence, and is no failure', async () => {
    const { code, out, err } = await headroom(['scan'], awsEnvironment(lab.url, EMPTY));
    expect([code, out, err]).toEqual([
      0,
      `No VPCs in ${EMPTY} ${REGION}. Is the Region right? \`--all-regions\` scans them all.\n`,
      '',
    ]);
  });

  test('a VPC without subnets is said in one sentence, and is no failure', async () => {
    const { code, out } = await headroom(['scan'], awsEnvironment(lab.url, BARE));
    expect([code, out]).toEqual([0, `The 1 VPC in ${BARE} ${REGION} has no subnets.\n`]);
  });
});

describe('a wrong command line', () => {
  test('all that is wrong is said at once, and nothing is read: exit 2', async () => {
    const before = lab.calls.length;
    const { code, out, err } = await scan(
      '--region',
      'mars',
      '--vpc',
      'x',
      '--format',
      'xml',
      '--role-arn',
      'me',
    );
    expect([code, out]).toEqual([2, '']);
    for (const part of ['--region mars', '--vpc x', '--output xml', '--role-arn me'])
      expect(err).toContain(part);
    expect(lab.calls.length).toBe(before);
  });

  test.each<[string, string[], RegExp]>([
    [
      'an unknown option is answered with the nearest',
      ['scan', '--regio', 'x'],
      /^error unknown option '--regio'\. Did you mean --region\?\n {2}try `headroom scan --help` shows the options\.\n$/,
    ],
    [
      'an unknown command is answered with the nearest',
      ['scna'],
      /^error unknown command 'scna'\. Did you mean scan\?\n {2}try `headroom --help` shows the options\.\n$/,
    ],
    [
      'a severity that is none is refused',
      ['scan', '--fail-on', 'awful'],
      /--fail-on awful is not a severity\./,
    ],
    [
      'a configuration that is not there is refused',
      ['scan', '--config', '/no/such.yml'],
      /\/no\/such\.yml cannot be read/,
    ],
  ])('%s: exit 2', async (_, args, message) => {
    const { code, err } = await headroom(args, lab);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  test('a contradictory configuration is refused before anything is read, with every problem and its line', async () => {
    const config = join(folder, 'wrong.yml');
    writeFileSync(
      config,
      [
        'alerts:',
        '  rules:',
        '    addresses-low:',
        '      warning: { below: 120% }',
        '    prefixes-lov: {}',
        '  overrides:',
        '    - match: { cidr: 10.0.0.1/8 }',
        '      addresses-low: { enabled: false }',
      ].join('\n'),
    );
    const before = lab.calls.length;
    const { code, err } = await scan('--config', config);
    expect(code).toBe(2);
    expect(err).toMatch(/120/);
    expect(err).toMatch(/prefixes-lov/);
    expect(err).toMatch(/10\.0\.0\.1\/8/);
    expect(lab.calls.length).toBe(before);
  });

  test('no Region anywhere is said in one sentence: exit 2', async () => {
    const { AWS_REGION: _, ...environment } = awsEnvironment(lab.url);
    const { code, err } = await headroom(['scan'], environment, fileURLToPath(new URL('/', import.meta.url)));
    expect(code).toBe(2);
    expect(err).toMatch(/Region/);
  });
});
