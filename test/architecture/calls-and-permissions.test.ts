import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { READER_ACTIONS } from '../../shared/aws/function-permissions.ts';

/** What a scan calls is written in the code. Roles, documentation and the doctor must name each call, and no other one. */

const ROOT = join(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const PREFIXES: Readonly<Record<string, string>> = {
  'client-auto-scaling': 'autoscaling',
  'client-ec2': 'ec2',
  'client-ecs': 'ecs',
  'client-eks': 'eks',
  'client-service-quotas': 'servicequotas',
};

/** Every command of the SDK that a source text imports, as IAM writes it. */
const actionsIn = (source: string): readonly string[] =>
  [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/([a-z0-9-]+)'/g)].flatMap(
    ([, names = '', client = '']) =>
      names
        .split(',')
        .map((name) => name.trim().replace(/ as \w+$/, ''))
        .filter((name) => /^[A-Z]\w*Command$/.test(name))
        .map((name) => `${PREFIXES[client] ?? client}:${name.replace(/Command$/, '')}`),
  );

const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => text(join(folder, name)));

/** What the sources of a target call. `organizations` belong to the hub alone. */
const scanned = [
  ...new Set(
    ['shared/inventory', 'shared/clusters']
      .flatMap(sourcesIn)
      .flatMap(actionsIn)
      .filter((action) => !action.startsWith('client-')),
  ),
].sort();

/** Pools of IPAM are read for `plan size` alone. */
const isOfPlans = (action: string): boolean => action.includes('Ipam');

/** What finding the Regions calls, outside those folders. */
const expected = [
  ...new Set([...scanned.filter((action) => !isOfPlans(action)), 'ec2:DescribeRegions']),
].sort();

test('the doctor tries each call of a scan', () => {
  expect([...new Set(actionsIn(text('shared/aws/permission-probe.ts')))].sort()).toEqual(expected);
});

test('the doctor asks IAM for each call of a scan', () => {
  expect([...READER_ACTIONS].sort()).toEqual(expected);
});

test('the page on permissions lists each call of a scan', () => {
  const [, policy = ''] = /```json\n([\s\S]*?)\n```/.exec(text('docs/permissions.md')) ?? [];
  const { Statement } = JSON.parse(policy) as {
    Statement: readonly { Action: string | readonly string[] }[];
  };
  expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual(expected);
});

test('the role of other accounts allows each call of a scan', () => {
  const actions: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'Action') actions.push(...[inner].flat().map(String));
        else visit(inner);
      }
    }
  };
  visit(parse(text('infra/lambda/spoke-role.yml'), { logLevel: 'silent' }));
  const ofScan = actions.filter((action) => /^(?:autoscaling|ec2|ecs|eks|servicequotas):/.test(action));
  expect([...new Set(ofScan)].sort()).toEqual(expected);
});

test('a call that is in none of them would be found', () => {
  expect(actionsIn("import { DescribeNatGatewaysCommand, EC2Client } from '@aws-sdk/client-ec2';")).toEqual([
    'ec2:DescribeNatGateways',
  ]);
  expect(expected).not.toContain('ec2:DescribeNatGateways');
});
