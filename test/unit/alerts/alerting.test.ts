import { describe, expect, test } from 'vitest';
import { alertingFor } from '../../../shared/alerts/alerting.ts';
import { isGone } from '../../../shared/alerts/gone.ts';
import { lifecycleSettingsFor } from '../../../shared/alerts/policy-lookup.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { Alert } from '../../../shared/model/alert/alert.ts';
import type { AlertPolicy } from '../../../shared/model/alert/policy.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { observationsOf } from '../../fixtures/check-observations.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { alertAfter, lastTransition } from '../../fixtures/transitions.ts';

const NOW = Date.parse('2026-01-01T01:00:00.000Z');

const noWaiting: AlertPolicy = {
  ...DEFAULT_POLICY,
  overrides: [
    { match: {}, rules: { 'addresses-low': { pendingFor: 0 }, 'addresses-exhausted': { pendingFor: 0 } } },
  ],
};

const alerting = (
  changes: Partial<TargetAssessment>,
  stored: readonly Alert[] = [],
  policy: AlertPolicy = noWaiting,
  vpcIds: readonly string[] | null = null,
) => {
  const assessment = anAssessment(changes);
  return alertingFor({
    observations: observationsOf(assessment, policy),
    policy,
    stored,
    isGone: (alert) => isGone(alert, assessment, vpcIds),
    links: { dashboard: null },
    now: NOW,
  });
};

describe('the decisions about one scan', () => {
  const exhaustion = lastTransition(anObservation('warning', { rule: 'prefixes-exhaustion' }));

  test('a cause that is found in this very scan silences its symptoms already', () => {
    const critical = { subnets: [aSubnet({ available: 0 })] };
    expect(alerting(critical).isSilenced(exhaustion)).toBe(true);
    expect(alerting({}).isSilenced(exhaustion)).toBe(false);
  });

  test('a cause that still waits silences nothing', () => {
    expect(
      alerting({ subnets: [aSubnet({ available: 0 })] }, [], DEFAULT_POLICY).isSilenced(exhaustion),
    ).toBe(false);
  });

  test('a cause that ends with this scan silences nothing any more', () => {
    const stored = [alertAfter(anObservation('critical'))];
    expect(alerting({}, stored).isSilenced(exhaustion)).toBe(false);
    expect(alerting({ subnets: [] }, stored).isSilenced(exhaustion)).toBe(false);
  });

  test('a cause that this scan could not see goes on silencing', () => {
    const target = { ...anAssessment().target, status: 'failed' as const };
    const stored = [alertAfter(anObservation('critical'))];
    expect(alerting({ subnets: [], target }, stored).isSilenced(exhaustion)).toBe(true);
  });

  test('a repeat that says for the first time that nothing is left goes to those who want no repeats', () => {
    const twice = [anObservation('critical'), anObservation('critical')];
    const repeat = { ...lastTransition(...twice), transition: 'repeated' as const };
    const policy: AlertPolicy = {
      ...noWaiting,
      delivery: { ...noWaiting.delivery, otherwise: { ...noWaiting.delivery.otherwise, repeat: 'never' } },
    };
    expect(alerting({}, [], policy).isSilenced(repeat)).toBe(true);
    expect(alerting({}, [], policy).isSilenced({ ...repeat, isFirst: true })).toBe(false);
  });

  test('the waiting and repeating of each alert are those of its rule and subject', () => {
    const { settingsFor } = alerting({});
    expect(settingsFor(anObservation('warning'))).toMatchObject({ pendingFor: 0 });
    expect(settingsFor(anObservation('warning', { rule: 'addresses-exhaustion' }))).toMatchObject({
      pendingFor: DEFAULT_POLICY.rules['addresses-exhaustion'].pendingFor,
    });
  });

  test('an alert of a rule that is no more ends without delay', () => {
    expect(
      lifecycleSettingsFor(anObservation('ok', { rule: 'from-another-version' }), DEFAULT_POLICY),
    ).toEqual({
      pendingFor: 0,
      clearFor: 0,
      repeatEvery: 0,
    });
    expect(lifecycleSettingsFor(anObservation('ok', { rule: 'toString' }), DEFAULT_POLICY).pendingFor).toBe(
      0,
    );
  });

  test('an alert of a rule that was switched off ends without delay, and one that is on waits as its rule says', () => {
    const rule = 'addresses-exhaustion';
    const waits = (enabled: boolean): number =>
      lifecycleSettingsFor(anObservation('ok', { rule }), {
        ...DEFAULT_POLICY,
        rules: { ...DEFAULT_POLICY.rules, [rule]: { ...DEFAULT_POLICY.rules[rule], enabled } },
      }).clearFor;
    expect([waits(true), waits(false)]).toEqual([12 * 3600, 0]);
  });

  test('messages go by the routes of the policy', () => {
    const routes = [{ match: {}, to: ['platform'], continue: false }];
    const messages = alerting({}, [], { ...DEFAULT_POLICY, routes }).group([exhaustion]);
    expect(messages.map(({ destinations }) => destinations)).toEqual([['platform']]);
  });

  test('what a rule says is handed on with its cause', () => {
    const { observations } = alerting({ subnets: [aSubnet({ available: 0 })] });
    expect(observations.find(({ rule }) => rule === 'addresses-exhausted')).toMatchObject({
      raise: 'critical',
      cause: 'subnet/subnet-0a',
    });
  });
});

describe('what is gone', () => {
  const alert = alertAfter(anObservation('warning'));
  const { target } = anAssessment();

  test('only a scan that was complete can say so', () => {
    expect(isGone(alert, { target }, null)).toBe(true);
    expect(isGone(alert, { target: { ...target, status: 'partial' } }, null)).toBe(false);
    expect(isGone(alert, { target: { ...target, status: 'failed' } }, null)).toBe(false);
  });

  test('a scan of some VPCs can say it of those alone', () => {
    expect(isGone(alert, { target }, ['vpc-01'])).toBe(true);
    expect(isGone(alert, { target }, ['vpc-02'])).toBe(false);
    const ofTarget = { subject: aSubnetSubject({ type: 'target', vpcId: null }) };
    expect(isGone(ofTarget, { target }, ['vpc-01'])).toBe(false);
    expect(isGone(ofTarget, { target }, null)).toBe(true);
  });

  test('alerts about the monitor itself are not for a target to end', () => {
    expect(isGone({ subject: aSubnetSubject({ type: 'monitor' }) }, { target }, null)).toBe(false);
  });

  test('the pipeline asks by way of the scan', () => {
    expect(alerting({ subnets: [] }, [alert], noWaiting, ['vpc-02']).isGone(alert)).toBe(false);
    expect(alerting({ subnets: [] }, [alert]).isGone(alert)).toBe(true);
  });
});
