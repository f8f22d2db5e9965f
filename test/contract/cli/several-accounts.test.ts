import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { shopFile } from '../../fixtures/plan-command.ts';

interface EstateFile {
  readonly targets: readonly { readonly target: { readonly accountId: string } }[];
}

const ONE = '111111111111';
const OTHER = '222222222222';

/** Two accounts, each with a cluster `shop` whose group cannot grow to its maximum. */
const twoShops = (): string => {
  const estate = JSON.parse(readFileSync(shopFile({ nodes: 3, pods: 0 }), 'utf8')) as EstateFile;
  const other = JSON.parse(
    JSON.stringify(estate.targets[0]).replaceAll(ONE, OTHER).replaceAll('-0', '-1'),
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
