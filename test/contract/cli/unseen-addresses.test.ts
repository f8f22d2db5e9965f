import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { shopFile } from '../../fixtures/plan-command.ts';

interface Estate {
  readonly targets: readonly {
    readonly subnets: readonly { readonly subnetId: string; readonly awsAvailable: number }[];
  }[];
}

/** The cluster `shop`; AWS counts 30 addresses fewer in its first subnet than its interfaces leave. */
const file = (() => {
  const estate = JSON.parse(readFileSync(shopFile(), 'utf8')) as Estate;
  const targets = estate.targets.map((target) => ({
    ...target,
    subnets: target.subnets.map((subnet) =>
      subnet.subnetId === 'subnet-0a' ? { ...subnet, awsAvailable: subnet.awsAvailable - 30 } : subnet,
    ),
  }));
  const path = join(mkdtempSync(join(tmpdir(), 'headroom-unseen-')), 'estate.json');
  writeFileSync(path, JSON.stringify({ ...estate, targets }));
  return path;
})();

const outOf = async (...args: readonly string[]): Promise<string> =>
  (await headroomInProcess([...args, '--from', file])).out;

const UNSEEN = '30 addresses more in use, by owners that this scan did not see, in any free place.';

test('the owners of a subnet say that something which the scan cannot see holds more', async () => {
  const table = await outOf('owners', '--subnet', 'subnet-0a');
  expect(table).toContain(
    'unknown  A lower bound: 30 addresses more are in use by owners that this scan did not see.',
  );
  const rows = (await outOf('owners', '--subnet', 'subnet-0a', '--output', 'csv')).trim().split('\n');
  expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(['Cluster nodes', 'unknown']);
  const other = await outOf('owners', '--subnet', 'subnet-0b', '--output', 'csv');
  expect(other).not.toContain('unknown');
});

test('a row for programs has how many addresses were not seen', async () => {
  const { columns, rows } = await (async () => {
    const [head = '', ...lines] = (await outOf('scan', '--output', 'csv')).trim().split('\n');
    return { columns: head.split(','), rows: lines.map((line) => line.split(',')) };
  })();
  const unseenOf = (subnetId: string) =>
    rows.find((row) => row[columns.indexOf('subnet')] === subnetId)?.[columns.indexOf('unseen')];
  expect([unseenOf('subnet-0a'), unseenOf('subnet-0b')]).toEqual(['30', '0']);
});

test('a map says that free places may hold more, and so do ranges to reserve', async () => {
  expect(await outOf('map', 'subnet-0a')).toContain(`\n${UNSEEN}\n`);
  expect(await outOf('map', 'subnet-0b')).not.toContain('did not see');
  expect(await outOf('plan', 'reserve', '--subnet', 'subnet-0a')).toContain(
    `unknown  subnet-0a: ${UNSEEN} A range may give fewer prefixes.`,
  );
  expect(await outOf('plan', 'reserve', '--subnet', 'subnet-0b')).not.toContain('unknown  ');
});
