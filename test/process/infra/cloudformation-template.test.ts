import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { builtTemplate } from '../../fixtures/infra/built-template.ts';
import { packageDeployment } from '../../fixtures/infra/packaged.ts';
import {
  isRecord,
  type Json,
  type JsonRecord,
  resolvedResources,
  SURROUNDINGS,
  type Template,
} from '../../fixtures/infra/template.ts';

const OTHER_ACCOUNTS = ['444455556666', '777788889999'];
const ACCOUNTS_YML = `targets: { accounts: [${OTHER_ACCOUNTS.map((id) => `"${id}"`).join(', ')}], externalId: hub-1 }\n`;

/** Each deployment by osls, and the same by the parameters of the template. */
const DEPLOYMENTS: Readonly<
  Record<string, { osls: Record<string, string>; parameters: JsonRecord; yml?: string }>
> = {
  plain: { osls: {}, parameters: {} },
  'of a hub that reads two other accounts': {
    osls: {},
    yml: ACCOUNTS_YML,
    parameters: {
      HeadroomYml: ACCOUNTS_YML,
      ReaderRoleArns: OTHER_ACCOUNTS.map((id) => `arn:aws:iam::${id}:role/HeadroomReader`).join(','),
    },
  },
  'with every parameter': {
    osls: {
      email: 'platform@example.com',
      slackParameter: '/headroom/slack',
      runbooks: 'https://wiki.example.com/headroom/{check}',
      schedule: 'rate(10 minutes)',
      namePrefix: 'ips',
      permissionsBoundary: 'arn:aws:iam::111122223333:policy/bounds',
      rolePath: '/monitoring/',
      logRetentionInDays: '90',
      keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd',
      subnetIds: 'subnet-1,subnet-2',
      securityGroupIds: 'sg-1',
      alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:oncall',
      tableDeletionProtection: 'true',
      pointInTimeRecovery: 'true',
      memorySize: '512',
    },
    parameters: {
      Email: 'platform@example.com',
      SlackParameter: '/headroom/slack',
      Runbooks: 'https://wiki.example.com/headroom/{check}',
      Schedule: 'rate(10 minutes)',
      Name: 'ips-prod',
      PermissionsBoundary: 'arn:aws:iam::111122223333:policy/bounds',
      RolePath: '/monitoring/',
      LogRetentionInDays: 90,
      KeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd',
      SubnetIds: 'subnet-1,subnet-2',
      SecurityGroupIds: 'sg-1',
      AlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:oncall',
      TableDeletionProtection: 'true',
      PointInTimeRecovery: 'true',
      MemorySize: '512',
    },
  },
};

let folder: string;
let template: Template;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headroom-template-'));
  await builtTemplate(folder);
  template = parse(await readFile(join(folder, 'headroom.template.yml'), 'utf8'), {
    logLevel: 'silent',
  }) as Template;
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What both ways must agree on: all but where packages are, and what a role's default path is written as. */
const compared = (resources: Json): Json => {
  if (Array.isArray(resources)) return resources.map(compared);
  if (!isRecord(resources)) return resources;
  return Object.fromEntries(
    Object.entries(resources).flatMap(([key, value]) =>
      key === 'Code' ||
      value === null ||
      key.startsWith('ServerlessDeployment') ||
      (key === 'Path' && value === '/') ||
      (key === 'Handler' && typeof value === 'string')
        ? []
        : [[key, compared(value)]],
    ),
  );
};

describe.each(Object.entries(DEPLOYMENTS))('a deployment %s', (name, { osls, parameters, yml }) => {
  test('has the same resources by the template as by osls', async () => {
    const folderOf = `dist/test-template-${name.replaceAll(' ', '-')}-${process.pid}`;
    const HEADROOM_YML = join(folder, `${yml === undefined ? 'none' : 'accounts'}.yml`);
    if (yml !== undefined) await writeFile(HEADROOM_YML, yml);
    const packaged = await packageDeployment(folderOf, osls, { HEADROOM_YML });
    await rm(packaged.folder, { recursive: true, force: true });

    const byTemplate = resolvedResources(template, { ...SURROUNDINGS, parameters });

    // The text of headroom.yml ends with a line break in the one, which a parameter's default cannot show.
    const trimmed = (text: Json): unknown => JSON.parse(JSON.stringify(text).replaceAll('\\n"', '"'));
    expect(trimmed(compared(byTemplate))).toEqual(trimmed(compared(resolvedResources(packaged.template))));
  }, 300_000);
});

test('roles may use the destinations whose ARNs are given, and have no such policy without any', () => {
  const arns = [
    'arn:aws:events:eu-west-1:111122223333:event-bus/network',
    'arn:aws:ssm:eu-west-1:111122223333:parameter/headroom/teams',
  ];
  const given = resolvedResources(template, {
    ...SURROUNDINGS,
    parameters: { DestinationArns: arns.join(',') },
  });
  expect(JSON.stringify(Reflect.get(Object(given), 'DestinationsPolicy'))).toContain(
    `"Resource":${JSON.stringify(arns)}`,
  );
  const none = resolvedResources(template, { ...SURROUNDINGS, parameters: {} });
  expect(Object.keys(Object(none))).not.toContain('DestinationsPolicy');
});

test('a change that only one of the two makes would be seen', () => {
  const changed = structuredClone(template) as { Resources: Record<string, { Properties: object }> };
  Reflect.set(changed.Resources['StateTable']?.Properties ?? {}, 'BillingMode', 'PROVISIONED');
  expect(compared(resolvedResources(changed as unknown as Template))).not.toEqual(
    compared(resolvedResources(template)),
  );
});

test('no placeholder is left in the template', () => {
  const { Parameters: _, ...rest } = template;
  expect(JSON.stringify(rest)).not.toMatch(/placeholder|us-east-1|<\w+>|3653|list:/);
});

test('every parameter is used, and shown in a group', () => {
  const { Parameters = {}, ...rest } = template;
  const { Metadata, ...used } = rest as unknown as Record<string, Json>;
  for (const name of Object.keys(Parameters)) {
    expect(JSON.stringify(used)).toMatch(new RegExp(`\\{"Ref":"${name}"\\}|\\$\\{${name}\\}`));
    expect(JSON.stringify(Metadata)).toContain(`"${name}"`);
  }
});
