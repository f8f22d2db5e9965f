import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';

let folder: string;
let receiver: CannedAws;
let refuses: (path: string) => boolean;
const OK: CannedReply = { body: '' };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-test-message-'));
  refuses = () => false;
  // It stands for Alertmanager under two paths, and for AWS, which does not know who asks.
  receiver = await startCannedAws(({ action }) =>
    action === 'GetCallerIdentity' || refuses(action) ? { status: 403, body: '{"message":"refused"}' } : OK,
  );
  const variables = {
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: receiver.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  writeFileSync(
    join(folder, 'headroom.yml'),
    `destinations:
  on-call: { alertmanager: { url: '${receiver.url}/on-call' } }
  platform: { alertmanager: { url: '${receiver.url}/platform' } }
`,
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

const headroom = (...args: readonly string[]) =>
  headroomInProcess(['test-message', '--config', join(folder, 'headroom.yml'), ...args]);

const posted = () =>
  receiver.requests.flatMap(({ action, body }) =>
    action.startsWith('POST ')
      ? (JSON.parse(body) as { labels: Record<string, string>; endsAt?: string }[]).map((alert) => ({
          to: action.split('/')[1],
          ...alert,
        }))
      : [],
  );

describe('headroom test-message', () => {
  test('sends to every destination of headroom.yml a message that is a test, and its end', async () => {
    const { code, out } = await headroom();
    expect([code, out]).toEqual([
      0,
      'sent    on-call: the test message and its end were accepted.\nsent    platform: the test message and its end were accepted.\n',
    ]);
    const alerts = posted();
    expect(alerts.map(({ to }) => to).toSorted()).toEqual(['on-call', 'on-call', 'platform', 'platform']);
    for (const { labels } of alerts)
      expect(labels).toMatchObject({ alertname: 'HeadroomTestMessage', severity: 'warning' });
  });

  test('sends only to those that are named, at the level that is asked for', async () => {
    const { code, out } = await headroom('on-call', '--severity', 'critical', '--output', 'json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        schema: 'headroom/test-message@1',
        severity: 'critical',
        destinations: [{ destination: 'on-call', status: 'sent', problem: null }],
      },
    ]);
    expect(posted().map(({ labels }) => labels['severity'])).toEqual(['critical', 'critical']);
  });

  test.each([
    ['some', (path: string) => path.includes('/on-call'), 4],
    ['all', () => true, 3],
  ])('says which refused, why and what to do: %s', async (_, refused, expected) => {
    refuses = refused;
    const { code, out } = await headroom();
    expect(code).toBe(expected);
    expect(out).toMatch(/failed {2}on-call: .*403.*\.\n {8}\S.*\./);
  });

  test.each([
    [['on-cal'], 'There is no destination on-cal. try Name some of on-call, platform.'],
    [['--severity', 'info'], '--severity info is not a level.'],
    [['--wait', '1h'], '--wait 1h is not a time of at most 10 minutes.'],
    [['--wait', '11m'], '--wait 11m is not a time of at most 10 minutes.'],
    [['--wait', '-1s'], '--wait'],
    [['--output', 'csv'], '--output csv is none of table, json, yaml.'],
  ])('refuses %j before anything is sent', async (args, sentence) => {
    const { code, err } = await headroom(...args);
    expect(code).toBe(2);
    expect(err.replace(/\s+/g, ' ')).toContain(sentence);
    expect(posted()).toEqual([]);
  });

  test('has nothing to test without destinations, and says how the topic of a deployment is tested', async () => {
    writeFileSync(join(folder, 'headroom.yml'), '');
    const { code, err } = await headroom();
    expect([code, err]).toEqual([2, expect.stringContaining('function plan-scan')]);
  });
});
