import { expect, test } from 'vitest';
import { acknowledge, withdrawAcknowledgement } from '../../../shared/alerts/acknowledgement.ts';
import { reduceAlert } from '../../../shared/alerts/lifecycle.ts';
import type { Alert } from '../../../shared/model/alert/alert.ts';
import { anObservation } from '../../fixtures/observations.ts';

const AT = Date.parse('2026-01-01T00:00:00.000Z');

const alertWith = (pendingFor: number): Alert => {
  const { alert } = reduceAlert(
    null,
    anObservation('warning'),
    { pendingFor, clearFor: 0, repeatEvery: 0 },
    AT,
  );
  if (alert === null) throw new Error('there must be an alert');
  return alert;
};

test('an acknowledgement says who and when, and can be taken back', () => {
  const acknowledged = acknowledge(alertWith(0), 'mia', AT);
  expect(acknowledged.acknowledged).toEqual({ by: 'mia', at: '2026-01-01T00:00:00.000Z' });
  expect(withdrawAcknowledgement(acknowledged)).toEqual(alertWith(0));
});

test('only what fires can be acknowledged', () => {
  expect(() => acknowledge(alertWith(600), 'mia', AT)).toThrow(
    expect.objectContaining({
      code: 'alert-not-firing',
      message:
        'The alert addresses-low/subnet/subnet-0a is pending, and only a firing alert can be acknowledged.',
    }),
  );
});
