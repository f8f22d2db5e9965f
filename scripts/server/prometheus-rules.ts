import { stringify } from 'yaml';
import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const minutes = (seconds: number): string => `${Math.round(seconds / 60)}m`;

const WHERE = '{{ $labels.account_id }} {{ $labels.region }}';

/** An alert of Headroom's own, passed on: its thresholds, forecasts, hysteresis and mutes are those of headroom.yml. */
const passedOn = (severity: 'critical' | 'warning'): Rule => ({
  alert: severity === 'critical' ? 'HeadroomCritical' : 'HeadroomWarning',
  expr: `headroom_alert_firing{severity="${severity}"} == 1`,
  labels: { severity },
  annotations: {
    summary: `{{ $labels.rule }}: {{ or $labels.name $labels.subject }} in ${WHERE}`,
    runbook_url: '{{ $labels.runbook }}',
    description:
      'An alert of Headroom fires. `headroom alerts` and the report at / of `headroom serve` show the start, the forecast, the owners and the remedies.',
  },
});

const RULES: readonly Rule[] = [
  passedOn('critical'),
  passedOn('warning'),
  {
    alert: 'HeadroomTargetDown',
    expr: 'headroom_target_up == 0',
    for: minutes(DEFAULT_POLICY.rules['scan-failed'].pendingFor),
    labels: { severity: DEFAULT_POLICY.rules['scan-failed'].severity },
    annotations: {
      summary: `${WHERE} is not watched`,
      description:
        'The last scan was not read in full, was not stored, or has alerts that could not be delivered. The standard error output of `headroom serve` names the reason and the fix.',
    },
  },
  {
    alert: 'HeadroomTargetStale',
    expr: 'time() - headroom_target_last_scan_timestamp_seconds > on (job, instance) group_left () headroom_stale_after_seconds',
    labels: { severity: DEFAULT_POLICY.rules.coverage.severity },
    annotations: {
      summary: `${WHERE} was last scanned {{ $value | humanizeDuration }} ago`,
      description: 'Its figures are old: `headroom serve` answers but no longer scans.',
    },
  },
  {
    alert: 'HeadroomAbsent',
    expr: 'absent(headroom_target_up)',
    for: '15m',
    labels: { severity: 'critical' },
    annotations: {
      summary: 'The subnets are not monitored',
      description: '`headroom serve` is not scraped, or has not finished a scan.',
    },
  },
];

/** Prometheus' alerting rules for `headroom serve`. */
export const prometheusRules = (): string =>
  `# Made by npm run docs. Headroom and its headroom.yml decide which subnets are low and when they run out:\n# these rules pass its alerts on, and monitor Headroom itself.\n${stringify({ groups: [{ name: 'headroom', rules: RULES }] }, { lineWidth: 0 })}`;
