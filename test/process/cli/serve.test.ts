import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { EXTERNAL_ID, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { accessDenied, hanging } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { headroom } from '../../fixtures/headroom-command.ts';
import { type ServingHeadroom, startServing } from '../../fixtures/serving-headroom.ts';
import { FULL, HUB, ROOMY, THREE_ACCOUNTS_YML, threeAccounts } from '../../fixtures/three-accounts.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now() }) });
});
afterAll(async () => lab.close());

const folderWith = (configuration: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-serve-'));
  writeFileSync(join(folder, 'headroom.yml'), configuration);
  return folder;
};

describe('headroom serve, over three accounts of which one cannot be read', () => {
  let folder: string;
  let serving: ServingHeadroom;
  let denied: ReturnType<Lab['faults']['inject']>;
  beforeAll(async () => {
    folder = folderWith(THREE_ACCOUNTS_YML);
    denied = lab.faults.inject({ action: 'DescribeSubnets', accountId: ROOMY }, accessDenied());
    serving = await startServing(lab, folder);
    await Promise.all(
      [HUB, FULL, ROOMY].map((account) => serving.says(new RegExp(`Z  ${account} eu-west-1: `))),
    );
  });
  afterAll(async () => {
    await serving.stop();
    denied.remove();
    rmSync(folder, { recursive: true });
  });

  test('/metrics shows what is known of the targets that could be read', async () => {
    const { status, type, text } = await serving.get('/metrics');
    expect(status).toBe(200);
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
    const available = [
      ...text.matchAll(/^headroom_subnet_available_addresses\{account_id="(\d+)".*\} (\d+)$/gm),
    ];
    expect(available.map(([, account, value]) => `${account} ${value}`).sort()).toEqual([
      `${HUB} 241`,
      `${FULL} 1`,
    ]);
  });

  test('/metrics tells what each scan took', async () => {
    const { text } = await serving.get('/metrics');
    for (const name of ['headroom_scan_duration_seconds', 'headroom_api_calls', 'headroom_throttles'])
      expect(
        text.match(new RegExp(`^${name}\\{account_id="\\d{12}",region="eu-west-1"\\} [\\d.]+$`, 'gm')),
      ).toHaveLength(3);
  });

  test('a target that failed is down, has no figures, and the others are up', async () => {
    const { text } = await serving.get('/metrics');
    const up = [...text.matchAll(/^headroom_target_up\{account_id="(\d+)".*\} (\d)$/gm)];
    expect(up.map(([, account, value]) => `${account} ${value}`).sort()).toEqual([
      `${HUB} 1`,
      `${FULL} 1`,
      `${ROOMY} 0`,
    ]);
    expect(serving.said()).toMatch(new RegExp(`problem  ${ROOMY} eu-west-1: .*ec2:DescribeSubnets`));
  });

  test('what fires is in the metrics, and is printed because no destination is configured', async () => {
    const { text } = await serving.get('/metrics');
    expect(text).toMatch(
      new RegExp(
        `^headroom_alert_firing\\{account_id="${FULL}",.*rule="addresses-low",severity="critical",.*\\} 1$`,
        'm',
      ),
    );
    expect(text).toMatch(
      new RegExp(`^headroom_alert_firing\\{account_id="${ROOMY}",.*rule="scan-failed"`, 'm'),
    );
    expect(serving.said()).toMatch(/full-a/);
  });

  test('/ is the report, as a page that names the subnets', async () => {
    const { status, type, text } = await serving.get('/');
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toMatch(/^<!doctype html>/i);
    expect(text).toContain('full-a');
  });

  test('/healthz and /readyz say that it lives and that the first scan has ended', async () => {
    expect(await serving.get('/healthz')).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
      text: 'ok\n',
    });
    await expect.poll(async () => (await serving.get('/readyz')).text).toBe('ready\n');
  });

  test('another path is 404, another method 405, and HEAD is as GET without the body', async () => {
    const unknown = await serving.get('/metricsx');
    expect([unknown.status, unknown.text]).toEqual([
      404,
      'There is /, /scan.json, /alerts.json, /runbooks/<check>, /metrics, /healthz and /readyz.\n',
    ]);
    expect((await serving.get('/metrics', 'POST')).status).toBe(405);
    expect(await serving.get('/healthz', 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  test('the alerts are remembered: another command finds them in the same file', async () => {
    const { code, out } = await headroom(['alerts', '--format', 'json'], lab, folder);
    const { alerts } = JSON.parse(out) as { alerts: { key: string; status: string }[] };
    expect(alerts.map(({ key }) => key.split('/')[0]).sort()).toEqual(['addresses', 'scan-failed']);
    expect(code).toBe(1);
  });
});

describe('the life of headroom serve', () => {
  let folder: string;
  let serving: ServingHeadroom | null = null;
  beforeEach(() => {
    folder = folderWith('');
  });
  afterEach(async () => {
    await serving?.stop('SIGKILL');
    serving = null;
    rmSync(folder, { recursive: true });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it with exit code 0, and its port is free again',
    async (signal) => {
      serving = await startServing(lab, folder);
      await serving.says(/: ok, 1 subnet\b/);
      expect(await serving.stop(signal)).toEqual({ code: 0, signal: null });
      expect(serving.said()).toMatch(/Headroom has stopped\.\n$/);
      await expect(serving.get('/healthz')).rejects.toThrow('fetch failed');
    },
  );

  test('before the first scan has ended it lives and is not ready; a second signal ends it at once', async () => {
    const { remove } = lab.faults.inject({ action: 'DescribeVpcs' }, hanging());
    serving = await startServing(lab, folder);
    expect((await serving.get('/healthz')).status).toBe(200);
    expect(await serving.get('/readyz')).toMatchObject({
      status: 503,
      text: 'the first scan is still running\n',
    });
    expect((await serving.get('/metrics')).status).toBe(200);
    serving.signal('SIGTERM');
    await serving.says(/Headroom stops: scans in progress have a few seconds to end/);
    expect(await serving.stop('SIGTERM')).toEqual({ code: null, signal: 'SIGTERM' });
    remove();
  });

  test('SIGTERM ends it with exit code 0 while a scan hangs and clients hold connections open', async () => {
    const fault = lab.faults.inject({ action: 'DescribeVpcs' }, hanging());
    serving = await startServing(lab, folder);
    await expect.poll(() => fault.hits, { timeout: 20_000 }).toBe(1);
    const { hostname, port } = new URL(serving.url);
    const sockets = ['', 'GET / HTTP/1.1\r\nHost: head', 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'].map(
      (bytes) => {
        const socket = createConnection({ host: hostname, port: Number(port) });
        socket.on('error', () => {}).write(bytes);
        return socket;
      },
    );
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect(await serving.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(serving.said()).not.toMatch(/problem|error/);
    for (const socket of sockets) socket.destroy();
    fault.remove();
  });

  test('an interval that the rules cannot serve is reported when it starts, each contradiction in a sentence', async () => {
    serving = await startServing(lab, folder, ['--interval', '1h']);
    const warnings = serving
      .said()
      .split('\n')
      .filter((line) => line.startsWith('warning  '));
    expect(warnings).toEqual([
      expect.stringContaining('(alerts.rules.coverage.staleAfter), and scans are 60 minutes apart'),
      expect.stringContaining('A surge is looked for within'),
    ]);
  });

  test('a VPC that no target has is named, and is an alert: no subnets are no all-clear', async () => {
    writeFileSync(join(folder, 'headroom.yml'), THREE_ACCOUNTS_YML);
    serving = await startServing(lab, folder, ['--vpc', 'vpc-0123456789abcdef0', '--interval', '10s']);
    await serving.says(/No target has vpc-0123456789abcdef0/);
    await serving.says(/1 VPC of headroom\.yml is not monitored/);
    const { text } = await serving.get('/metrics');
    expect(text).toMatch(/^headroom_alert_firing\{.*rule="coverage".*\} 1$/m);
  });

  test('roles given on the command line take the place of the targets in headroom.yml', async () => {
    writeFileSync(join(folder, 'headroom.yml'), THREE_ACCOUNTS_YML);
    const roleArn = `arn:aws:iam::${FULL}:role/${SCAN_ROLE}`;
    serving = await startServing(lab, folder, ['--role-arn', roleArn, '--external-id', EXTERNAL_ID]);
    await expect.poll(async () => (await serving?.get('/readyz'))?.status, { timeout: 20_000 }).toBe(200);
    const scanned = [...serving.said().matchAll(/Z {2}(\d{12}) /g)].map(([, account]) => account);
    expect(scanned).toEqual([FULL]);
  });

  test('it does not start on a port that is taken, and says so', async () => {
    serving = await startServing(lab, folder);
    const port = new URL(serving.url).port;
    const { code, err } = await headroom(['serve', '--listen', `127.0.0.1:${port}`], lab, folder);
    expect(code).toBe(2);
    expect(err).toContain(`cannot listen on 127.0.0.1:${port}`);
  });

  test.each<[string, string[], string]>([
    ['--listen 9464', ['--listen', '9464'], '--listen 9464 is not an address and a port.'],
    ['a port that there is not', ['--listen', '127.0.0.1:65536'], '--listen 127.0.0.1:65536 is not'],
    ['an interval without a unit', ['--interval', '5'], '--interval 5 is not a time'],
    ['an interval under ten seconds', ['--interval', '9s'], 'from 10 seconds to a day'],
    ['an interval over a day', ['--interval', '25h'], 'from 10 seconds to a day'],
    ['a Region that is none', ['--region', 'mars'], '--region mars is not a Region'],
    ['a configuration that is not there', ['--config', 'no.yml'], 'no.yml cannot be read'],
  ])('%s is bad usage, and nothing is started', async (_, args, message) => {
    const { code, err, out } = await headroomInProcess(['serve', ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).not.toContain('Headroom answers');
  });

  test('all that is wrong with its options is named at once', async () => {
    const wrong = {
      '--region': 'mars',
      '--public-url': 'ftp://headroom',
      '--listen': '9464',
      '--token-file': 'no-token',
      '--allow-host': 'https://headroom',
      '--interval': '5',
    };
    const { code, err } = await headroomInProcess(['serve', ...Object.entries(wrong).flat()]);
    expect(code).toBe(2);
    for (const option of Object.keys(wrong)) expect(err).toContain(option);
  });
});
