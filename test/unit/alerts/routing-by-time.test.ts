import { describe, expect, test } from 'vitest';
import { alertingFor } from '../../../shared/alerts/alerting.ts';
import { reduceAlert } from '../../../shared/alerts/lifecycle.ts';
import { destinationsFor } from '../../../shared/alerts/routing.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import type { Alert, AlertLevel, Transition } from '../../../shared/model/alert/alert.ts';
import { anObservation } from '../../fixtures/observations.ts';

/** By day to the team, at other times to the pager. Berlin is an hour ahead of UTC in winter. */
const { alerts: POLICY } = parseConfiguration(
  `destinations: { team: { slack: { secret: a } }, pager: { pagerduty: { secret: b } } }
routes:
  - to: team
    hours: { start: "08:00", end: "18:00", days: [monday, tuesday, wednesday, thursday, friday], timeZone: Europe/Berlin }
  - to: pager
alerts: { rules: { addresses-low: { for: 0s, clearFor: 0s } } }
`,
  'headroom.yml',
);

/** Where each step goes, of an alert that has these levels at these times. */
const journey = (...steps: readonly (readonly [at: string, level: AlertLevel])[]): readonly string[] => {
  let alert: Alert | null = null;
  return steps.flatMap(([at, level]) => {
    const now = Date.parse(at);
    const alerting = alertingFor({
      observations: [anObservation(level)],
      policy: POLICY,
      stored: alert === null ? [] : [alert],
      isGone: () => false,
      links: { dashboard: null },
      now,
    });
    const sent: Transition[] = [];
    for (const observation of alerting.observations) {
      const reduction = reduceAlert(alert, observation, alerting.settingsFor(observation), now);
      alert = reduction.alert;
      sent.push(...reduction.transitions);
    }
    return sent.map(
      (step) => `${step.transition} to ${destinationsFor(step, POLICY.routes).join(' and ') || 'default'}`,
    );
  });
};

describe('a route with hours', () => {
  test('takes what is announced within them by the clocks of its time zone', () => {
    // A Thursday.
    expect(journey(['2026-01-15T06:59:00Z', 'warning'])).toEqual(['firing to pager']);
    expect(journey(['2026-01-15T07:00:00Z', 'warning'])).toEqual(['firing to team']);
    expect(journey(['2026-01-15T16:59:00Z', 'warning'])).toEqual(['firing to team']);
    expect(journey(['2026-01-15T17:00:00Z', 'warning'])).toEqual(['firing to pager']);
    expect(journey(['2026-01-17T10:00:00Z', 'warning'])).toEqual(['firing to pager']);
  });

  test('an end goes to those who were notified, whatever the hour is', () => {
    expect(journey(['2026-01-15T10:00:00Z', 'warning'], ['2026-01-15T23:00:00Z', 'ok'])).toEqual([
      'firing to team',
      'resolved to team',
    ]);
    expect(
      journey(
        ['2026-01-15T10:00:00Z', 'warning'],
        ['2026-01-15T23:00:00Z', 'critical'],
        ['2026-01-16T10:00:00Z', 'warning'],
        ['2026-01-16T11:00:00Z', 'ok'],
      ),
    ).toEqual([
      'firing to team',
      'escalated to pager',
      'deescalated to team and pager',
      'resolved to team and pager',
    ]);
  });

  test('an alert that began before the hours were configured ends for all who may have it', () => {
    const step = {
      ...(reduceAlert(null, anObservation('warning'), { pendingFor: 0, clearFor: 0, repeatEvery: 0 }, 0)
        .transitions[0] as Transition),
      transition: 'resolved' as const,
      severity: 'ok' as const,
      previousSeverity: 'warning' as const,
    };
    expect(destinationsFor(step, POLICY.routes)).toEqual(['team', 'pager']);
  });

  test('hours that begin when they end are refused', () => {
    expect(() =>
      parseConfiguration(
        'routes: [{ to: default, hours: { start: "08:00", end: "08:00" } }]',
        'headroom.yml',
      ),
    ).toThrow('is the same as its start');
  });
});
