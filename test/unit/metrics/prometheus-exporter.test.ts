import { describe, expect, test } from 'vitest';
import {
  CLUSTER_METRICS,
  RUN_METRICS,
  type RunSummary,
  SUBNET_METRICS,
  VPC_METRICS,
} from '../../../shared/metrics/catalogue.ts';
import { type Exported, PrometheusExporter } from '../../../shared/metrics/prometheus-exporter.ts';
import { prometheusHelp, prometheusMetric } from '../../../shared/metrics/prometheus-names.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { anAlert, aSubject } from '../../fixtures/stored-alerts.ts';

describe('names by the conventions of Prometheus', () => {
  test.each([
    ['subnet', 'AvailableAddresses', 'Count', 'headroom_subnet_available_addresses', 1],
    ['subnet', 'UtilizationPercent', 'Percent', 'headroom_subnet_utilization_ratio', 0.01],
    ['subnet', 'HoursToExhaustion', 'None', 'headroom_subnet_exhaustion_seconds', 3600],
    ['subnet', 'HoursToPrefixExhaustion', 'None', 'headroom_subnet_prefix_exhaustion_seconds', 3600],
    ['cluster', 'totalIPv4Prefixes', 'Count', 'headroom_cluster_total_ipv4_prefixes', 1],
    ['cluster', 'totalIPAddresses', 'Count', 'headroom_cluster_total_ip_addresses', 1],
    ['run', 'ScanDuration', 'Seconds', 'headroom_scan_duration_seconds', 1],
  ] as const)('%s %s (%s) is %s, times %d', (subject, name, unit, expected, scale) => {
    expect(prometheusMetric(subject, { name, unit })).toEqual({ name: expected, scale });
  });

  test('every metric of the catalogue has a name that Prometheus takes, and no two have the same', () => {
    const names = [SUBNET_METRICS, VPC_METRICS, CLUSTER_METRICS, RUN_METRICS].flatMap((family) =>
      family.metrics.map((metric) => prometheusMetric(family.subject, metric).name),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^headroom_[a-z][a-z0-9_]*[a-z0-9]$/);
  });
});

const exported = (known: Partial<Exported>): Exported => ({
  figures: [],
  targets: [],
  staleAfter: 900,
  alerts: [],
  runs: [],
  ...known,
});

describe('the help of metrics', () => {
  const helpOf = (name: string): string =>
    prometheusHelp(
      SUBNET_METRICS,
      SUBNET_METRICS.metrics.find((metric) => metric.name === name) ?? expect.fail(),
    );

  test('has the unit of the exposition, and the names that it has there', () => {
    expect(helpOf('HoursToExhaustion')).toMatch(/^Seconds until no address/);
    expect(helpOf('UtilizationPercent')).toBe(
      'headroom_subnet_used_addresses as a share of headroom_subnet_usable_addresses. From 0 to 1.',
    );
  });

  test('speaks of hours or percent nowhere', async () => {
    const text = await new PrometheusExporter().render(exported({}));
    const help = text.split('\n').filter((line) => line.startsWith('# HELP'));
    expect(help.length).toBeGreaterThan(40);
    expect(help.filter((line) => /hours|percent|HoursTo/i.test(line))).toEqual([]);
  });
});

describe('alerts that fire', () => {
  const subject = { ...aSubject(), name: 'payments-a', clusterNames: ['payments'] };
  const alert = anAlert({ subject });
  const figures = [anAssessment({ subnets: [aSubnet({ tags: { Team: 'payments' } })] })];
  const seriesOf = (text: string, name: string): readonly string[] =>
    text.split('\n').filter((line) => line.startsWith(`${name}{`));
  const render = (changes: Partial<Exported>) =>
    new PrometheusExporter().render(exported({ figures, ...changes }));

  test('carry the names of subnet and cluster, VPC, team, check and runbook', async () => {
    const text = await render({ alerts: [alert], runbookOf: (kind) => `https://example.com/${kind}` });
    const [line = ''] = seriesOf(text, 'headroom_alert_firing');
    for (const label of [
      'name="payments-a"',
      'cluster_name="payments"',
      'vpc_id="vpc-01"',
      'team="payments"',
      'check="addresses-low"',
      'runbook="https://example.com/addresses-low"',
    ])
      expect(line).toContain(label);
  });

  test('do not fire in the exposition once they are acknowledged or muted, and have that state', async () => {
    const acknowledged = { ...alert, acknowledged: { by: 'Ada', at: '2026-01-01T00:00:00.000Z' } };
    const state = async (changes: Partial<Exported>) => {
      const text = await render(changes);
      const [series = ''] = seriesOf(text, 'headroom_alert_state');
      return [seriesOf(text, 'headroom_alert_firing').length, /state="(\w+)"/.exec(series)?.[1]];
    };
    expect(await state({ alerts: [alert] })).toEqual([1, 'firing']);
    expect(await state({ alerts: [acknowledged] })).toEqual([0, 'acknowledged']);
    expect(await state({ alerts: [acknowledged], isMuted: () => true })).toEqual([0, 'muted']);
    expect(await state({ alerts: [alert], isMuted: () => true })).toEqual([0, 'muted']);
    expect(await state({ alerts: [{ ...alert, status: 'resolved' }] })).toEqual([0, undefined]);
  });
});

describe('the exposition', () => {
  test('shows what is known, in base units, with the dimensions as labels', async () => {
    const text = await new PrometheusExporter().render(exported({ figures: [anAssessment()] }));
    const labels = 'account_id="111111111111",region="eu-west-1",vpc_id="vpc-01",subnet_id="subnet-0a"';
    expect(text).toContain(`headroom_subnet_available_addresses{${labels}} 200\n`);
    expect(text).toMatch(/headroom_subnet_utilization_ratio\{.*\} 0\.203/);
    expect(text).toContain('# HELP headroom_subnet_free_prefixes Free whole /28 blocks');
  });

  test('shows invisible characters of a name, so that a label cannot be reordered', async () => {
    const assessment = { ...anAssessment(), subnets: [aSubnet({ name: 'a\u202eb\u200bc\nd' })] };
    const text = await new PrometheusExporter().render(exported({ figures: [assessment] }));
    expect(text).toContain('name="a\uFFFDb\uFFFDc\uFFFDd"');
  });

  test('shows what the latest scan of each target took; what was not measured has no series', async () => {
    const run: RunSummary = {
      ...{ targetsPlanned: null, targetsSucceeded: 1, targetsFailed: 0 },
      ...{ targetsStale: null, targetsNew: null, targetsGone: null },
      ...{ scanSeconds: 2.5, apiCalls: 12, throttles: 0, oldestMapSeconds: null, alertsUndelivered: 0 },
      ...{ metricsPublished: null, metricsWithheld: null },
    };
    const target = { accountId: '111111111111', region: 'eu-west-1' };
    const text = await new PrometheusExporter().render(exported({ runs: [{ target, ...run }] }));
    const labels = 'account_id="111111111111",region="eu-west-1"';
    expect(text).toContain(`headroom_scan_duration_seconds{${labels}} 2.5\n`);
    expect(text).toContain(`headroom_api_calls{${labels}} 12\n`);
    expect(text).toContain(`headroom_throttles{${labels}} 0\n`);
    expect(text).not.toContain('headroom_metrics_published{');
    expect(text).not.toContain('headroom_targets_succeeded');
  });

  test('says from when on a target is stale, and nothing before it knows', async () => {
    const text = await new PrometheusExporter().render(exported({ staleAfter: 64_800 }));
    expect(text).toContain('\nheadroom_stale_after_seconds 64800\n');
    const before = await new PrometheusExporter().render(exported({ staleAfter: null }));
    expect(before).not.toMatch(/^headroom_stale_after_seconds /m);
  });

  test('what became unknown, and a subnet that is gone, have no series any more', async () => {
    const exporter = new PrometheusExporter();
    await exporter.render(exported({ figures: [anAssessment()] }));
    const unknown = anAssessment({ subnets: [aSubnet({ available: null })] });
    expect(await exporter.render(exported({ figures: [unknown] }))).not.toContain(
      'headroom_subnet_available_addresses{',
    );
    const gone = anAssessment({ subnets: [] });
    expect(await exporter.render(exported({ figures: [gone] }))).not.toContain('subnet-0a');
  });

  test('a target that cannot be read is down and keeps its last series, with the time that they are from', async () => {
    const text = await new PrometheusExporter().render(
      exported({
        figures: [anAssessment()],
        targets: [
          {
            target: { accountId: '111111111111', region: 'eu-west-1' },
            isWatched: false,
            scannedAt: '2026-01-01T00:05:00.000Z',
            figuresFrom: '2026-01-01T00:00:00.000Z',
          },
        ],
      }),
    );
    const labels = 'account_id="111111111111",region="eu-west-1"';
    expect(text).toContain(`headroom_target_up{${labels}} 0\n`);
    expect(text).toContain(`headroom_target_last_scan_timestamp_seconds{${labels}} 1767225900\n`);
    expect(text).toContain(`headroom_target_figures_timestamp_seconds{${labels}} 1767225600\n`);
    expect(text).toMatch(/^headroom_subnet_available_addresses\{.*\} 200$/m);
  });

  test('a target that is watched is up; one that was never read has no times', async () => {
    const target = { accountId: '111111111111', region: 'eu-west-1' };
    const text = await new PrometheusExporter().render(
      exported({ targets: [{ target, isWatched: true, scannedAt: null, figuresFrom: null }] }),
    );
    expect(text).toContain('headroom_target_up{account_id="111111111111",region="eu-west-1"} 1\n');
    expect(text).not.toMatch(/^headroom_target_.*timestamp/m);
  });

  test('hostile names are inert: quotes, backslashes and line breaks cannot end a label', async () => {
    const hostile = anAssessment({ subnets: [aSubnet({ name: 'a"} 1\nfake_metric{x="\\' })] });
    const text = await new PrometheusExporter().render(exported({ figures: [hostile] }));
    expect(text).toContain('name="a\\"} 1\uFFFDfake_metric{x=\\"\\\\"');
    expect(text).not.toMatch(/^fake_metric/m);
  });
});
