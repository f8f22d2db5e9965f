import { describe, expect, test } from 'vitest';
import { grafanaDashboard } from '../../../../scripts/server/grafana-dashboard.ts';
import { prometheusRules } from '../../../../scripts/server/prometheus-rules.ts';
import { CLUSTER_METRICS, SUBNET_METRICS, VPC_METRICS } from '../../../../shared/metrics/catalogue.ts';
import { PrometheusExporter } from '../../../../shared/metrics/prometheus-exporter.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  }[];
}

const exposed = async (): Promise<ReadonlySet<string>> => {
  const text = await new PrometheusExporter().render({
    figures: [],
    targets: [],
    staleAfter: null,
    alerts: [],
    runs: [],
  });
  return new Set([...text.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name ?? ''));
};

const namesIn = (text: string): readonly string[] => [...new Set(text.match(/\bheadroom_[a-z0-9_]+/g))];

describe('what is shipped for Prometheus and Grafana', () => {
  test.each([
    ['rules', prometheusRules],
    ['dashboard', grafanaDashboard],
  ])('the %s ask for no metric that headroom serve does not have', async (_, made) => {
    const known = await exposed();
    const names = namesIn(made());
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test('the dashboard links series and rows to the live page, draws alerts, and ranks both supplies', () => {
    const text = grafanaDashboard();
    const dashboard = JSON.parse(text) as Dashboard & {
      readonly annotations: { readonly list: readonly { readonly expr: string }[] };
    };
    expect(dashboard.annotations.list.map(({ expr }) => expr)).toEqual([
      'headroom_alert_firing{account_id=~"$account_id",region=~"$region"}',
    ]);
    const panel = (title: string): string =>
      JSON.stringify(dashboard.panels.find((each) => each.title === title));
    expect(panel('Run out next')).toContain('headroom_subnet_prefix_exhaustion_seconds');
    expect(panel('AvailableAddresses')).toMatch(/\/#\$\{__field\.labels\.account_id\}\//);
    expect(panel('NetworkAddressUsage')).toMatch(
      /\/#account=\$\{__field\.labels\.account_id\}&region=\$\{__field\.labels\.region\}&vpc=\$\{__field\.labels\.vpc_id\}/,
    );
    expect(panel('CommittedPods')).toMatch(/&cluster=\$\{__field\.labels\.cluster_name\}/);
    expect(panel('Fullest subnets')).toMatch(/\/#\$\{__data\.fields\.account_id\}\//);
    expect(panel('Alerts')).toMatch(/\$\{__data\.fields\.runbook\}/);
    expect(panel('UtilizationPercent')).toContain('"thresholdsStyle":{"mode":"line"}');
  });

  test('what is old is decided by the schedule, and by no number of seconds in a rule or a panel', () => {
    for (const text of [prometheusRules(), grafanaDashboard()]) {
      const ages = [...text.matchAll(/time\(\) - [^"\n]*/g)].map(([expression]) => expression);
      expect(ages.length).toBeGreaterThan(0);
      for (const age of ages) expect(age).toContain('headroom_stale_after_seconds');
    }
    expect(grafanaDashboard()).not.toContain('3600');
  });

  test('the dashboard has a picture of every figure of subnets, VPCs and clusters', () => {
    const { panels } = JSON.parse(grafanaDashboard()) as Dashboard;
    const titles = panels.map(({ title }) => title);
    for (const { metrics } of [SUBNET_METRICS, VPC_METRICS, CLUSTER_METRICS])
      for (const { name } of metrics) expect(titles).toContain(name);
  });

  test('no two panels of the dashboard overlap, and none leaves the grid', () => {
    const { panels } = JSON.parse(grafanaDashboard()) as Dashboard;
    const taken = new Map<string, number>();
    for (const { id, gridPos } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        expect(x).toBeLessThan(24);
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x},${y}`)).toBeUndefined();
          taken.set(`${x},${y}`, id);
        }
      }
    }
  });
});
