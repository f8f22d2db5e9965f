import { describe, expect, test } from 'vitest';
import { acknowledge } from '../../../shared/alerts/acknowledgement.ts';
import { reduceAlert } from '../../../shared/alerts/lifecycle.ts';
import type { LifecycleSettings, Reduction } from '../../../shared/alerts/reduction.ts';
import type { Alert, Observation } from '../../../shared/model/alert/alert.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const iso = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString();

/** Fires after ten minutes, is repeated after an hour. */
const SETTINGS: LifecycleSettings = { pendingFor: 600, clearFor: 0, repeatEvery: 3600 };
const AT_ONCE: LifecycleSettings = { pendingFor: 0, clearFor: 0, repeatEvery: 0 };

/** Feeds observations in, each at its minute, and takes everything out of the outbox as it comes, as a delivery would. */
const live = (
  steps: readonly (readonly [minute: number, observation: Observation])[],
  settings: LifecycleSettings = SETTINGS,
  from: Alert | null = null,
): Reduction & { readonly told: readonly string[] } => {
  let alert = from;
  let transitions: Reduction['transitions'] = [];
  const told: string[] = [];
  for (const [minute, observation] of steps) {
    const reduction = reduceAlert(alert, observation, settings, START + minute * MINUTE);
    transitions = reduction.transitions;
    told.push(
      ...transitions.map((step) => `${minute} ${step.transition} ${step.previousSeverity}>${step.severity}`),
    );
    alert = reduction.alert === null ? null : { ...reduction.alert, outbox: [] };
  }
  return { alert, transitions, told };
};

const ok = anObservation('ok', { available: 200 });
const warning = anObservation('warning');
const critical = anObservation('critical', { available: 2 });
const unknown = anObservation(null);
/** Better than the thresholds that raise, not yet past those that clear. */
const nearWarning = anObservation('ok', { hold: 'warning', available: 14 });
const nearCritical = anObservation('warning', { hold: 'critical', available: 4 });

const firing = (observation = warning): Alert => {
  const { alert } = live([[0, observation]], AT_ONCE);
  if (alert === null) throw new Error('it must fire');
  return alert;
};

describe('waiting', () => {
  test('a healthy subject has no record at all', () => {
    expect(live([[0, ok]]).alert).toBeNull();
  });

  test('what is raised waits, and no notification is sent', () => {
    const { alert, transitions } = reduceAlert(null, warning, SETTINGS, START);
    expect(transitions).toEqual([]);
    expect(alert).toEqual({
      key: 'addresses-low/subnet/subnet-0a',
      rule: 'addresses-low',
      subject: aSubnetSubject(),
      status: 'pending',
      severity: 'ok',
      since: iso(0),
      candidate: { severity: 'warning', since: iso(0) },
      lastNotifiedAt: null,
      lastObservedAt: iso(0),
      sequence: 0,
      finding: warning.finding,
      acknowledged: null,
      outbox: [],
    });
  });

  test('it fires once the condition has held for the pending period, not a millisecond earlier', () => {
    expect(
      live([
        [0, warning],
        [10 - 1 / MINUTE, warning],
      ]).told,
    ).toEqual([]);
    expect(
      live([
        [0, warning],
        [10, warning],
      ]).told,
    ).toEqual(['10 firing ok>warning']);
  });

  test('without a pending period it fires at once', () => {
    expect(live([[0, critical]], AT_ONCE).told).toEqual(['0 firing ok>critical']);
  });

  test('what clears while it waits was never said, and starts again next time', () => {
    const { alert, told } = live([
      [0, warning],
      [5, ok],
      [6, warning],
      [12, warning],
    ]);
    expect(told).toEqual([]);
    expect(alert).toMatchObject({ status: 'pending', since: iso(6) });
  });

  test('what cleared while it waited is put down as resolved', () => {
    expect(
      live([
        [0, critical],
        [5, ok],
      ]).alert,
    ).toMatchObject({
      status: 'resolved',
      severity: 'ok',
      candidate: null,
      lastNotifiedAt: null,
      lastObservedAt: iso(5),
      sequence: 0,
    });
  });

  test('a value that hovers about its threshold neither starts again nor fires on the better side', () => {
    expect(
      live([
        [0, warning],
        [5, nearWarning],
        [10, nearWarning],
      ]).told,
    ).toEqual([]);
    expect(
      live([
        [0, warning],
        [5, nearWarning],
        [11, warning],
      ]).told,
    ).toEqual(['11 firing ok>warning']);
  });

  test('each level waits for itself: wavering between the two still warns in time', () => {
    const steps = [
      [0, warning],
      [4, critical],
      [6, warning],
      [9, critical],
      [10, critical],
    ] as const;
    expect(live(steps).told).toEqual(['10 firing ok>warning']);
  });

  test('critical for the whole pending period fires as critical', () => {
    expect(
      live([
        [0, critical],
        [10, critical],
      ]).told,
    ).toEqual(['10 firing ok>critical']);
  });

  test('critical for a part of it fires as a warning, and escalates when its own time has come', () => {
    expect(
      live([
        [0, warning],
        [5, critical],
        [10, critical],
        [15, critical],
      ]).told,
    ).toEqual(['10 firing ok>warning', '15 escalated warning>critical']);
  });

  test('a level that nearly cleared keeps its place in the queue', () => {
    expect(
      live([
        [0, critical],
        [5, nearCritical],
        [10, critical],
      ]).told,
    ).toEqual(['10 firing ok>critical']);
  });

  test('a worse level that clears while waiting leaves the milder one waiting', () => {
    const { alert } = live([
      [0, warning],
      [3, critical],
      [6, warning],
    ]);
    expect(alert).toMatchObject({ since: iso(0), candidate: { severity: 'warning', since: iso(0) } });
  });

  test('two levels that began together are separate when one of them clears', () => {
    const steps = [
      [0, critical],
      [5, warning],
      [10, warning],
    ] as const;
    const { alert, told } = live(steps);
    expect(told).toEqual(['10 firing ok>warning']);
    expect(alert?.candidate).toBeNull();
    expect(live(steps.slice(0, 2)).alert?.candidate).toEqual({ severity: 'warning', since: iso(0) });
  });

  test('the record of a waiting alert keeps the finding and subject that it was last changed with', () => {
    const renamed = anObservation('critical', { subject: aSubnetSubject({ name: 'renamed' }), available: 1 });
    const { alert } = live([
      [0, warning],
      [1, renamed],
    ]);
    expect(alert?.subject.name).toBe('renamed');
    expect(alert?.finding).toBe(renamed.finding);
  });
});

describe('firing', () => {
  test('the transition says everything that a message needs', () => {
    const observation = anObservation('warning', { cause: 'vpc/vpc-01' });
    const { transitions, alert } = live([
      [0, observation],
      [10, observation],
    ]);
    expect(transitions).toEqual([
      {
        id: 'addresses-low/subnet/subnet-0a#1',
        key: 'addresses-low/subnet/subnet-0a',
        rule: 'addresses-low',
        subject: aSubnetSubject(),
        transition: 'firing',
        severity: 'warning',
        previousSeverity: 'ok',
        at: iso(10),
        since: iso(0),
        finding: observation.finding,
        cause: 'vpc/vpc-01',
        announced: ['warning'],
      },
    ]);
    expect(alert).toMatchObject({
      status: 'firing',
      severity: 'warning',
      since: iso(0),
      candidate: null,
      lastNotifiedAt: iso(10),
      lastObservedAt: iso(10),
      sequence: 1,
      cause: 'vpc/vpc-01',
      announced: ['warning'],
    });
  });

  test('every transition is put into the outbox, behind what still waits there', () => {
    const first = reduceAlert(null, warning, AT_ONCE, START).alert;
    const second = reduceAlert(first, critical, AT_ONCE, START + MINUTE);
    expect(second.alert?.outbox.map(({ transition }) => transition.id)).toEqual([
      'addresses-low/subnet/subnet-0a#1',
      'addresses-low/subnet/subnet-0a#2',
    ]);
    expect(second.alert?.outbox[1]).toEqual({
      transition: second.transitions[0],
      claimedBy: null,
      claimedUntil: null,
      attempts: 0,
      lastError: null,
    });
  });

  test('the finding carries the level that is announced, whatever the rule saw beyond it', () => {
    const { transitions } = live([
      [0, warning],
      [9, critical],
      [10, critical],
    ]);
    expect(transitions[0]?.finding).toEqual({ ...critical.finding, severity: 'warning' });
  });

  test('it stays as it is while nothing changes: the very same record, so nothing is stored', () => {
    const alert = firing();
    const worse = anObservation('warning', { available: 7 });
    expect(reduceAlert(alert, worse, SETTINGS, START + 5 * MINUTE).alert).toBe(alert);
  });

  test('the same observation at the same moment changes nothing a second time', () => {
    const once = reduceAlert(firing(), critical, AT_ONCE, START + MINUTE);
    const twice = reduceAlert(once.alert, critical, AT_ONCE, START + MINUTE);
    expect(twice.alert).toBe(once.alert);
    expect(twice.transitions).toEqual([]);
  });

  test('an observation older than the last change is too late to matter', () => {
    const alert = live([[10, warning]], AT_ONCE).alert;
    expect(reduceAlert(alert, ok, AT_ONCE, START + 9 * MINUTE)).toEqual({ alert, transitions: [] });
    expect(reduceAlert(alert, ok, AT_ONCE, START + 10 * MINUTE).transitions).toHaveLength(1);
  });
});

describe('escalating and stepping down', () => {
  test('a worse level waits as the first one did', () => {
    const steps = [
      [1, critical],
      [10, critical],
      [11, critical],
    ] as const;
    expect(live(steps, SETTINGS, firing()).told).toEqual(['11 escalated warning>critical']);
  });

  test('while it waits the record says so, once', () => {
    const { alert } = live([[1, critical]], SETTINGS, firing());
    expect(alert).toMatchObject({
      status: 'firing',
      severity: 'warning',
      candidate: { severity: 'critical', since: iso(1) },
      lastObservedAt: iso(1),
    });
    expect(reduceAlert(alert, critical, SETTINGS, START + 2 * MINUTE).alert).toBe(alert);
  });

  test('a worse level that clears in between starts again', () => {
    const steps = [
      [1, critical],
      [5, warning],
      [6, critical],
      [12, critical],
    ] as const;
    const { alert, told } = live(steps, SETTINGS, firing());
    expect(told).toEqual([]);
    expect(alert?.candidate).toEqual({ severity: 'critical', since: iso(6) });
  });

  test('a worse level that clears leaves nothing waiting', () => {
    expect(
      live(
        [
          [1, critical],
          [5, warning],
        ],
        SETTINGS,
        firing(),
      ).alert?.candidate,
    ).toBeNull();
  });

  test('a worse level that nearly clears goes on waiting', () => {
    const steps = [
      [1, critical],
      [6, nearCritical],
      [11, critical],
    ] as const;
    expect(live(steps, SETTINGS, firing()).told).toEqual(['11 escalated warning>critical']);
  });

  test('it steps down at once when the level has cleared, and only to what holds', () => {
    expect(live([[1, warning]], SETTINGS, firing(critical)).told).toEqual(['1 deescalated critical>warning']);
    expect(live([[1, nearWarning]], SETTINGS, firing(critical)).told).toEqual([
      '1 deescalated critical>warning',
    ]);
    expect(live([[1, nearCritical]], SETTINGS, firing(critical)).told).toEqual([]);
    expect(live([[1, nearWarning]], SETTINGS, firing()).told).toEqual([]);
  });

  test('from critical it can go straight to all well', () => {
    expect(live([[1, ok]], SETTINGS, firing(critical)).told).toEqual(['1 resolved critical>ok']);
  });

  test('after stepping down it must wait again to go up', () => {
    expect(
      live(
        [
          [1, warning],
          [2, critical],
          [11, critical],
          [12, critical],
        ],
        SETTINGS,
        firing(critical),
      ).told,
    ).toEqual(['1 deescalated critical>warning', '12 escalated warning>critical']);
  });

  test('it says what changed since it was last announced', () => {
    const escalated = live([[1, critical]], AT_ONCE, firing());
    expect(escalated.transitions[0]?.changes).toEqual([
      { name: 'available', unit: 'addresses', before: 12, now: 2 },
    ]);
    const eased = live([[2, warning]], AT_ONCE, escalated.alert);
    expect(eased.transitions[0]?.changes).toEqual([
      { name: 'available', unit: 'addresses', before: 2, now: 12 },
    ]);
  });

  test('it is still about what the rule says now', () => {
    const eased = live([[2, nearWarning]], AT_ONCE, firing(critical));
    expect(eased.transitions[0]?.finding).toEqual(nearWarning.finding);
    expect(eased.alert?.finding).toEqual(nearWarning.finding);
  });

  test('without figures of their own, observations are compared by their findings', () => {
    const { evidence: _evidence, ...bare } = critical;
    expect(live([[1, bare]], AT_ONCE, firing()).transitions[0]?.changes).toEqual([
      { name: 'available', unit: 'addresses', before: 12, now: 2 },
    ]);
    const { evidence: _none, ...silent } = ok;
    expect(live([[1, silent]], AT_ONCE, firing()).transitions[0]?.changes).toEqual([]);
  });

  test('a rule that holds a level without a finding leaves the last one standing', () => {
    const wordless = { ...nearWarning, finding: null };
    const { transitions } = live([[1, wordless]], AT_ONCE, firing(critical));
    expect(transitions[0]?.finding).toEqual({ ...critical.finding, severity: 'warning' });
  });

  test('all recipients of a level in this life are remembered', () => {
    const { alert } = live(
      [
        [1, critical],
        [2, warning],
        [3, critical],
      ],
      AT_ONCE,
      firing(),
    );
    expect(alert?.announced).toEqual(['warning', 'critical']);
  });
});

describe('resolving', () => {
  test('it tells the last finding, what changed, and how long it lasted', () => {
    const { transitions, alert } = live([[30, ok]], SETTINGS, firing());
    expect(transitions[0]).toMatchObject({
      id: 'addresses-low/subnet/subnet-0a#2',
      transition: 'resolved',
      severity: 'ok',
      previousSeverity: 'warning',
      at: iso(30),
      since: iso(0),
      finding: warning.finding,
      changes: [{ name: 'available', unit: 'addresses', before: 12, now: 200 }],
      announced: ['warning'],
    });
    expect(alert).toMatchObject({
      status: 'resolved',
      severity: 'ok',
      candidate: null,
      lastNotifiedAt: iso(30),
      sequence: 2,
    });
  });

  test('it has the finding of before, even if the rule has another', () => {
    const improved = { ...ok, finding: warning.finding };
    expect(live([[1, improved]], SETTINGS, firing(critical)).transitions[0]?.finding).toEqual(
      critical.finding,
    );
  });

  test('a resolved alert stays as it is while all is well', () => {
    const { alert } = live([[1, ok]], SETTINGS, firing());
    expect(reduceAlert(alert, ok, SETTINGS, START + 2 * MINUTE).alert).toBe(alert);
  });

  test('a new life has a new beginning, a new cause and no recipients; its numbers go on', () => {
    const first = live(
      [
        [0, anObservation('critical', { cause: 'vpc/vpc-01' })],
        [5, ok],
      ],
      AT_ONCE,
    ).alert;
    const { alert, transitions } = live([[60, warning]], AT_ONCE, first);
    expect(transitions[0]).toMatchObject({ id: 'addresses-low/subnet/subnet-0a#3', since: iso(60) });
    expect(transitions[0]).not.toHaveProperty('cause');
    expect(transitions[0]).not.toHaveProperty('changes');
    expect(alert).not.toHaveProperty('cause');
    expect(alert?.announced).toEqual(['warning']);
  });

  test('a new life waits as the first did, with what is found now', () => {
    const { alert } = live(
      [
        [5, ok],
        [60, critical],
      ],
      SETTINGS,
      firing(),
    );
    expect(alert).toMatchObject({
      status: 'pending',
      since: iso(60),
      candidate: { severity: 'critical', since: iso(60) },
      finding: critical.finding,
    });
  });

  test('an alert keeps the cause that it fired with', () => {
    const wide = live([[0, anObservation('warning', { cause: 'vpc/vpc-01' })]], AT_ONCE).alert;
    const { alert, transitions } = live(
      [[5, anObservation('ok', { cause: 'subnet/subnet-0a' })]],
      AT_ONCE,
      wide,
    );
    expect(transitions[0]?.cause).toBe('vpc/vpc-01');
    expect(alert?.cause).toBe('vpc/vpc-01');
  });
});

describe('clearing', () => {
  /** Fires at once, and must be clear for an hour. */
  const LINGERING: LifecycleSettings = { pendingFor: 0, clearFor: 3600, repeatEvery: 0 };
  const told = (steps: Parameters<typeof live>[0], repeatEvery = 0) =>
    live(steps, { ...LINGERING, repeatEvery }).told;

  test('it resolves once the condition has been clear for as long as it must, not a millisecond earlier', () => {
    expect(
      told([
        [0, warning],
        [10, ok],
        [70 - 1 / MINUTE, ok],
      ]),
    ).toEqual(['0 firing ok>warning']);
    expect(
      told([
        [0, warning],
        [10, ok],
        [70, ok],
      ]),
    ).toEqual(['0 firing ok>warning', '70 resolved warning>ok']);
  });

  test('the record says since when it has been clear, once, and no more when the condition is back', () => {
    const clear = reduceAlert(firing(), ok, LINGERING, START + 10 * MINUTE).alert;
    expect(clear).toMatchObject({
      status: 'firing',
      severity: 'warning',
      clearing: { warning: iso(10) },
      lastObservedAt: iso(10),
    });
    expect(reduceAlert(clear, ok, LINGERING, START + 15 * MINUTE).alert).toBe(clear);
    const back = reduceAlert(clear, nearWarning, LINGERING, START + 20 * MINUTE).alert;
    expect(back).not.toHaveProperty('clearing');
    expect(back?.lastObservedAt).toBe(iso(20));
  });

  test('what comes back in between, or only nearly cleared, starts the wait again', () => {
    for (const back of [warning, nearWarning])
      expect(
        told([
          [0, warning],
          [10, ok],
          [40, back],
          [50, ok],
          [100, ok],
          [110, ok],
        ]),
      ).toEqual(['0 firing ok>warning', '110 resolved warning>ok']);
  });

  test('a critical alert eases to a warning once critical has been clear, though the warning comes and goes', () => {
    expect(
      told([
        [0, critical],
        [10, ok],
        [30, warning],
        [50, ok],
        [70, ok],
        [110, ok],
      ]),
    ).toEqual(['0 firing ok>critical', '70 deescalated critical>warning', '110 resolved warning>ok']);
  });

  test('what was easing when it got worse starts the wait again', () => {
    expect(
      told([
        [0, warning],
        [10, ok],
        [40, critical],
        [50, ok],
        [75, ok],
        [110, ok],
      ]),
    ).toEqual(['0 firing ok>warning', '40 escalated warning>critical', '110 resolved critical>ok']);
  });

  test('once it has resolved the record keeps no clock, so a new life waits again', () => {
    const { alert } = live(
      [
        [0, critical],
        [10, ok],
        [70, ok],
      ],
      LINGERING,
    );
    expect(alert).toMatchObject({ status: 'resolved' });
    expect(alert).not.toHaveProperty('clearing');
  });

  test('unknown neither starts the wait nor stops it, and does not complete it', () => {
    expect(
      told([
        [0, warning],
        [5, unknown],
        [10, ok],
        [40, unknown],
        [70, unknown],
        [75, ok],
      ]),
    ).toEqual(['0 firing ok>warning', '75 resolved warning>ok']);
  });

  test('where only the way down is unknown, the wait does not begin, goes on where it had begun, and is not completed', () => {
    const noWayDown: Observation = { ...ok, hold: null };
    expect(
      told([
        [0, warning],
        [5, noWayDown],
        [10, ok],
        [40, noWayDown],
        [70, noWayDown],
        [75, ok],
      ]),
    ).toEqual(['0 firing ok>warning', '75 resolved warning>ok']);
    const began = reduceAlert(firing(), noWayDown, LINGERING, START + 5 * MINUTE).alert;
    expect(began).not.toHaveProperty('clearing');
    const stopped = live(
      [
        [10, ok],
        [20, { ...warning, hold: null }],
      ],
      LINGERING,
      firing(),
    ).alert;
    expect(stopped).not.toHaveProperty('clearing');
  });

  test('while it is clear there is nothing to repeat, and a worse level that is clear does not stop a milder repeat', () => {
    const steps: Parameters<typeof live>[0] = [
      [0, warning],
      [20, ok],
      [35, ok],
      [40, anObservation('warning', { available: 11 })],
      [45, warning],
    ];
    expect(told(steps, 1800)).toEqual(['0 firing ok>warning', '40 repeated warning>warning']);
    expect(
      told(
        [
          [0, critical],
          [10, warning],
          [70, warning],
          [100, anObservation('warning', { available: 11 })],
        ],
        1800,
      ),
    ).toEqual(['0 firing ok>critical', '70 deescalated critical>warning', '100 repeated warning>warning']);
  });

  test('an alert that eases keeps the clock of the milder level', () => {
    expect(
      told([
        [0, critical],
        [10, warning],
        [40, ok],
        [70, ok],
        [100, ok],
      ]),
    ).toEqual(['0 firing ok>critical', '70 deescalated critical>warning', '100 resolved warning>ok']);
  });

  test('each level has a clock of its own', () => {
    const waits: LifecycleSettings = { pendingFor: 600, clearFor: 3600, repeatEvery: 0 };
    const { alert } = live(
      [
        [10, ok],
        [15, ok],
      ],
      waits,
      firing(critical),
    );
    expect(alert?.clearing).toEqual({ warning: iso(10), critical: iso(10) });
    const eased = live(
      [
        [70, warning],
        [130, ok],
        [131, ok],
      ],
      waits,
      alert,
    );
    expect(eased.told).toEqual(['70 deescalated critical>warning']);
    expect(eased.alert?.clearing).toEqual({ warning: iso(130) });
  });

  test('what is gone ends at once', () => {
    expect(
      told([
        [0, critical],
        [5, { ...ok, gone: true }],
      ]),
    ).toEqual(['0 firing ok>critical', '5 resolved critical>ok']);
  });

  test('going up waits for nothing here', () => {
    expect(
      told([
        [0, warning],
        [10, ok],
        [11, critical],
      ]),
    ).toEqual(['0 firing ok>warning', '11 escalated warning>critical']);
  });
});

describe('unknown', () => {
  test('it makes no record', () => {
    expect(reduceAlert(null, unknown, AT_ONCE, START)).toEqual({ alert: null, transitions: [] });
  });

  test.each([
    ['a waiting', live([[0, warning]]).alert],
    ['a firing', firing()],
    ['a resolved', live([[1, ok]], AT_ONCE, firing()).alert],
  ])('%s alert stays exactly as it is', (_which, alert) => {
    const reduction = reduceAlert(alert, unknown, SETTINGS, START + 600 * MINUTE);
    expect(reduction.alert).toBe(alert);
    expect(reduction.transitions).toEqual([]);
  });

  test('it does not stop the clock: bad before and after a gap was bad throughout, as far as anybody saw', () => {
    expect(
      live([
        [0, warning],
        [5, unknown],
        [9, unknown],
        [10, warning],
      ]).told,
    ).toEqual(['10 firing ok>warning']);
  });

  test('it does not complete the wait either', () => {
    expect(
      live([
        [0, warning],
        [10, unknown],
        [20, unknown],
      ]).told,
    ).toEqual([]);
  });

  test('where only the way down is unknown, it may go up and not down', () => {
    const upOnly = (raise: 'ok' | 'warning' | 'critical') => ({ ...anObservation(raise), hold: null });
    expect(live([[1, upOnly('ok')]], AT_ONCE, firing()).told).toEqual([]);
    expect(live([[1, upOnly('warning')]], AT_ONCE, firing(critical)).told).toEqual([]);
    expect(live([[1, upOnly('critical')]], AT_ONCE, firing()).told).toEqual(['1 escalated warning>critical']);
    expect(
      live([
        [0, warning],
        [5, upOnly('ok')],
        [10, warning],
      ]).told,
    ).toEqual(['10 firing ok>warning']);
  });
});

describe('repeating', () => {
  const repeats = (minutes: readonly number[], alert = firing()) =>
    live(
      minutes.map((minute) => [minute, anObservation('warning', { available: 200 - minute })] as const),
      SETTINGS,
      alert,
    ).told;

  test('what has not changed is not sent again, however long it lasts', () => {
    expect(
      live(
        [
          [60, warning],
          [600, warning],
        ],
        SETTINGS,
        firing(),
      ).told,
    ).toEqual([]);
  });

  test('what has changed is sent again after the interval, and again after the next', () => {
    expect(repeats([59, 60, 61, 119, 120])).toEqual([
      '60 repeated warning>warning',
      '120 repeated warning>warning',
    ]);
  });

  test('a repeat says what has changed since', () => {
    const { transitions } = live([[60, anObservation('warning', { available: 9 })]], SETTINGS, firing());
    expect(transitions[0]?.changes).toEqual([{ name: 'available', unit: 'addresses', before: 12, now: 9 }]);
  });

  test('an interval of 0 means never', () => {
    expect(live([[100_000, warning]], AT_ONCE, firing()).told).toEqual([]);
  });

  test('any other notification starts the interval again', () => {
    const steps = [
      [50, critical],
      [60, critical],
      [109, critical],
      [119, anObservation('critical', { available: 1 })],
      [120, anObservation('critical', { available: 1 })],
    ] as const;
    expect(live(steps, SETTINGS, firing()).told).toEqual([
      '60 escalated warning>critical',
      '120 repeated critical>critical',
    ]);
  });

  test('a level that nearly cleared still holds, and is repeated', () => {
    expect(live([[60, nearWarning]], SETTINGS, firing()).told).toEqual(['60 repeated warning>warning']);
  });

  test('a repeat does not forget that a worse level waits', () => {
    const { alert, told } = live(
      [
        [55, critical],
        [60, critical],
      ],
      SETTINGS,
      firing(),
    );
    expect(told).toEqual(['60 repeated warning>warning']);
    expect(alert?.candidate).toEqual({ severity: 'critical', since: iso(55) });
  });

  test('nothing is repeated while what was said before has not been delivered', () => {
    const undelivered = reduceAlert(null, warning, AT_ONCE, START).alert;
    expect(reduceAlert(undelivered, warning, SETTINGS, START + 600 * MINUTE)).toEqual({
      alert: undelivered,
      transitions: [],
    });
  });

  test('what waits, and what is resolved, is not repeated', () => {
    const long: LifecycleSettings = { pendingFor: 36_000, clearFor: 0, repeatEvery: 60 };
    expect(
      live(
        [
          [0, warning],
          [100, warning],
        ],
        long,
      ).told,
    ).toEqual([]);
    const resolved = live([[1, ok]], SETTINGS, firing()).alert;
    expect(live([[200, ok]], SETTINGS, resolved).told).toEqual([]);
  });

  test('an acknowledged alert is not repeated', () => {
    expect(repeats([60, 200], acknowledge(firing(), 'mia', START))).toEqual([]);
  });
});

describe('acknowledging', () => {
  test('an escalation is sent, and ends the acknowledgement', () => {
    const { alert, told } = live([[1, critical]], AT_ONCE, acknowledge(firing(), 'mia', START));
    expect(told).toEqual(['1 escalated warning>critical']);
    expect(alert?.acknowledged).toBeNull();
  });

  test('stepping down and waiting leave it', () => {
    const acknowledged = acknowledge(firing(critical), 'mia', START);
    const eased = live(
      [
        [1, warning],
        [2, critical],
      ],
      SETTINGS,
      acknowledged,
    ).alert;
    expect(eased?.acknowledged).toEqual({ by: 'mia', at: iso(0) });
  });

  test('the end is sent, and ends it', () => {
    const { alert, told } = live([[1, ok]], AT_ONCE, acknowledge(firing(), 'mia', START));
    expect(told).toEqual(['1 resolved warning>ok']);
    expect(alert?.acknowledged).toBeNull();
  });

  test('a new life begins without', () => {
    const resolved = live([[1, ok]], AT_ONCE, firing()).alert;
    const stale = resolved === null ? null : { ...resolved, acknowledged: { by: 'mia', at: iso(0) } };
    expect(live([[2, warning]], AT_ONCE, stale).alert?.acknowledged).toBeNull();
  });
});

describe('a record from an earlier version', () => {
  test('one without a list of recipients starts it with the next notification', () => {
    const { announced: _announced, ...old } = firing();
    expect(live([[1, critical]], AT_ONCE, old).alert?.announced).toEqual(['critical']);
  });

  test('a firing one that was never sent is not repeated', () => {
    const untold = { ...firing(), lastNotifiedAt: null };
    expect(live([[600, warning]], SETTINGS, untold).told).toEqual([]);
  });
});

test('a rule that raises a level and finds nothing is a defect, and is called one', () => {
  const wordless = { ...warning, finding: null };
  expect(() => reduceAlert(null, wordless, AT_ONCE, START)).toThrow(
    expect.objectContaining({
      code: 'observation-without-finding',
      message:
        'The rule addresses-low raised addresses-low/subnet/subnet-0a to warning without saying what it found.',
      action: 'This is a defect of the rule: report it with the scan that shows it.',
    }),
  );
});
