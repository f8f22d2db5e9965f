import { describe, expect, test } from 'vitest';
import { reduceAlert } from '../../../shared/alerts/lifecycle.ts';
import type { LifecycleSettings } from '../../../shared/alerts/reduction.ts';
import type { Alert, Observation } from '../../../shared/model/alert/alert.ts';
import { anObservation } from '../../fixtures/observations.ts';

/** What a transition carries besides its level, for those who receive it. */

const AT_ONCE: LifecycleSettings = { pendingFor: 0, clearFor: 0, repeatEvery: 0 };
const START = Date.parse('2026-01-01T00:00:00.000Z');
const MINUTE = 60_000;

const reduced = (alert: Alert | null, observation: Observation, minute: number) => {
  const { alert: after, transitions } = reduceAlert(alert, observation, AT_ONCE, START + minute * MINUTE);
  return {
    alert: after ?? expect.fail('there should be an alert'),
    transition: transitions[0] ?? expect.fail('no step'),
  };
};

const firing = (): Alert => reduced(null, anObservation('critical', { available: 2 }), 0).alert;

describe('the name that receivers knew an alert by', () => {
  const known: Alert = { ...firing(), formerKey: 'subnet-0a' };

  test('goes with its first step after the change, and with no other', () => {
    const { alert, transition } = reduced(known, anObservation('warning', { available: 12 }), 5);
    expect(transition.formerKey).toBe('subnet-0a');
    expect(alert.formerKey).toBeUndefined();
    expect(reduced(alert, anObservation('ok', { available: 200 }), 10).transition).not.toHaveProperty(
      'formerKey',
    );
  });

  test('is none of an alert that fires again: receivers get to know it by its new name', () => {
    const over: Alert = {
      ...reduced(firing(), anObservation('ok', { available: 200 }), 5).alert,
      formerKey: 'subnet-0a',
    };
    const { alert, transition } = reduced(over, anObservation('warning'), 10);
    expect(transition).not.toHaveProperty('formerKey');
    expect(alert.formerKey).toBeUndefined();
  });
});

describe('what is true of an end', () => {
  const gone: Partial<Observation> = {
    continuesAs: 'addresses/subnet/subnet-0a',
    unmonitored: true,
    clear: '200 addresses are free.',
  };

  test('is said with it: where it continues, that nothing is looked at any more, and what is free', () => {
    const { transition } = reduced(firing(), { ...anObservation('ok', { available: 200 }), ...gone }, 5);
    expect(transition).toMatchObject({ transition: 'resolved', ...gone });
  });

  test('is left out where there is nothing to say', () => {
    const { transition } = reduced(firing(), anObservation('ok', { available: 200 }), 5);
    for (const field of Object.keys(gone)) expect(transition).not.toHaveProperty(field);
  });

  test('what is free is said when it eases, and not when it gets worse', () => {
    const clear = '12 addresses are free.';
    const eased = reduced(firing(), { ...anObservation('warning', { available: 12 }), clear }, 5);
    expect(eased.transition).toMatchObject({ transition: 'deescalated', clear });
    const worse = reduced(eased.alert, { ...anObservation('critical', { available: 1 }), clear }, 10);
    expect(worse.transition).not.toHaveProperty('clear');
  });
});

test('a step says how the figures changed since the last one, the first one nothing', () => {
  const first = reduced(null, anObservation('warning', { available: 12 }), 0);
  expect(first.transition).not.toHaveProperty('changes');
  expect(reduced(first.alert, anObservation('critical', { available: 2 }), 5).transition.changes).toEqual([
    { name: 'available', unit: 'addresses', before: 12, now: 2 },
  ]);
});

test('an alert that fires again forgets the causes of its last life, and one that gets worse adds to them', () => {
  const first = reduced(null, { ...anObservation('warning'), causes: ['a'] }, 0).alert;
  const over = reduced(first, anObservation('ok', { available: 200 }), 5).alert;
  const again = reduced(over, { ...anObservation('warning'), causes: ['b'] }, 10).alert;
  expect(again.announcedCauses).toEqual(['b']);
  const worse = reduced(again, { ...anObservation('critical'), causes: ['c'] }, 15).alert;
  expect(worse.announcedCauses).toEqual(['b', 'c']);
});
