import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { CLUSTER_METRICS } from '../../../shared/metrics/catalogue.ts';
import { type ServingHeadroom, startServing } from '../../fixtures/serving-headroom.ts';
import { FULL, HUB, ROOMY, THREE_ACCOUNTS_YML, threeAccounts } from '../../fixtures/three-accounts.ts';
import { type PrometheusServer, promtool, startPrometheus } from './prometheus-server.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const RULES = path('../../../infra/server/prometheus/headroom.rules.yml');
const DASHBOARD = JSON.parse(readFileSync(path('../../../infra/server/grafana/headroom.json'), 'utf8')) as {
  panels: { title: string; targets?: { expr: string }[] }[];
};
const ACCOUNTS = [HUB, FULL, ROOMY];

let folder: string;
let lab: Lab;
let serving: ServingHeadroom;
let prometheus: PrometheusServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-prometheus-'));
  writeFileSync(join(folder, 'headroom.yml'), THREE_ACCOUNTS_YML);
  lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now() }) });
  serving = await startServing(lab, folder);
  await Promise.all(ACCOUNTS.map((account) => serving.says(new RegExp(`Z {2}${account} eu-west-1: ok`))));
  prometheus = await startPrometheus(folder, serving.url, RULES);
  await vi.waitFor(
    async () => expect(await prometheus.query('headroom_target_up')).toHaveLength(ACCOUNTS.length),
    { timeout: 30_000, interval: 200 },
  );
});
afterAll(async () => {
  await prometheus.close();
  await serving.stop();
  await lab.close();
  rmSync(folder, { recursive: true });
});

describe('a Prometheus that scrapes headroom serve', () => {
  test('answers how many addresses are available in each account', async () => {
    const samples = await prometheus.query('sum by (account_id) (headroom_subnet_available_addresses)');
    expect(Object.fromEntries(samples.map(({ metric, value }) => [metric['account_id'], value[1]]))).toEqual({
      [HUB]: '241',
      [FULL]: '1',
      [ROOMY]: '248',
    });
  });

  test('joins the names of the subnets to their figures', async () => {
    const [sample] = await prometheus.query(
      'bottomk(1, headroom_subnet_available_addresses) * on (account_id, region, vpc_id, subnet_id) group_left (name) headroom_subnet_info',
    );
    expect([sample?.metric['name'], sample?.value[1]]).toEqual(['full-a', '1']);
  });

  test('has no series for what is unknown or does not exist: no cluster, no exhaustion expected', async () => {
    expect(await prometheus.query('headroom_cluster_nodes')).toEqual([]);
    expect(await prometheus.query('headroom_subnet_exhaustion_seconds')).toEqual([]);
    const values = (await prometheus.query('{__name__=~"headroom_.+"}')).map(({ value }) => Number(value[1]));
    expect(values.length).toBeGreaterThan(30);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test('raises the shipped alert for what Headroom calls critical', async () => {
    const alerts = async () =>
      (
        (await prometheus.api('alerts')) as {
          alerts: { labels: Record<string, string>; state: string; annotations: Record<string, string> }[];
        }
      ).alerts;
    await expect
      .poll(async () => (await alerts()).map(({ labels }) => labels['alertname']), { timeout: 20_000 })
      .toContain('HeadroomCritical');
    const [alert] = await alerts();
    expect(alert).toMatchObject({ state: 'firing', labels: { rule: 'addresses-low', account_id: FULL } });
    expect(alert?.annotations['summary']).toMatch(/^addresses-low: full-a in 222233334444 eu-west-1$/);
  });

  test.each(
    DASHBOARD.panels.flatMap(({ title, targets }) =>
      (targets ?? []).map(({ expr }) => [title, expr] as const),
    ),
  )('answers the dashboard: %s', async (_, expr) => {
    await expect(prometheus.query(expr.replace(/\$\w+/g, '.*'))).resolves.toBeInstanceOf(Array);
  });

  test('has something to show on the dashboard for every figure that this estate has', async () => {
    const empty: string[] = [];
    for (const { title, targets } of DASHBOARD.panels) {
      for (const { expr } of targets ?? []) {
        if ((await prometheus.query(expr.replace(/\$\w+/g, '.*'))).length === 0) empty.push(title);
      }
    }
    // It has no cluster, and after one scan there is no forecast yet.
    const ofClusters = CLUSTER_METRICS.metrics.map(({ name }) => name);
    expect(empty).toEqual([
      ...['Next exhaustion', 'Run out next', 'HoursToExhaustion', 'HoursToPrefixExhaustion'],
      ...ofClusters,
    ]);
  });
});

describe('promtool', () => {
  test('finds nothing wrong with the exposition', async () => {
    const { text } = await serving.get('/metrics');
    expect(promtool(['check', 'metrics'], text)).toEqual({ ok: true, said: '' });
  });

  test('finds nothing wrong with the rules', () => {
    expect(promtool(['check', 'rules', '--lint=all', '--lint-fatal', RULES])).toMatchObject({ ok: true });
  });

  test('agrees with what each rule makes of series that were written down', () => {
    const { ok, said } = promtool(['test', 'rules', path('headroom.rules.test.yml')]);
    expect(said).toContain('SUCCESS');
    expect(ok).toBe(true);
  });

  test('would notice a rule that is wrong', () => {
    const broken = join(folder, 'broken.rules.yml');
    writeFileSync(
      broken,
      readFileSync(RULES, 'utf8').replace('headroom_target_up == 0', 'headroom_target_up =='),
    );
    expect(promtool(['check', 'rules', broken]).ok).toBe(false);
  });
});
