import { describe, expect, test } from 'vitest';
import { acknowledge } from '../../../shared/alerts/acknowledgement.ts';
import { reduceAlert } from '../../../shared/alerts/lifecycle.ts';
import type { LifecycleSettings } from '../../../shared/alerts/reduction.ts';
import type { Alert, AlertLevel, Observation, ObservedPart } from '../../../shared/model/alert/alert.ts';
import type { Forecast, Surge } from '../../../shared/model/result/forecast.ts';
import { aFinding, aSubnetSubject } from '../../fixtures/observations.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const iso = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString();

const SETTINGS: LifecycleSettings = { pendingFor: 0, clearFor: 0, repeatEvery: 0 };
const ORDER = ['addresses-surge', 'addresses-exhausted', 'addresses-low', 'addresses-exhaustion'] as const;

interface Said {
  readonly raise: AlertLevel | null;
  readonly hold?: AlertLevel | null;
  readonly left?: number;
  readonly pendingFor?: number;
  readonly clearFor?: number;
  readonly isCovered?: boolean;
  readonly isSafe?: boolean;
  readonly isPressing?: boolean;
  readonly forecast?: Forecast;
}

/** What the checks of one supply say; a check that is not named is healthy. */
const together = (
  said: Partial<Record<(typeof ORDER)[number], Said>>,
  changes: Partial<Observation> = {},
): Observation => {
  const parts = ORDER.map((rule): ObservedPart => {
    const {
      raise,
      hold = raise,
      left = 12,
      pendingFor = 0,
      clearFor = 0,
      isCovered = false,
      isSafe = false,
      isPressing = false,
      forecast,
    } = said[rule] ?? { raise: 'ok' };
    const isWell = raise === null || (raise === 'ok' && hold === 'ok');
    const finding = aFinding({
      kind: rule,
      severity: raise === 'critical' ? 'critical' : 'warning',
      title: `${rule}: ${left} left`,
      evidence: [{ name: 'available', value: left, unit: 'addresses' }],
      ...(forecast === undefined ? {} : { forecast }),
    });
    return {
      rule,
      raise,
      hold,
      finding: isWell ? null : finding,
      isCovered,
      isSafe,
      isPressing,
      repeatsOthers: false,
      delays: { pendingFor, clearFor },
    };
  });
  const known = parts.flatMap(({ raise }) => raise ?? []);
  const raise = known.includes('critical') ? 'critical' : known.includes('warning') ? 'warning' : 'ok';
  return {
    key: 'addresses/subnet/subnet-0a',
    rule: 'addresses-low',
    subject: aSubnetSubject(),
    raise: known.length === 0 ? null : raise,
    hold: known.length === 0 ? null : raise,
    finding: null,
    evidence: [{ name: 'available', value: 200, unit: 'addresses' }],
    parts,
    ...changes,
  };
};

/** Feeds observations in, each at its minute; what waits to be sent is taken as delivered. */
const live = (
  steps: readonly (readonly [minute: number, observation: Observation])[],
  settings = SETTINGS,
  from: Alert | null = null,
) => {
  let alert = from;
  const sent: string[] = [];
  for (const [minute, observation] of steps) {
    const reduction = reduceAlert(alert, observation, settings, START + minute * MINUTE);
    sent.push(
      ...reduction.transitions.map(
        ({ transition, rule, severity, finding }) =>
          `${minute} ${transition} ${rule} ${severity}${(finding.also ?? []).map(({ kind }) => ` +${kind}`).join('')}`,
      ),
    );
    alert = reduction.alert === null ? null : { ...reduction.alert, outbox: [] };
  }
  return { alert, sent };
};

const aSurge = (exhaustionAt: string): Surge => ({
  raise: 'ok',
  hold: 'ok',
  lossPerHour: { fast: 1, slow: 1 },
  ordinaryLossPerHour: null,
  exhaustionAt,
  reason: '',
});

const willRunOut = together({ 'addresses-exhaustion': { raise: 'warning' } });
const low = together({
  'addresses-low': { raise: 'critical' },
  'addresses-exhaustion': { raise: 'warning' },
});
const empty = together({
  'addresses-exhausted': { raise: 'critical', left: 0 },
  'addresses-low': { raise: 'critical', isCovered: true },
  'addresses-exhaustion': { raise: null },
});
const well = together({});

describe('the checks of one supply are one alert', () => {
  test('that escalates from will run out to low to exhausted, and resolves once', () => {
    expect(
      live([
        [0, willRunOut],
        [10, low],
        [20, empty],
        [30, empty],
        [40, well],
      ]).sent,
    ).toEqual([
      '0 firing addresses-exhaustion warning',
      '10 escalated addresses-low critical +addresses-exhaustion',
      '20 repeated addresses-exhausted critical',
      '40 resolved addresses-exhausted ok',
    ]);
  });

  test('whose check that was announced already is not announced again at the same level', () => {
    expect(
      live([
        [0, low],
        [10, empty],
        [20, low],
        [30, empty],
      ]).sent,
    ).toEqual([
      '0 firing addresses-low critical +addresses-exhaustion',
      '10 repeated addresses-exhausted critical',
    ]);
  });

  test('that says once that nothing is left, though it said before when that would be', () => {
    const soon = together({ 'addresses-exhaustion': { raise: 'critical' } });
    const fast = together({
      'addresses-surge': { raise: 'critical' },
      'addresses-exhaustion': { raise: 'critical' },
    });
    expect(
      live([
        [0, soon],
        [10, fast],
        [20, low],
        [30, empty],
        [40, low],
        [50, empty],
      ]).sent,
    ).toEqual(['0 firing addresses-exhaustion critical', '30 repeated addresses-exhausted critical']);
  });

  test('at which nothing is left after a person acknowledged it as critical: it is worse, and the acknowledgement ends', () => {
    const { alert } = live([[0, low]]);
    if (alert === null) throw new Error('it must fire');
    const { transitions, alert: after } = reduceAlert(
      acknowledge(alert, 'mia', START),
      empty,
      SETTINGS,
      START + 10 * MINUTE,
    );
    expect(transitions).toMatchObject([
      { transition: 'escalated', severity: 'critical', previousSeverity: 'critical' },
    ]);
    expect(after?.acknowledged).toBeNull();
    expect(live([[20, empty]], SETTINGS, after).sent).toEqual([]);
  });

  test('at which nothing is left while it is a warning: it becomes critical once that is confirmed, and not twice', () => {
    const confirmed = together({
      'addresses-exhausted': { raise: 'critical', left: 0, pendingFor: 600 },
      'addresses-exhaustion': { raise: null },
    });
    expect(
      live([
        [0, willRunOut],
        [10, confirmed],
        [15, confirmed],
        [20, confirmed],
        [25, confirmed],
      ]).sent,
    ).toEqual(['0 firing addresses-exhaustion warning', '20 escalated addresses-exhausted critical']);
  });

  test('that waits for minutes where the critical level is being confirmed, and not for hours', () => {
    const fast = together({
      'addresses-surge': { raise: 'warning' },
      'addresses-exhausted': { raise: 'critical', pendingFor: 600 },
    });
    expect(
      live([
        [0, fast],
        [5, fast],
        [10, fast],
      ]).sent,
    ).toEqual(['10 firing addresses-exhausted critical +addresses-surge']);
    const passing = together({ 'addresses-surge': { raise: 'warning' } });
    expect(
      live([
        [0, fast],
        [5, passing],
      ]).sent,
    ).toEqual(['5 firing addresses-surge warning']);
    const slow = together({
      'addresses-exhaustion': { raise: 'critical', pendingFor: 7_200 },
      'addresses-low': { raise: 'warning' },
    });
    expect(live([[0, slow]]).sent).toEqual(['0 firing addresses-low warning +addresses-exhaustion']);
  });

  test('that does not wait for its critical level where nothing may be left by then', () => {
    const falling = (available: number) =>
      together({
        'addresses-surge': {
          raise: 'warning',
          forecast: {
            exhaustionAt: null,
            earliest: null,
            latest: null,
            probabilityWithin: null,
            method: 'trend',
            reason: '',
            surge: {
              ...aSurge(iso(5)),
              exhaustionAt: null,
              basis: { available, lossPerHour: 60, ordinaryLossPerHour: 0, minutesToEmpty: null },
            },
          },
        },
        'addresses-low': { raise: 'critical', pendingFor: 600 },
      });
    // At one a minute: the wait is ten minutes.
    expect(live([[0, falling(10)]]).sent).toEqual(['0 firing addresses-surge warning +addresses-low']);
    expect(live([[0, falling(11)]]).sent).toEqual([]);
  });

  describe('whose warning of what is only expected', () => {
    const expected = (hours: number, changes: Partial<Forecast> = {}): Forecast => ({
      exhaustionAt: iso(hours * 60),
      earliest: null,
      latest: null,
      probabilityWithin: null,
      method: 'trend',
      reason: '',
      ...changes,
    });
    const warned = (forecast: Forecast) =>
      together({ 'addresses-exhaustion': { raise: 'warning', forecast } });
    const critical = together({ 'addresses-exhaustion': { raise: 'critical', forecast: expected(30) } });

    test('waits for four hours where it may be critical by then, and is announced after that', () => {
      expect(
        live([
          [0, warned(expected(28))],
          [239, warned(expected(28))],
          [240, warned(expected(28))],
        ]).sent,
      ).toEqual(['240 firing addresses-exhaustion warning']);
    });

    describe('after the wait', () => {
      const keptCritical = (forecast: Forecast, said: Partial<Said> = {}) =>
        together({ 'addresses-exhaustion': { raise: 'warning', hold: 'critical', forecast, ...said } });

      test('is critical where that level would be kept, and does not notify again when it is reached', () => {
        const { alert, sent } = live([
          [0, keptCritical(expected(28))],
          [239, keptCritical(expected(28))],
          [240, keptCritical(expected(28))],
          [245, critical],
          [250, keptCritical(expected(28))],
        ]);
        expect(sent).toEqual(['240 firing addresses-exhaustion critical']);
        expect(alert?.parts).toMatchObject([{ rule: 'addresses-exhaustion', severity: 'critical' }]);
        expect(alert).toMatchObject({ severity: 'critical', candidate: null });
      });

      test.each([
        [
          'where critical would clear',
          together({ 'addresses-exhaustion': { raise: 'warning', forecast: expected(28) } }),
        ],
        ['where it is expected later', keptCritical(expected(34, { earliest: iso(20 * 60) }))],
        ['where it is not raised, but held', keptCritical(expected(28), { raise: 'ok' })],
        ['where it is unknown', together({ 'addresses-exhaustion': { raise: null } })],
        [
          'where nothing says when',
          keptCritical(expected(0, { exhaustionAt: null, earliest: iso(20 * 60) })),
        ],
      ])('stays a warning %s', (_, after) => {
        const { sent } = live([
          [0, warned(expected(28))],
          [239, warned(expected(28))],
          [240, after],
        ]);
        expect(sent.filter((step) => step.endsWith('critical'))).toEqual([]);
      });

      test('is critical at the present pace, too', () => {
        const surging = keptCritical(expected(90, { surge: aSurge(iso(27 * 60)) }));
        expect(
          live([
            [0, surging],
            [240, surging],
          ]).sent,
        ).toEqual(['240 firing addresses-exhaustion critical']);
      });

      test('does not wait for that once a fifth or less is left, and only when it begins', () => {
        const pressing = (forecast: Forecast, hold: 'warning' | 'critical' = 'critical') =>
          together({ 'addresses-exhaustion': { raise: 'warning', hold, forecast, isPressing: true } });
        expect(live([[0, pressing(expected(27))]]).sent).toEqual(['0 firing addresses-exhaustion critical']);
        expect(live([[0, pressing(expected(34))]]).sent).toEqual(['0 firing addresses-exhaustion warning']);
        expect(
          live([
            [0, pressing(expected(27), 'warning')],
            [5, pressing(expected(27))],
          ]).sent,
        ).toEqual(['0 firing addresses-exhaustion warning']);
      });

      test('a warning that did not wait is not critical', () => {
        expect(live([[0, keptCritical(expected(29))]]).sent).toEqual([
          '0 firing addresses-exhaustion warning',
        ]);
      });
    });

    test('is one message with the critical level, which does not wait', () => {
      expect(
        live([
          [0, warned(expected(28))],
          [5, critical],
        ]).sent,
      ).toEqual(['5 firing addresses-exhaustion critical']);
    });

    test('does not wait once little is left, whether it is raised at that moment or only holds', () => {
      const pressing = (raise: 'warning' | 'ok') =>
        together({
          'addresses-exhaustion': { raise, hold: 'warning', forecast: expected(20), isPressing: true },
        });
      expect(live([[0, pressing('warning')]]).sent).toEqual(['0 firing addresses-exhaustion warning']);
      expect(
        live([
          [0, warned(expected(20))],
          [60, pressing('ok')],
        ]).sent,
      ).toEqual(['60 firing addresses-exhaustion warning']);
    });

    test('waits from when it would have been announced, however long it took to be confirmed', () => {
      const hovering = together({
        'addresses-exhaustion': { raise: 'warning', forecast: expected(36), pendingFor: 36_000 },
      });
      expect(
        live([
          [0, hovering],
          [600, hovering],
          [839, hovering],
          [840, hovering],
        ]).sent,
      ).toEqual(['840 firing addresses-exhaustion warning']);
    });

    test('still waits while it clears or is unknown', () => {
      const clearing = together({ 'addresses-exhaustion': { raise: 'ok', clearFor: 43_200 } });
      const unknown = together({ 'addresses-exhaustion': { raise: null } });
      const later = together({
        'addresses-exhaustion': { raise: 'warning', forecast: expected(28), clearFor: 43_200 },
      });
      expect(
        live([
          [0, later],
          [200, clearing],
          [210, unknown],
          [215, clearing],
          [260, later],
        ]).sent,
      ).toEqual(['260 firing addresses-exhaustion warning']);
    });

    test('is not announced where it clears in that time', () => {
      expect(
        live([
          [0, warned(expected(28))],
          [60, well],
          [800, well],
        ]).sent,
      ).toEqual([]);
    });

    test.each([
      ['in days', expected(29), 0],
      ['at an unknown time', expected(0, { exhaustionAt: null }), 0],
      ['in days, and at the earliest today', expected(90, { earliest: iso(20 * 60) }), 240],
      ['in days, and at the present pace today', expected(90, { surge: aSurge(iso(20 * 60)) }), 240],
    ])('of what may happen %s', (_, forecast, announced) => {
      expect(
        live([
          [0, warned(forecast)],
          [240, warned(forecast)],
        ]).sent,
      ).toEqual([`${announced} firing addresses-exhaustion warning`]);
    });

    test('does not wait beside a fact', () => {
      const fact = together({
        'addresses-low': { raise: 'warning' },
        'addresses-exhaustion': { raise: 'warning', forecast: expected(20) },
      });
      expect(
        live([
          [0, warned(expected(20))],
          [5, fact],
        ]).sent,
      ).toEqual(['5 firing addresses-low warning +addresses-exhaustion']);
    });
  });

  test('that sends one warning, though days became hours', () => {
    const fast = together({
      'addresses-surge': { raise: 'warning' },
      'addresses-exhaustion': { raise: 'warning' },
    });
    expect(
      live([
        [0, willRunOut],
        [10, fast],
        [20, willRunOut],
        [30, fast],
      ]).sent,
    ).toEqual(['0 firing addresses-exhaustion warning']);
  });

  test('which is about the first check at the worst level that is reached', () => {
    const observation = together({
      'addresses-low': { raise: 'warning' },
      'addresses-exhaustion': { raise: 'critical' },
    });
    expect(live([[0, observation]]).sent).toEqual(['0 firing addresses-exhaustion critical +addresses-low']);
  });

  test('in which each check waits for as long as its own settings say', () => {
    const waiting = together({
      'addresses-low': { raise: 'critical', pendingFor: 600 },
      'addresses-exhaustion': { raise: 'warning', pendingFor: 7200 },
    });
    const { alert, sent } = live([
      [0, waiting],
      [10, waiting],
    ]);
    expect(sent).toEqual(['10 firing addresses-low critical +addresses-exhaustion']);
    expect(alert?.parts?.map(({ rule, status }) => [rule, status])).toEqual([
      ['addresses-low', 'firing'],
      ['addresses-exhaustion', 'pending'],
    ]);
    expect(live([[0, waiting]]).alert).toMatchObject({
      status: 'pending',
      severity: 'ok',
      since: iso(0),
      candidate: { severity: 'critical', since: iso(0) },
    });
  });

  test('in which each check clears for as long as its own settings say', () => {
    const patient = (raise: AlertLevel) => together({ 'addresses-exhaustion': { raise, clearFor: 3600 } });
    expect(
      live([
        [
          0,
          together({
            'addresses-low': { raise: 'critical' },
            'addresses-exhaustion': { raise: 'warning', clearFor: 3600 },
          }),
        ],
        [10, together({ 'addresses-exhaustion': { raise: 'ok', hold: 'warning' } })],
        [15, patient('ok')],
        [70, patient('ok')],
        [75, patient('ok')],
      ]).sent,
    ).toEqual([
      '0 firing addresses-low critical +addresses-exhaustion',
      '10 deescalated addresses-exhaustion warning',
      '75 resolved addresses-exhaustion ok',
    ]);
  });

  describe('easing from critical to a warning', () => {
    const HOUR = 60;
    const patiently = (low: AlertLevel, changes: Partial<Said> = {}) =>
      together({
        'addresses-low': { raise: low, clearFor: 3600 },
        'addresses-exhaustion': { raise: 'warning', clearFor: 3600, ...changes },
      });
    const critical = patiently('critical');
    const milder = patiently('ok');

    test('takes a day without anything critical, so that a daily peak is one alert', () => {
      const days = [0, 1, 2, 3].flatMap((day) => [
        [24 * day * HOUR, critical] as const,
        [(24 * day + 3) * HOUR, milder] as const,
        [(24 * day + 12) * HOUR, milder] as const,
      ]);
      expect(live(days).sent).toEqual(['0 firing addresses-low critical +addresses-exhaustion']);
    });

    test('is announced once a day has been milder, and what comes after it is an escalation', () => {
      const steps = [
        [0, critical],
        [HOUR, milder],
        [2 * HOUR, milder],
        [25 * HOUR, milder],
        [26 * HOUR, milder],
        [27 * HOUR, milder],
        [30 * HOUR, critical],
      ] as const;
      expect(live(steps).sent).toEqual([
        '0 firing addresses-low critical +addresses-exhaustion',
        '1560 deescalated addresses-exhaustion warning',
        '1800 escalated addresses-low critical +addresses-exhaustion',
      ]);
    });

    test('waits for nothing where room came back', () => {
      const safe = patiently('ok', { isSafe: true });
      const steps = [
        [0, critical],
        [HOUR, safe],
        [2 * HOUR, safe],
      ] as const;
      expect(live(steps).sent.at(-1)).toBe('120 deescalated addresses-exhaustion warning');
    });

    test('says nothing again while it waits, and stores nothing at each scan', () => {
      const settings = { ...SETTINGS, repeatEvery: HOUR * 60 };
      const begun = live(
        [
          [0, critical],
          [HOUR, milder],
          [2 * HOUR, milder],
        ],
        settings,
      );
      expect(begun.alert).toMatchObject({
        severity: 'critical',
        milderSince: iso(2 * HOUR),
        candidate: null,
      });
      const later = live([[5 * HOUR, patiently('ok', { left: 9 })]], settings, begun.alert);
      expect(later.sent).toEqual([]);
      expect(later.alert).toStrictEqual(begun.alert);
    });
  });

  test('that would ease to a warning which is unknown now: it waits until there is something to say', () => {
    const eased = (raise: AlertLevel | null) =>
      together({ 'addresses-low': { raise: 'ok' }, 'addresses-exhaustion': { raise } });
    const { alert, sent } = live([
      [0, low],
      [10, eased(null)],
    ]);
    expect(sent).toEqual(['0 firing addresses-low critical +addresses-exhaustion']);
    expect(alert).toMatchObject({ severity: 'critical', parts: [{ rule: 'addresses-exhaustion' }] });
    expect(live([[20, eased('warning')]], SETTINGS, alert).sent).toEqual([
      '20 deescalated addresses-exhaustion warning',
    ]);
    expect(live([[20, eased('ok')]], SETTINGS, alert).sent).toEqual([
      '20 resolved addresses-low ok +addresses-exhaustion',
    ]);
  });

  test('in which a check whose room came back need not wait', () => {
    const safe = together({ 'addresses-exhaustion': { raise: 'ok', clearFor: 3600, isSafe: true } });
    expect(
      live([
        [0, willRunOut],
        [10, safe],
      ]).sent,
    ).toEqual(['0 firing addresses-exhaustion warning', '10 resolved addresses-exhaustion ok']);
  });

  test('that holds while a check that raised it is unknown', () => {
    const unknown = together({ 'addresses-exhaustion': { raise: null } });
    const nothing = together(Object.fromEntries(ORDER.map((rule) => [rule, { raise: null }])));
    const { alert, sent } = live([
      [0, willRunOut],
      [10, unknown],
      [20, nothing],
    ]);
    expect(sent).toEqual(['0 firing addresses-exhaustion warning']);
    expect(alert?.severity).toBe('warning');
    expect(live([[30, well]], SETTINGS, alert).sent).toEqual(['30 resolved addresses-exhaustion ok']);
  });

  test('that never fires for what is unknown, and has no record while all is well', () => {
    expect(live([[0, well]]).alert).toBeNull();
    expect(live([[0, together({ 'addresses-low': { raise: null } })]]).alert).toBeNull();
  });

  test('that ends without a word when it cleared before it was announced', () => {
    const waiting = together({ 'addresses-low': { raise: 'warning', pendingFor: 600 } });
    const { alert, sent } = live([
      [0, waiting],
      [5, well],
    ]);
    expect(sent).toEqual([]);
    expect(alert).toMatchObject({ status: 'resolved', severity: 'ok', candidate: null });
    expect(alert).not.toHaveProperty('parts');
  });

  test('that is stored only when the clock of some check changed', () => {
    const { alert } = live([[0, low]]);
    expect(reduceAlert(alert, low, SETTINGS, START + MINUTE).alert).toBe(alert);
    const clearing = together({
      'addresses-low': { raise: 'critical' },
      'addresses-exhaustion': { raise: 'ok', clearFor: 600 },
    });
    const easing = reduceAlert(alert, clearing, SETTINGS, START + MINUTE).alert;
    expect(easing).not.toBe(alert);
    expect(easing).toMatchObject({ status: 'firing', lastObservedAt: iso(1) });
  });

  test('that ignores an observation from before the last one', () => {
    const { alert } = live([[10, low]]);
    expect(reduceAlert(alert, well, SETTINGS, START).alert).toBe(alert);
  });

  test('whose end goes to the recipients of every rule that it was announced under', () => {
    const { alert } = live([
      [0, willRunOut],
      [10, low],
    ]);
    const [resolved] = reduceAlert(alert, well, SETTINGS, START + 20 * MINUTE).transitions;
    expect(resolved).toMatchObject({
      transition: 'resolved',
      announced: ['warning', 'critical'],
      announcedRules: ['addresses-exhaustion', 'addresses-low'],
      changes: [{ name: 'available', before: 12, now: 200 }],
    });
  });

  test('that an earlier version stored without its rules: its end names the one that it has', () => {
    const { alert } = live([[0, low]]);
    const { announcedRules: _rules, ...older } = alert ?? expect.fail('it should fire');
    const [resolved] = reduceAlert(older, well, SETTINGS, START + 20 * MINUTE).transitions;
    expect(resolved).toMatchObject({ transition: 'resolved', announcedRules: ['addresses-low'] });
  });

  test('that begins again after it was resolved: another life, with its own rules', () => {
    const { alert, sent } = live([
      [0, low],
      [10, well],
      [20, willRunOut],
    ]);
    expect(sent.at(-1)).toBe('20 firing addresses-exhaustion warning');
    expect(alert?.announcedRules).toEqual(['addresses-exhaustion']);
    expect(alert?.since).toBe(iso(20));
  });

  test('that ends at once when its subnet is gone', () => {
    const { alert } = live([[0, low]]);
    const { parts: _parts, ...gone } = together({}, { gone: true });
    const reduction = reduceAlert(alert, gone, { ...SETTINGS, clearFor: 3600 }, START + MINUTE);
    expect(reduction.transitions.map(({ transition }) => transition)).toEqual(['resolved']);
    expect(reduction.alert).not.toHaveProperty('parts');
    expect(reduction.alert).not.toHaveProperty('announcedRules');
  });
});

describe('repeating', () => {
  const HOURLY: LifecycleSettings = { ...SETTINGS, repeatEvery: 3600 };
  const lowAt = (left: number, changes: Partial<Said> = {}) =>
    together({ 'addresses-low': { raise: 'warning', left, ...changes } });

  test('what has changed is sent again after the interval', () => {
    expect(
      live(
        [
          [0, lowAt(9)],
          [59, lowAt(8)],
          [60, lowAt(8)],
        ],
        HOURLY,
      ).sent,
    ).toEqual(['0 firing addresses-low warning', '60 repeated addresses-low warning']);
  });

  test.each([
    ['what has not changed', HOURLY, lowAt(9)],
    ['with an interval of zero', SETTINGS, lowAt(8)],
    ['what only has not cleared yet', HOURLY, lowAt(8, { raise: 'ok', hold: 'warning' })],
  ])('is not done: %s', (_, settings, later) => {
    expect(
      live(
        [
          [0, lowAt(9)],
          [600, later],
        ],
        settings,
      ).sent,
    ).toEqual(['0 firing addresses-low warning']);
  });

  test('is not done once the alert is acknowledged, until another check leads', () => {
    const { alert } = live([[0, lowAt(9)]], HOURLY);
    if (alert === null) throw new Error('it must fire');
    const seen = acknowledge(alert, 'mia', START);
    expect(live([[600, lowAt(8)]], HOURLY, seen).sent).toEqual([]);
    const escalated = live([[600, empty]], HOURLY, seen);
    expect(escalated.sent).toEqual(['600 escalated addresses-exhausted critical']);
    expect(escalated.alert?.acknowledged).toBeNull();
  });

  test('waits until what was sent before has been delivered', () => {
    const first = reduceAlert(null, lowAt(9), HOURLY, START).alert;
    expect(reduceAlert(first, lowAt(8), HOURLY, START + 600 * MINUTE).transitions).toEqual([]);
  });
});
