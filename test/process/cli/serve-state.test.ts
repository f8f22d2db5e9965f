import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { headroom } from '../../fixtures/headroom-command.ts';
import { type ServingHeadroom, type ServingLimits, startServing } from '../../fixtures/serving-headroom.ts';
import { FULL, HUB, ROOMY, THREE_ACCOUNTS_YML, threeAccounts } from '../../fixtures/three-accounts.ts';

/** A user without rights, where the tests run as root, who may write everything. */
const OTHER_USER: ServingLimits = process.getuid?.() === 0 ? { uid: 65_534 } : {};

let lab: Lab;
let folder: string;
let serving: ServingHeadroom | null = null;

beforeAll(async () => {
  lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now() }) });
});
afterAll(async () => lab.close());

/** A state file with a whole run in it. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-state-'));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'headroom.yml'), THREE_ACCOUNTS_YML);
  const first = await startServing(lab, folder);
  await Promise.all(
    [HUB, FULL, ROOMY].map((account) => first.says(new RegExp(`Z {2}${account} eu-west-1: ok`))),
  );
  await first.stop();
});
afterEach(async () => {
  await serving?.stop('SIGKILL');
  serving = null;
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

/** Everything in the folder, as those see it who may not write. */
const readOnly = (): void => {
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444);
  chmodSync(folder, 0o555);
};

describe.each<[string, () => void, ServingLimits]>([
  ['on a full disk', () => {}, { fileKilobytes: 1 }],
  ['read-only', readOnly, OTHER_USER],
])('a state file that is %s', (_, spoil, limits) => {
  test('is reported on every channel of serve that still works, and hides no alert', async () => {
    spoil();
    serving = await startServing(lab, folder, [], limits);
    await expect
      .poll(async () => (await serving?.get('/readyz'))?.text, { timeout: 30_000 })
      .toMatch(/^none of 3 targets is watched: /);
    expect((await serving.get('/readyz')).status).toBe(503);
    const { text } = await serving.get('/metrics');
    expect([...text.matchAll(/^headroom_target_up\{.*\} (\d)$/gm)].map(([, up]) => up)).toEqual([
      '0',
      '0',
      '0',
    ]);
    expect(text).toMatch(
      new RegExp(`^headroom_alert_firing\\{account_id="${FULL}",.*rule="addresses-low"`, 'm'),
    );
    expect(text).toMatch(new RegExp(`^headroom_subnet_available_addresses\\{account_id="${HUB}"`, 'm'));
    // Standard error, and the destination of alerts, which is the terminal here.
    await serving.says(/problem {2}\d{12} eu-west-1: .*headroom\.sqlite/);
    await serving.says(/3 of 3 accounts in eu-west-1 are not watched/);
    expect(await serving.stop()).toEqual({ code: 0, signal: null });
  });
});

test('acknowledge on a full disk says so, and the alert is not acknowledged', async () => {
  const file = join(folder, 'headroom.sqlite');
  const listed = async (): Promise<
    readonly { readonly identity: string; readonly acknowledged: unknown }[]
  > => JSON.parse((await headroom(['alerts', '--format', 'json', '--state', file], lab)).out).alerts;
  const [alert] = await listed();
  if (alert === undefined) throw new Error('no alert fires');
  const { status, stdout, stderr } = spawnSync(
    'bash',
    [
      '-c',
      'trap "" XFSZ; ulimit -f 1; exec "$@"',
      'limited',
      process.execPath,
      inject('bundledCommand'),
      'acknowledge',
      alert.identity,
      '--by',
      'maria',
      '--state',
      file,
    ],
    { encoding: 'utf8' },
  );
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error .*headroom\.sqlite.*\n {2}try .*\n$/);
  expect(status).toBeGreaterThan(1);
  expect((await listed()).map(({ acknowledged }) => acknowledged)).not.toContainEqual(expect.anything());
});

test('alerts and report read a state file that is read-only, with its folder', async () => {
  readOnly();
  const alerts = await headroom(
    ['alerts', '--format', 'json', '--state', join(folder, 'headroom.sqlite')],
    lab,
  );
  expect(alerts.code, alerts.err).toBe(1);
  expect(alerts.out).toContain(FULL);
  const report = await headroom(['report', '--out', '-', '--state', join(folder, 'headroom.sqlite')], lab);
  expect(report.code, report.err).toBe(0);
  expect(report.out).toContain('full-a');
});
