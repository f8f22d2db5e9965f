import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from '../../../cli/main.ts';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';

const TARGET = { accountId: '111122223333', region: 'eu-west-1' };
const SUBNET = 'subnet-0a1b2c3d4e5f67890';
const HOUR = 3_600_000;
const TEN = Date.parse('2026-01-15T10:00:00Z');

/** Runs the command in this process: what it prints, and how it ends. */
const headroom = async (args: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
  let out = '';
  let err = '';
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    now: () => TEN,
    colour: false,
    progress: false,
    columns: null,
  });
  return { code, out, err };
};

describe('headroom backfill', () => {
  let folder: string;
  let state: string;
  let csv: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headroom-backfill-'));
    state = join(folder, 'headroom.sqlite');
    csv = join(folder, 'subnet.csv');
    await openSqliteStateStore(state).close();
    const lines = Array.from(
      { length: 48 },
      (_, hours) => `${new Date(TEN - hours * HOUR).toISOString()},${100 + hours}.5`,
    );
    writeFileSync(csv, ['timestamp,available', ...lines].join('\n'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const where = () => ['--state', state, '--account', TARGET.accountId, '--target-region', TARGET.region];

  const stored = async () => {
    const store = openSqliteStateStore(state);
    const history = (await store.history.read(TARGET, [SUBNET], 0)).get(SUBNET);
    await store.close();
    return history;
  };

  test('brings a recorded file into the history of a subnet, twice if need be', async () => {
    const args = ['backfill', ...where(), '--history', csv, '--subnet', SUBNET];
    expect(await headroom(args)).toEqual({
      code: 0,
      out: '48 moments of 1 subnet are in the history.\n',
      err: '',
    });
    const once = await stored();
    expect(once?.addresses.hourly).toHaveLength(48);
    expect(once?.addresses.hourly[0]).toMatchObject({ hour: TEN - 47 * HOUR, minimum: 147, count: 1 });
    expect(once?.prefixes.hourly).toEqual([]);
    await headroom(args);
    expect(await stored()).toEqual(once);
  });

  test('takes a file of free prefixes for what it is', async () => {
    await headroom(['backfill', ...where(), '--history', csv, '--subnet', SUBNET, '--prefixes']);
    const history = await stored();
    expect(history?.addresses.hourly).toEqual([]);
    expect(history?.prefixes.hourly).toHaveLength(48);
  });

  test.each([
    ['no source', [], 'The source of the history is missing.'],
    ['two sources', ['--cloudwatch', '--history', 'x.csv'], '--cloudwatch and --history are both given.'],
    ['a file of no subnet', ['--history', 'x.csv'], '--subnet is missing.'],
    [
      'a subnet that is none',
      ['--history', 'x.csv', '--subnet', 'vpc-1'],
      '--subnet "vpc-1" is not the ID of a subnet.',
    ],
    ['too many days', ['--cloudwatch', '--days', '61'], '--days "61" is not a whole number from 1 to 60.'],
  ])('%s is bad usage', async (_, args, message) => {
    const { code, out, err } = await headroom(['backfill', ...where(), ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  test('an account that is none is bad usage', async () => {
    const { code, err } = await headroom([
      'backfill',
      '--account',
      '12',
      '--target-region',
      'eu-west-1',
      '--cloudwatch',
    ]);
    expect(code).toBe(2);
    expect(err).toContain('--account "12" is not an AWS account ID.');
  });
});
