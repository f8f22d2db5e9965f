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
