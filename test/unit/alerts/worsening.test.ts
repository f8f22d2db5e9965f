import { describe, expect, test } from 'vitest';
import { reduceAlert } from '../../../shared/alerts/lifecycle.ts';
import type { LifecycleSettings } from '../../../shared/alerts/reduction.ts';
import type { Alert, Observation } from '../../../shared/model/alert/alert.ts';
import { anObservation } from '../../fixtures/observations.ts';

/** Alerts with causes: a second account that is not watched is as new as the first. */

const MINUTE = 60_000;
const SETTINGS: LifecycleSettings = { pendingFor: 1800, clearFor: 0, repeatEvery: 43_200 };

const because = (...causes: readonly string[]): Observation => ({ ...anObservation('warning'), causes });
const WELL = anObservation('ok');
const UNKNOWN = anObservation(null);

/** What is announced at each minute, with everything delivered. */
const announced = (
  observations: readonly (readonly [minute: number, observation: Observation])[],
  from: Alert | null = null,
) => {
  let alert = from;
  return observations.flatMap(([minute, observation]) => {
    const reduction = reduceAlert(alert, observation, SETTINGS, minute * MINUTE);
    alert = reduction.alert === null ? null : { ...reduction.alert, outbox: [] };
    return reduction.transitions.map(({ transition, severity }) => `${minute} ${transition} ${severity}`);
  });
};

const FIRING = [
  [0, because('a')],
  [30, because('a')],
] as const;

describe('a cause that was not announced', () => {
  test('makes a firing alert worse once it has been there for as long as a level must', () => {
    expect(
      announced([...FIRING, [35, because('a', 'b')], [64, because('a', 'b')], [65, because('b')]]),
    ).toEqual(['30 firing warning', '65 escalated warning']);
  });

  test('starts its wait again when it goes in between', () => {
    expect(
      announced([
        ...FIRING,
        [35, because('a', 'b')],
        [60, because('a')],
        [65, because('a', 'b')],
        [94, because('a', 'b')],
        [95, because('a', 'b')],
      ]),
    ).toEqual(['30 firing warning', '95 escalated warning']);
  });

  test('is announced once, however often it comes and goes', () => {
    expect(
      announced([
        ...FIRING,
        [35, because('a', 'b')],
        [65, because('a', 'b')],
        [70, because('a')],
        [75, because('b')],
        [200, because('b')],
        [300, because('a')],
      ]),
    ).toEqual(['30 firing warning', '65 escalated warning']);
  });

  test('is part of the first announcement where it came before that', () => {
    expect(
      announced([
        [0, because('a')],
        [30, because('a', 'b')],
        [90, because('a', 'b')],
      ]),
    ).toEqual(['30 firing warning']);
  });

  test('is new again in a new life', () => {
    expect(
      announced([
        ...FIRING,
        [40, WELL],
        [50, because('b')],
        [80, because('b')],
        [85, because('a')],
        [115, because('a')],
      ]),
    ).toEqual(['30 firing warning', '40 resolved ok', '80 firing warning', '115 escalated warning']);
  });

  test('is not announced by a scan that saw nothing', () => {
    expect(announced([...FIRING, [35, because('b')], [65, UNKNOWN], [66, because('b')]])).toEqual([
      '30 firing warning',
      '66 escalated warning',
    ]);
  });

  test('ends an acknowledgement', () => {
    const { alert } = reduceAlert(
      { ...(reduceAlert(null, because('a'), { ...SETTINGS, pendingFor: 0 }, 0).alert as Alert), outbox: [] },
      because('a', 'b'),
      { ...SETTINGS, pendingFor: 0 },
      MINUTE,
    );
    expect(alert).toMatchObject({ severity: 'warning', acknowledged: null, announcedCauses: ['a', 'b'] });
    expect(alert).not.toHaveProperty('worseSince');
  });

  test('is none of an alert that an earlier version stored', () => {
    const old = reduceAlert(null, anObservation('warning'), { ...SETTINGS, pendingFor: 0 }, 0).alert;
    expect(old).not.toHaveProperty('announcedCauses');
    expect(
      announced(
        [
          [1, because('a')],
          [60, because('a')],
          [61, because('a', 'b')],
          [91, because('b')],
        ],
        old,
      ),
    ).toEqual(['91 escalated warning']);
  });

  test('is not looked for behind 500 of them: the record stays small', () => {
    const many = Array.from({ length: 600 }, (_, index) => `account ${index}`);
    expect(
      announced([
        [0, because(...many)],
        [30, because(...many)],
        [35, because('other')],
        [90, because('other')],
      ]),
    ).toEqual(['30 firing warning']);
  });

  test('changes no record while it is known', () => {
    const alert = reduceAlert(null, because('a', 'b'), { ...SETTINGS, pendingFor: 0 }, 0).alert as Alert;
    const delivered = { ...alert, outbox: [] };
    expect(reduceAlert(delivered, because('b'), SETTINGS, MINUTE).alert).toBe(delivered);
  });
});
