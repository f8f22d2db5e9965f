import { describe, expect, test } from 'vitest';
import { silenceOf } from '../../../shared/alerts/silence.ts';
import type { AlertLevel, AlertSeverity } from '../../../shared/model/alert/alert.ts';
import type { Mute, Route, Selector } from '../../../shared/model/alert/policy.ts';
import type { Subject } from '../../../shared/model/result/finding.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { alertAfter, lastTransition } from '../../fixtures/transitions.ts';

const NOW = Date.parse('2026-01-01T00:10:00.000Z');

const vpc: Subject = aSubnetSubject({ type: 'vpc', id: 'vpc-01', subnetIds: [] });
const news = (rule: string, severity: AlertSeverity, subject = aSubnetSubject()) =>
  lastTransition(anObservation(severity, { rule, subject }));
const firing = (rule: string, severity: AlertSeverity, subject = aSubnetSubject()) =>
  alertAfter(anObservation(severity, { rule, subject }));

const isSilenced = (
  ...[transition, alerts]: [ReturnType<typeof news>, ReturnType<typeof firing>[]]
): boolean => silenceOf(transition, { mutes: [], routes: [] }, alerts, NOW) !== null;

describe('a critical alert', () => {
  test('about addresses silences warnings about prefixes, and not the other way about', () => {
    expect(isSilenced(news('prefixes-low', 'warning'), [firing('addresses-low', 'critical')])).toBe(true);
    expect(isSilenced(news('addresses-low', 'warning'), [firing('prefixes-low', 'critical')])).toBe(false);
  });

  test('silences nothing that is critical itself', () => {
    expect(isSilenced(news('prefixes-exhaustion', 'critical'), [firing('addresses-low', 'critical')])).toBe(
      false,
    );
  });

  test('silences nothing of another subnet, and nothing of another matter', () => {
    const other = aSubnetSubject({ id: 'subnet-0b', subnetIds: ['subnet-0b'] });
    expect(
      isSilenced(news('prefixes-exhaustion', 'warning', other), [firing('addresses-low', 'critical')]),
    ).toBe(false);
    expect(isSilenced(news('findings', 'warning'), [firing('addresses-low', 'critical')])).toBe(false);
    expect(isSilenced(news('addresses-low', 'warning'), [firing('findings', 'critical')])).toBe(false);
  });

  test('silences only while it is critical and fires', () => {
    const eased = alertAfter(anObservation('critical'), anObservation('warning'));
    const over = alertAfter(anObservation('critical'), anObservation('ok'));
    const transition = news('addresses-exhaustion', 'warning');
    expect(isSilenced(transition, [eased])).toBe(false);
    expect(isSilenced(transition, [over])).toBe(false);
    expect(isSilenced(transition, [firing('addresses-low', 'warning')])).toBe(false);
  });
});

describe('an alert about all addresses of a VPC', () => {
  test.each([
    ['addresses-low', 'warning', 'warning', true],
    ['addresses-low', 'critical', 'warning', false],
    ['addresses-low', 'critical', 'critical', true],
    ['prefixes-exhaustion', 'warning', 'critical', true],
    ['fragmented', 'critical', 'critical', true],
    ['addresses-surge', 'critical', 'critical', false],
    ['prefixes-surge', 'warning', 'critical', false],
    ['findings', 'warning', 'critical', false],
  ] as const)('%s %s of a subnet, while the VPC is %s: %s', (rule, severity, wide, expected) => {
    expect(isSilenced(news(rule, severity), [firing('vpc-addresses-low', wide, vpc)])).toBe(expected);
  });

  test('does not speak for another VPC, nor for itself', () => {
    const far = aSubnetSubject({ vpcId: 'vpc-02' });
    const wide = firing('vpc-addresses-low', 'critical', vpc);
    expect(isSilenced(news('addresses-low', 'warning', far), [wide])).toBe(false);
    expect(isSilenced(news('vpc-addresses-low', 'warning', vpc), [wide])).toBe(false);
  });
});

test('a resolve is never inhibited: a reader may wait for it', () => {
  const resolved = lastTransition(
    anObservation('warning', { rule: 'addresses-exhaustion' }),
    anObservation('ok', { rule: 'addresses-exhaustion' }),
  );
  expect(isSilenced(resolved, [firing('addresses-low', 'critical')])).toBe(false);
});

describe('a mute', () => {
  const mute = (match: Mute['match']): Mute => ({
    match,
    reason: 'NET-1',
    from: null,
    until: null,
    weekly: null,
  });
  const stepTo = (...levels: AlertLevel[]) => lastTransition(...levels.map((level) => anObservation(level)));

  test('keeps everything quiet that matches, the resolve as well, and says why', () => {
    expect(
      silenceOf(stepTo('warning', 'ok'), { mutes: [mute({ vpc: ['vpc-01'] })], routes: [] }, [], NOW),
    ).toBe('muted: NET-1');
    expect(
      silenceOf(stepTo('warning'), { mutes: [mute({ vpc: ['vpc-02'] })], routes: [] }, [], NOW),
    ).toBeNull();
  });

  test('by level takes a resolve by the level that it ends', () => {
    const warnings = { mutes: [mute({ severity: ['warning'] })], routes: [] };
    expect(silenceOf(stepTo('warning', 'ok'), warnings, [], NOW)).not.toBeNull();
    expect(silenceOf(stepTo('critical', 'ok'), warnings, [], NOW)).toBeNull();
    expect(silenceOf(stepTo('warning', 'critical'), warnings, [], NOW)).toBeNull();
  });

  test('may name the rule, or the kind of a finding', () => {
    const base = stepTo('warning');
    const transition = { ...base, rule: 'findings', finding: { ...base.finding, kind: 'leaked-interfaces' } };
    expect(
      silenceOf(transition, { mutes: [mute({ rule: ['leaked-*'] })], routes: [] }, [], NOW),
    ).not.toBeNull();
    expect(
      silenceOf(transition, { mutes: [mute({ rule: ['findings'] })], routes: [] }, [], NOW),
    ).not.toBeNull();
    expect(
      silenceOf(transition, { mutes: [mute({ rule: ['zone-imbalance'] })], routes: [] }, [], NOW),
    ).toBeNull();
  });
});

describe('a recipient without the cause still gets the alert', () => {
  const to = (match: Selector, ...names: string[]): Route => ({ match, to: names, continue: false });
  const wide = firing('vpc-addresses-low', 'critical', vpc);
  const low = news('addresses-low', 'warning');
  const isQuiet = (routes: readonly Route[], mutes: readonly Mute[] = []): boolean =>
    silenceOf(low, { mutes, routes }, [wide], NOW) !== null;

  test('a cause silences what goes to people who hear of the cause', () => {
    expect(isQuiet([to({}, 'platform')])).toBe(true);
    expect(isQuiet([to({ rule: ['vpc-*'] }, 'platform', 'owners'), to({}, 'owners')])).toBe(true);
  });

  test('and not what goes to others', () => {
    expect(isQuiet([to({ rule: ['vpc-*'] }, 'platform'), to({}, 'owners')])).toBe(false);
    expect(isQuiet([to({ rule: ['vpc-*'] }, 'platform')])).toBe(false);
    expect(isQuiet([to({ severity: ['critical'] }, 'pager')])).toBe(false);
  });

  test('people who heard of the cause when it was milder have heard of it', () => {
    const routes = [to({ severity: ['critical'] }, 'pager'), to({}, 'chat')];
    const escalated = alertAfter(
      anObservation('warning', { rule: 'vpc-addresses-low', subject: vpc }),
      anObservation('critical', { rule: 'vpc-addresses-low', subject: vpc }),
    );
    expect(silenceOf(low, { mutes: [], routes }, [escalated], NOW)).not.toBeNull();
    expect(silenceOf(low, { mutes: [], routes }, [wide], NOW)).toBeNull();
  });

  test('a cause that is muted itself silences nothing', () => {
    const mute: Mute = { match: { rule: ['vpc-*'] }, reason: 'known', from: null, until: null, weekly: null };
    expect(isQuiet([], [mute])).toBe(false);
    expect(isQuiet([], [{ ...mute, until: '2026-01-01T00:00:00Z' }])).toBe(true);
  });

  test('a record without a list of recipients silences nothing', () => {
    const { announced: _announced, ...old } = wide;
    expect(silenceOf(low, { mutes: [], routes: [] }, [old], NOW)).toBeNull();
  });
});

test('what is inhibited says by what', () => {
  const wide = firing('vpc-addresses-low', 'critical', vpc);
  expect(silenceOf(news('addresses-low', 'warning'), { mutes: [], routes: [] }, [wide], NOW)).toBe(
    'silenced by vpc-addresses-low/vpc/vpc-01',
  );
});
