import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXTERNAL_ID, labAccount, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { accessKeyOf } from '../../../lab/http/identity.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { awsEnvironment, headroom } from '../../fixtures/headroom-command.ts';

const HUB = '111122223333';
const SPOKE = '222233334444';
const REGIONS = ['eu-west-1', 'us-east-1'];

let lab: Lab;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-options-'));
  writeFileSync(
    join(folder, 'credentials'),
    `[spoke]\naws_access_key_id = ${accessKeyOf(SPOKE)}\naws_secret_access_key = lab\n`,
  );
  writeFileSync(join(folder, 'role.yml'), `targets: { roleName: ${SCAN_ROLE} }\n`);
  lab = await startLab({
    estate: scenarioEstate({
      name: 'options',
      description: 'an organization of two accounts with two Regions each',
      accounts: [labAccount(HUB, 'hub', REGIONS), labAccount(SPOKE, 'spoke', REGIONS)],
      scenarios: [],
    }),
  });
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});

const targets = async (
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> => {
  const { out, err } = await headroom(['scan', '--output', 'json', ...args], {
    ...awsEnvironment(lab.url),
    ...more,
  });
  expect(err).toBe('');
  const document = JSON.parse(out) as {
    targets: { accountId: string; region: string; status: string }[];
  };
  return document.targets.map(({ accountId, region, status }) => `${accountId} ${region} ${status}`);
};

test('--all-regions scans every Region that the account has enabled', async () => {
  expect(await targets(['--all-regions'])).toEqual([`${HUB} eu-west-1 ok`, `${HUB} us-east-1 ok`]);
  expect(await targets(['-A'])).toHaveLength(2);
});

test('--all-regions with a role asks the account of the role for its Regions', async () => {
  const role = ['--role-arn', `arn:aws:iam::${SPOKE}:role/${SCAN_ROLE}`, '--external-id', EXTERNAL_ID];
  expect(await targets(['--all-regions', ...role])).toEqual([
    `${SPOKE} eu-west-1 ok`,
    `${SPOKE} us-east-1 ok`,
  ]);
});

test('a role that is named twice is read once', async () => {
  const arn = `arn:aws:iam::${SPOKE}:role/${SCAN_ROLE}`;
  expect(await targets(['--role-arn', arn, arn, '--external-id', EXTERNAL_ID])).toEqual([
    `${SPOKE} eu-west-1 ok`,
  ]);
});

test.each([['scan'], ['serve'], ['doctor'], ['owners'], ['clusters']])(
  'two roles of one account are bad usage: headroom %s',
  async (command) => {
    const [one, other] = ['one', 'other'].map((name) => `arn:aws:iam::${SPOKE}:role/${name}`) as [
      string,
      string,
    ];
    const { code, err } = await headroom([command, '--role-arn', one, '--role-arn', other], lab);
    expect(code).toBe(2);
    expect(err).toContain(`2 roles of account ${SPOKE}: ${one}, ${other}; keep one of them`);
  },
);

test('--organization scans every account through its role', async () => {
  const config = ['--config', join(folder, 'role.yml')];
  expect(await targets(['--organization', '--external-id', EXTERNAL_ID, ...config])).toEqual([
    `${HUB} eu-west-1 ok`,
    `${SPOKE} eu-west-1 ok`,
  ]);
  expect(await targets(['--organization', '-A', '--external-id', EXTERNAL_ID, ...config])).toHaveLength(4);
});

test('--profile takes the credentials of that profile, also where the environment has some', async () => {
  const files = { AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
  expect(await targets(['--profile', 'spoke'], files)).toEqual([`${SPOKE} eu-west-1 ok`]);
});

test.each([
  [['--all-regions', '--region', 'eu-west-1'], '--all-regions and --region are both given'],
  [
    ['--organization', '--role-arn', `arn:aws:iam::${SPOKE}:role/${SCAN_ROLE}`],
    '--organization and --role-arn are both given',
  ],
  [['--from', 'x.json', '--profile', 'spoke'], '--from reads a file, so --profile has no effect'],
])('%j is bad usage', async (args, message) => {
  const { code, err } = await headroom(['scan', ...args], lab);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test('a profile that does not exist is named, with the nearest one', async () => {
  const { code, err, out } = await headroom(['scan', '--profile', 'spok', '--region', 'eu-west-1'], {
    ...awsEnvironment(lab.url),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
  });
  expect(code).toBe(3);
  expect(`${err}${out}`).toContain('the profile "spok"');
  expect(`${err}${out}`).toContain('Did you mean "spoke"?');
});

test('a refusal names the credentials in use', async () => {
  const files = { AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
  const fault = lab.faults.inject({ action: 'DescribeSubnets' }, accessDenied());
  const environment = await headroom(['scan'], awsEnvironment(lab.url));
  const profile = await headroom(['scan', '--profile', 'spoke'], { ...awsEnvironment(lab.url), ...files });
  fault.remove();
  expect(environment.out).toContain('The credentials are those of the environment (AWS_ACCESS_KEY_ID).');
  expect(profile.out).toContain('The credentials are those of the profile "spoke".');
});

test('a refusal that a file tells has nothing to do with the credentials in use', async () => {
  const file = join(folder, 'refused.json.gz');
  const fault = lab.faults.inject({ action: 'DescribeSubnets' }, accessDenied());
  const collected = await headroom(['collect', '--out', file], awsEnvironment(lab.url));
  fault.remove();
  const { out } = await headroom(['scan', '--from', file], awsEnvironment(lab.url));
  expect(collected.err).toContain('The credentials are those of the environment');
  expect(out).toContain('problem  ');
  expect(out).not.toContain('The credentials are those of');
});

test.each([['eu-wset-1', 'Headroom does not know the Region eu-wset-1. Did you mean "eu-west-1"?']])(
  'a mistyped Region %s is answered with the nearest',
  async (region, message) => {
    const { AWS_ENDPOINT_URL: _, ...environment } = awsEnvironment(lab.url);
    const { out, err, code } = await headroom(['scan', '--region', region], {
      ...environment,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    });
    expect(code).toBe(3);
    expect(`${out}${err}`).toContain(message);
  },
);

test('a word that is no Region is answered with the nearest', async () => {
  const { err } = await headroom(['scan', '--region', 'euwest1'], lab);
  expect(err).toContain('--region euwest1 is not a Region (such as eu-west-1) Did you mean "eu-west-1"?');
});
