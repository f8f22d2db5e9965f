import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NotChecked } from '../../../shared/model/result/not-checked.ts';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { shopFile } from '../../fixtures/plan-command.ts';

interface EstateFile {
  readonly targets: readonly { readonly target: { readonly accountId: string } }[];
}

const ONE = '111111111111';
const OTHER = '222222222222';

/** Two accounts, each with a cluster `shop` whose group cannot grow to its maximum. The other one is in the given Region. */
const twoShops = (region = 'eu-west-1', twin = 'shop-1a'): string => {
  const shop = readFileSync(shopFile({ nodes: 3, pods: 0 }), 'utf8');
  const estate = JSON.parse(shop) as EstateFile;
  const other = JSON.parse(
    JSON.stringify(estate.targets[0])
      .replaceAll(ONE, OTHER)
      .replaceAll('-0', '-1')
      .replaceAll('eu-west-1', region),
    (key, value: unknown) => (key === 'name' && value === 'shop-1a' ? twin : value),
  ) as object;
  const file = join(mkdtempSync(join(tmpdir(), 'headroom-accounts-')), 'estate.json');
  writeFileSync(file, JSON.stringify({ ...estate, targets: [...estate.targets, other] }));
  return file;
};

const TITLE = 'shop/workers: can scale to 75 of its 1,000 nodes';

test.each(['findings', 'scan'])('`%s` says where each of two clusters of one name is', async (command) => {
  const { out } = await headroomInProcess([command, '--from', twoShops()]);
  const lines = out.split('\n');
  const places = lines.flatMap((line, index) => (line.includes(TITLE) ? [lines[index + 1]?.trim()] : []));
  expect(places).toEqual([`${ONE} eu-west-1`, `${OTHER} eu-west-1`]);
});

test('of one account alone it does not say where', async () => {
  const { out } = await headroomInProcess(['findings', '--from', shopFile({ nodes: 3, pods: 0 })]);
  expect(out).toContain(TITLE);
  expect(out).not.toContain(`${ONE} eu-west-1`);
});

test('names are different ones, and each stands once', async () => {
  const file = twoShops();
  const names = async (command: string): Promise<readonly string[]> =>
    (await headroomInProcess([command, '--output', 'name', '--from', file])).out.trim().split('\n');
  expect(await names('findings')).toEqual(
    ['committed-demand/node-group/shop/workers', 'zone-failover/cluster/shop'].flatMap((id) =>
      [ONE, OTHER].map((account) => `${account}/eu-west-1/${id}`),
    ),
  );
  expect(await names('clusters')).toEqual(['shop']);
});

describe('a subnet of a plan', () => {
  const reserve = async (...args: readonly string[]) => {
    const { code, out, err } = await headroomInProcess(['plan', 'reserve', '--output', 'json', ...args]);
    return { code, err, commands: out === '' ? [] : (JSON.parse(out) as { commands: string[] }).commands };
  };

  test('is given by its id or its name, and its commands have its Region', async () => {
    const file = twoShops('us-east-1');
    const byId = await reserve('--subnet', 'subnet-0a', '--subnet', 'subnet-1a', '--from', file);
    expect(byId.err).toBe('');
    const regions = byId.commands.map((command) => [
      /subnet-\d\w/.exec(command)?.[0],
      command.split(' ').at(-1),
    ]);
    expect(new Set(regions.map((each) => each.join(' ')))).toEqual(
      new Set(['subnet-0a eu-west-1', 'subnet-1a us-east-1']),
    );
    expect(await reserve('--subnet', 'shop-1a', '--from', file)).toEqual(
      await reserve('--subnet', 'subnet-1a', '--from', file),
    );
  });

  test('is not guessed where two have the name', async () => {
    const { code, err } = await reserve('--subnet', 'shop-0a', '--from', twoShops('us-east-1', 'shop-0a'));
    expect(code).toBe(2);
    expect(err).toContain('2 subnets are called shop-0a: subnet-0a, subnet-1a.');
  });
});

test('a shared subnet is explained as one account sees it, and why a participant cannot check it', async () => {
  const estate = JSON.parse(readFileSync(shopFile({ nodes: 3, pods: 0 }), 'utf8')) as EstateFile;
  const [owner] = estate.targets;
  const participant = {
    ...owner,
    target: { ...owner?.target, accountId: OTHER },
    interfaces: [],
    instances: [],
    eksClusters: [],
    autoScalingGroups: [],
  };
  const file = join(mkdtempSync(join(tmpdir(), 'headroom-accounts-')), 'estate.json');
  writeFileSync(file, JSON.stringify({ ...estate, targets: [owner, participant] }));
  const notChecked = async (account: string) => {
    const args = ['explain', 'subnet-0a', '--account', account, '--output', 'json', '--from', file];
    const { out } = await headroomInProcess(args);
    return (JSON.parse(out) as { notChecked: NotChecked[] }).notChecked;
  };
  for (const account of [ONE, OTHER])
    for (const { subjects } of await notChecked(account))
      expect(subjects.map(({ accountId }) => accountId)).toEqual([account]);
  expect(await notChecked(OTHER)).toContainEqual(
    expect.objectContaining({
      kind: 'leaked-interfaces',
      reason: 'Another account owns the subnet, and sees all interfaces in it.',
    }),
  );
});
