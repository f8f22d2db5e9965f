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
    summary: `{{ $labels.rule }}: {{ $labels.subject }} in ${WHERE}`,
    description:
      "Headroom's own alert fires. `headroom alerts` and the report at / of `headroom serve` tell since when, when it runs out, who holds the addresses and what to do.",
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
      summary: `${WHERE} is not scanned, or has gaps`,
      description:
        'The last scan failed or is not whole. What `headroom serve` wrote to standard error names the missing permission and what to do.',
    },
  },
  {
    alert: 'HeadroomTargetStale',
    expr: `time() - headroom_target_last_scan_timestamp_seconds > ${DEFAULT_POLICY.rules.coverage.staleAfter}`,
    labels: { severity: DEFAULT_POLICY.rules.coverage.severity },
    annotations: {
      summary: `${WHERE} was last scanned {{ $value | humanizeDuration }} ago`,
      description: 'Its figures are old: `headroom serve` answers, and scans no more.',
    },
  },
  {
    alert: 'HeadroomAbsent',
    expr: 'absent(headroom_target_up)',
    for: '15m',
    labels: { severity: 'critical' },
    annotations: {
      summary: 'Nobody watches the subnets',
      description: '`headroom serve` is not scraped, or has not finished a scan.',
    },
  },
];

/** Prometheus' alerting rules for `headroom serve`. */
export const prometheusRules = (): string =>
  `# Made by npm run docs. Which subnets are low, and when they run out, is decided by Headroom and its headroom.yml:\n# these rules pass that on, and watch the watcher.\n${stringify({ groups: [{ name: 'headroom', rules: RULES }] }, { lineWidth: 0 })}`;
