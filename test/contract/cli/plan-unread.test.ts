import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { plan, shopFile, shopFileWithUnreadReservations } from '../../fixtures/plan-command.ts';

/** The estate of an account whose interfaces could not be listed, so that no cluster is known. */
const unreadFile = (): string => {
  const estate = JSON.parse(readFileSync(shopFile({ nodes: 3, pods: 0 }), 'utf8')) as {
    readonly targets: readonly object[];
  };
  const problem = {
    code: 'access-denied',
    message: 'ec2:DescribeNetworkInterfaces in account 111111111111, eu-west-1, is not allowed',
    action: 'Allow ec2:DescribeNetworkInterfaces to the role.',
  };
  const targets = estate.targets.map((target) => ({ ...target, interfaces: problem }));
  const file = join(mkdtempSync(join(tmpdir(), 'headroom-unread-')), 'estate.json');
  writeFileSync(file, JSON.stringify({ ...estate, targets }));
  return file;
};

const whatIfOfGone = (file: string) =>
  headroomInProcess(['plan', 'what-if', '--nodes', '+3', '--cluster', 'gone', '--from', file]);

test('a cluster that is not found is no cluster that does not exist, where something could not be read', async () => {
  const { code, out, err } = await whatIfOfGone(unreadFile());
  expect([code, out]).toEqual([3, '']);
  expect(err).toContain('Cluster gone is not in what could be read.');
  expect(err).toContain('ec2:DescribeNetworkInterfaces in account 111111111111, eu-west-1, is not allowed');
  expect(err).toContain('Allow ec2:DescribeNetworkInterfaces to the role.');
  expect(err).not.toContain('Nothing matches');
});

test('nor is a subnet', async () => {
  const { code, err } = await headroomInProcess([
    'plan',
    'reserve',
    '--subnet',
    'subnet-0ffffffffffffffff',
    '--from',
    unreadFile(),
  ]);
  expect(code).toBe(3);
  expect(err).toContain('Subnet subnet-0ffffffffffffffff is not in what could be read.');
});

test('where all was read, a wrong name is refused with what there is', async () => {
  const { code, err } = await whatIfOfGone(shopFile({ nodes: 3, pods: 0 }));
  expect(code).toBe(2);
  expect(err).toContain('Nothing matches --cluster gone.');
});

const UNREAD = 'Not all subnets are known: what is missing is listed below.';

test.each([
  [['reserve'], UNREAD],
  [['drain', '--supply', 'addresses'], 'Not all is known: what is missing is listed below.'],
])('plan %j marks a sum of which a part is unknown', async (command, mark) => {
  const args = [...command, '--cluster', 'shop', '--from'];
  const idle = { nodes: 12, pods: 1 };
  const whole = await plan(...args, shopFile(idle));
  const partly = await plan(...args, shopFileWithUnreadReservations('subnet-0b', idle));
  expect([whole.out.includes(mark), partly.out.includes(mark)]).toEqual([false, true]);
});
