import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LatestScans } from '../../../cli/serve/latest-scans.ts';
import { createPages } from '../../../cli/serve/pages.ts';
import { ScanLoop } from '../../../cli/serve/scan-loop.ts';
import { createLabClock } from '../../../lab/clock.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';
import { FULL, HUB, ROOMY, THREE_ACCOUNTS_YML, threeAccounts } from '../../fixtures/three-accounts.ts';

/** The runs of `headroom serve`, one after the other, against a lab and a state file that fail in between. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let lab: Lab;
let folder: string;
let now: number;
let said: string;
let latest: LatestScans;
let loop: ScanLoop;

beforeAll(async () => {
  lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now() }) });
});
afterAll(async () => lab.close());

/** A process that starts: with the state file that is there, and nothing in memory. */
const start = (args: { readonly region?: readonly string[]; readonly publicUrl?: string } = {}): void => {
  latest = new LatestScans();
  loop = new ScanLoop({
    options: { state: join(folder, 'headroom.sqlite'), config: join(folder, 'headroom.yml'), ...args },
    io: {
      out: () => {},
      err: (text) => {
        said += text;
      },
      env: {},
      now: () => now,
      colour: false,
      progress: false,
      columns: null,
    },
    latest,
    interval: MINUTE,
    stop: new AbortController().signal,
    breakOff: new AbortController().signal,
  });
};

beforeEach(() => {
  for (const [name, value] of Object.entries(awsEnvironment(lab.url))) vi.stubEnv(name, value);
  folder = mkdtempSync(join(tmpdir(), 'headroom-loop-'));
  writeFileSync(join(folder, 'headroom.yml'), THREE_ACCOUNTS_YML);
  now = Date.now();
  said = '';
  start();
});
afterEach(async () => {
  await loop.settled();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** One run, a minute after the last. */
const run = async (): Promise<string> => {
  now += MINUTE;
  await loop.run();
  await loop.settled();
  return (await createPages({ latest, now: () => now }).metrics()).text;
};

const firing = (metrics: string): readonly string[] =>
  [...metrics.matchAll(/^headroom_alert_firing\{account_id="(\d+|unknown)",.*?rule="([\w-]+)"/gm)]
    .map(([, account, rule]) => `${account} ${rule}`)
    .toSorted();

const up = (metrics: string): readonly string[] =>
  [...metrics.matchAll(/^headroom_target_up\{account_id="(\w+)",region="([\w-]+)"\} (\d)$/gm)]
    .map(([, account, , value]) => `${account} ${value}`)
    .toSorted();

const available = (metrics: string): readonly string[] =>
  [...metrics.matchAll(/^headroom_subnet_available_addresses\{account_id="(\d+)".*\} (\d+)$/gm)]
    .map(([, account, value]) => `${account} ${value}`)
    .toSorted();

describe('messages of a server with a public address', () => {
  test('link to the runbook of the check, and to the map and the history of the subnet on its page', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', awsEnvironment(lab.url, FULL)['AWS_ACCESS_KEY_ID']);
    writeFileSync(
      join(folder, 'headroom.yml'),
      'alerts: { rules: { addresses-low: { for: 0s } } }\nlinks: { page: "https://replaced.example.com" }',
    );
    start({ publicUrl: 'https://headroom.example.com' });
    const metrics = await run();
    expect(said).toContain('Runbook addresses-low: https://headroom.example.com/runbooks/addresses-low');
    expect(said).toMatch(
      new RegExp(`Map and history: https://headroom\\.example\\.com/#${FULL}/eu-west-1/subnet-\\w+`),
    );
    expect(metrics).toContain('runbook="https://headroom.example.com/runbooks/addresses-low"');
  });
});

describe('a message that a destination does not take', () => {
  test('of another account raises delivery-failing on the channels that work, until it is delivered', async () => {
    const rules = 'delivery-failing: { for: 0s }\n    scan-failed';
    const routed = `${THREE_ACCOUNTS_YML.replace('scan-failed', rules)}
destinations:
  pager: { slack: { parameter: /missing } }
routes:
  - { match: { rule: addresses-low }, to: pager }
`;
    writeFileSync(join(folder, 'headroom.yml'), routed);
    await run();
    const failing = await run();
    expect(firing(failing)).toContain(`${HUB} delivery-failing`);
    expect(said).toContain('could not be delivered');
    expect(said).toContain('/missing');
    writeFileSync(join(folder, 'headroom.yml'), routed.replace('to: pager', 'to: default'));
    now += 30 * MINUTE;
    await run();
    const delivered = await run();
    expect(firing(delivered)).not.toContain(`${HUB} delivery-failing`);
    expect(firing(delivered)).toContain(`${FULL} addresses-low`);
  });
});

describe('a digest', () => {
  test('is sent once by the first run after its time, of what the scans of this server found', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', awsEnvironment(lab.url, FULL)['AWS_ACCESS_KEY_ID']);
    writeFileSync(
      join(folder, 'headroom.yml'),
      'digests: { everything: { to: default, every: daily, at: "09:00", timeZone: UTC } }',
    );
    now = Math.floor(now / DAY) * DAY + 8.9 * 3_600_000;
    while ([0, 6].includes(new Date(now).getUTCDay())) now += DAY;
    start();
    await run();
    expect(said).not.toContain('Digest');
    now += 10 * MINUTE;
    await run();
    const digests = () => said.split('\n').filter((line) => line.includes('Digest everything: '));
    expect(digests()).toHaveLength(1);
    expect(said).toContain('full-a');
    await run();
    start();
    await run();
    expect(digests()).toHaveLength(1);
    now += DAY;
    while ([0, 6].includes(new Date(now).getUTCDay())) now += DAY;
    await run();
    expect(digests()).toHaveLength(2);
  });
});

describe('a target that cannot be opened', () => {
  test('STS refuses: an account of our own keeps its number, alerts and series, is down, and raises scan-failed', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', awsEnvironment(lab.url, FULL)['AWS_ACCESS_KEY_ID']);
    writeFileSync(
      join(folder, 'headroom.yml'),
      'alerts: { rules: { addresses-low: { for: 0s }, scan-failed: { for: 0s }, coverage: { for: 0s } } }',
    );
    const before = await run();
    expect([up(before), available(before)]).toEqual([[`${FULL} 1`], [`${FULL} 1`]]);
    expect(firing(before)).toContain(`${FULL} addresses-low`);

    const { remove } = lab.faults.inject({ action: 'GetCallerIdentity' }, accessDenied());
    const during = await run();
    expect([up(during), available(during)]).toEqual([[`${FULL} 0`], [`${FULL} 1`]]);
    expect(firing(during)).toEqual(
      expect.arrayContaining([...firing(before), `${FULL} scan-failed`, `${FULL} coverage`]),
    );
    // The same after a restart: the number and the alerts are in the state file.
    await loop.settled();
    start();
    const restarted = await run();
    expect(up(restarted)).toEqual([`${FULL} 0`]);
    expect(firing(restarted)).toEqual(firing(during));
    remove();

    // The plan of a run looks at how the last one went: the second is the first to find everything watched.
    await run();
    const after = await run();
    expect([up(after), firing(after)]).toEqual([[`${FULL} 1`], firing(before)]);
  });

  test('the account is unknown until AWS has answered once, and that is reported, not hidden', async () => {
    writeFileSync(join(folder, 'headroom.yml'), '');
    const { remove } = lab.faults.inject({ action: 'GetCallerIdentity' }, accessDenied());
    expect(up(await run())).toEqual(['unknown 0']);
    expect(said).toContain('sts:GetCallerIdentity');
    expect(latest.whyNotReady(now)).toBe('none of 1 targets is watched: it could not be scanned');
    remove();
  });

  test('a role that is denied: the target keeps alerts and series, and the others are watched', async () => {
    const before = await run();
    const { remove } = lab.faults.inject({ action: 'AssumeRole' }, accessDenied());
    const during = await run();
    remove();
    expect(up(during)).toEqual([`${HUB} 1`, `${FULL} 0`, `${ROOMY} 0`].toSorted());
    expect(available(during)).toEqual(available(before));
    expect(firing(during)).toEqual(
      expect.arrayContaining([`${FULL} addresses-low`, `${FULL} scan-failed`, `${ROOMY} scan-failed`]),
    );
    expect(up(await run())).toEqual([`${HUB} 1`, `${FULL} 1`, `${ROOMY} 1`].toSorted());
  });

  test('the Regions of an account cannot be listed: its known targets are scanned, and are down', async () => {
    writeFileSync(
      join(folder, 'headroom.yml'),
      THREE_ACCOUNTS_YML.replace('regions: [eu-west-1]', 'regions: enabled'),
    );
    const before = await run();
    const { remove } = lab.faults.inject({ action: 'DescribeRegions', accountId: FULL }, accessDenied());
    const during = await run();
    remove();
    expect(up(during)).toEqual([`${HUB} 1`, `${FULL} 0`, `${ROOMY} 1`].toSorted());
    expect(available(during)).toEqual(available(before));
    expect(firing(during)).toEqual(expect.arrayContaining([`${FULL} addresses-low`, `${FULL} scan-failed`]));
  });
});

describe('a target that headroom.yml no longer selects', () => {
  const without = (accountId: string): string => THREE_ACCOUNTS_YML.replace(`, "${accountId}"`, '');
  const DAY = 24 * 60 * MINUTE;

  test('keeps its alerts for a day, is down, and is reported; then they close, and no series of it is left', async () => {
    expect(firing(await run())).toContain(`${FULL} addresses-low`);
    writeFileSync(join(folder, 'headroom.yml'), without(FULL));
    const during = await run();
    expect(firing(during)).toEqual([`${HUB} coverage`, `${FULL} addresses-low`]);
    expect(up(during)).toEqual([`${HUB} 1`, `${FULL} 0`, `${ROOMY} 1`].toSorted());
    expect(said).toContain(`account ${FULL} in eu-west-1 is no longer selected`);
    now += DAY;
    await run();
    const after = await run();
    expect([firing(after), up(after)]).toEqual([[], [`${HUB} 1`, `${ROOMY} 1`].toSorted()]);
    expect(said).toContain('No longer monitored: full-a');
  });

  test('goes on as before when it is selected again within the day', async () => {
    const before = await run();
    writeFileSync(join(folder, 'headroom.yml'), without(FULL));
    await run();
    writeFileSync(join(folder, 'headroom.yml'), THREE_ACCOUNTS_YML);
    await run();
    const after = await run();
    expect([firing(after), up(after)]).toEqual([firing(before), up(before)]);
    expect(said).not.toContain('No longer monitored');
  });

  test('without alerts is forgotten at once', async () => {
    await run();
    writeFileSync(join(folder, 'headroom.yml'), without(ROOMY));
    const after = await run();
    expect(up(after)).toEqual([`${HUB} 1`, `${FULL} 1`].toSorted());
    expect(firing(after)).not.toContain(`${HUB} coverage`);
  });
});

test('a VPC that no target has makes the alert about an account that left worse', async () => {
  await run();
  const oneLeft = THREE_ACCOUNTS_YML.replace(`, "${FULL}"`, '');
  writeFileSync(join(folder, 'headroom.yml'), oneLeft);
  await run();
  expect(said).toContain(`account ${FULL} in eu-west-1 is no longer selected`);
  writeFileSync(join(folder, 'headroom.yml'), `${oneLeft}scan: { vpcs: [vpc-0abcdef0123456789] }\n`);
  await run();
  await run();
  expect(said).toMatch(/Worse, still a warning: Headroom: 1 VPC of headroom\.yml is not monitored/);
});

describe('the state file', () => {
  const path = (): string => join(folder, 'headroom.sqlite');

  test('of an earlier process tells what fires before the first scan has ended', async () => {
    const before = await run();
    start();
    await loop.recall();
    const { text } = await createPages({ latest, now: () => now }).metrics();
    expect(firing(text)).toEqual(firing(before));
    expect(available(text)).toEqual(available(before));
    expect(up(text)).toEqual([`${HUB} 0`, `${FULL} 0`, `${ROOMY} 0`].toSorted());
  });

  test('is held by another process: nothing is up, and the next run is whole again once it is free', async () => {
    await run();
    const other = new DatabaseSync(path());
    other.exec('BEGIN IMMEDIATE');
    const during = await run();
    expect(up(during)).toEqual([`${HUB} 0`, `${FULL} 0`, `${ROOMY} 0`].toSorted());
    expect(said).toContain('is held by another process');
    other.exec('ROLLBACK');
    other.close();
    expect(up(await run())).toEqual([`${HUB} 1`, `${FULL} 1`, `${ROOMY} 1`].toSorted());
  });

  test.each([
    [
      'corrupt',
      () => writeFileSync(path(), 'this is no database, and it is long enough to be read as one'.repeat(99)),
    ],
    [
      'of another program',
      () => {
        rmSync(path());
        const other = new DatabaseSync(path());
        other.exec('CREATE TABLE theirs (id INTEGER)');
        other.close();
      },
    ],
  ])(
    'is %s: alerts stay, nothing is up or ready, and people are notified once by what still works',
    async (_, spoil) => {
      const before = await run();
      for (const suffix of ['-wal', '-shm']) rmSync(`${path()}${suffix}`, { force: true });
      spoil();
      said = '';
      const during = await run();
      expect(up(during)).toEqual([`${HUB} 0`, `${FULL} 0`, `${ROOMY} 0`].toSorted());
      expect(firing(during)).toEqual(expect.arrayContaining([...firing(before)]));
      expect(latest.whyNotReady(now)).toMatch(/^none of 3 targets is watched: .*alerts could not be read/);
      expect(said).toMatch(/problem {2}\d{12} eu-west-1: .*headroom\.sqlite/);
      const notified = (): number => said.split('3 of 3 accounts in eu-west-1 are not watched').length - 1;
      expect(notified()).toBeGreaterThan(0);
      const once = notified();
      await run();
      expect(notified()).toBe(once);

      for (const suffix of ['', '-wal', '-shm']) rmSync(`${path()}${suffix}`, { force: true });
      await run();
      const after = await run();
      expect(up(after)).toEqual([`${HUB} 1`, `${FULL} 1`, `${ROOMY} 1`].toSorted());
      expect(firing(after)).not.toContain(`${HUB} coverage`);
    },
  );
});
