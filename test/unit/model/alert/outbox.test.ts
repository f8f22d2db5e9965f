import { describe, expect, test } from 'vitest';
import type { Alert, OutboxEntry, Transition } from '../../../../shared/model/alert/alert.ts';
import {
  type Claim,
  claimDue,
  entryId,
  OUTBOX_TIMING,
  released,
  type SendOutcome,
  sendTimeout,
  withOutcomes,
} from '../../../../shared/model/alert/outbox.ts';
import { anAlert, anEntry, aTransition } from '../../../fixtures/stored-alerts.ts';

const NOW = Date.parse('2026-01-15T10:00:00.000Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const at = (milliseconds: number): string => new Date(milliseconds).toISOString();

const claim = (changes: Partial<Claim> = {}): Claim => ({
  runId: 'this-run',
  now: NOW,
  claimFor: 4 * MINUTE,
  isSilenced: () => false,
  ...changes,
});

const LEVELS = ['ok', 'warning', 'critical'] as const;
type Level = (typeof LEVELS)[number];

/** The `sequence`th step of an alert: from one level to another. */
const step = (sequence: number, from: Level, to: Level): Transition =>
  aTransition(anAlert(), {
    id: `alert#${sequence}`,
    at: at(NOW),
    transition:
      to === 'ok'
        ? 'resolved'
        : from === 'ok'
          ? 'firing'
          : from === to
            ? 'repeated'
            : to === 'critical'
              ? 'escalated'
              : 'deescalated',
    previousSeverity: from,
    severity: to,
  });

const waiting = (sequence: number, changes: Partial<OutboxEntry> = {}): OutboxEntry =>
  anEntry({ transition: step(sequence, 'ok', 'warning'), ...changes });

const withOutbox = (...outbox: readonly OutboxEntry[]): Alert => anAlert({ outbox });

const ids = ({ outbox }: Alert): readonly string[] => outbox.map(({ transition }) => transition.id);

/** Who has claimed what, by transition id. */
const claims = ({ outbox }: Alert): Readonly<Record<string, string | null>> =>
  Object.fromEntries(outbox.map(({ transition, claimedBy }) => [transition.id, claimedBy]));

describe('claiming', () => {
  test('a new transition is claimed by the run until the claim ends', () => {
    expect(claimDue(withOutbox(waiting(1)), claim()).outbox).toEqual([
      { ...waiting(1), claimedBy: 'this-run', claimedUntil: at(NOW + 4 * MINUTE) },
    ]);
  });

  test('an alert with nothing to send is handed back as it is', () => {
    const alert = withOutbox();
    expect(claimDue(alert, claim())).toBe(alert);
  });

  test('what another run is sending is left alone until its claim has ended', () => {
    const until = (end: number) => withOutbox(waiting(1, { claimedBy: 'other', claimedUntil: at(end) }));
    expect(claimDue(until(NOW + 1), claim())).toEqual(until(NOW + 1));
    expect(claims(claimDue(until(NOW), claim()))).toEqual({ 'alert#1': 'this-run' });
  });

  test('what failed waits for its time', () => {
    const failed = (notBefore: number) =>
      withOutbox(waiting(1, { attempts: 1, lastError: 'down', claimedUntil: at(notBefore) }));
    const early = failed(NOW + 1);
    expect(claimDue(early, claim())).toBe(early);
    expect(claims(claimDue(failed(NOW), claim()))).toEqual({ 'alert#1': 'this-run' });
  });

  test('what waits for another attempt goes with what came after it, so that order is kept', () => {
    const alert = withOutbox(
      waiting(1, { attempts: 3, claimedUntil: at(NOW + MINUTE) }),
      anEntry({ transition: step(2, 'warning', 'ok') }),
    );
    expect(claims(claimDue(alert, claim()))).toEqual({ 'alert#1': 'this-run', 'alert#2': 'this-run' });
  });

  test('nothing overtakes what another run is sending', () => {
    const busy = { claimedBy: 'other', claimedUntil: at(NOW + MINUTE) };
    const alert = withOutbox(waiting(1, busy), anEntry({ transition: step(2, 'warning', 'ok') }));
    expect(claimDue(alert, claim())).toBe(alert);
  });

  test('what comes before an entry that another run is sending may go', () => {
    const busy = { claimedBy: 'other', claimedUntil: at(NOW + MINUTE) };
    const alert = withOutbox(
      waiting(1, { attempts: 1, claimedUntil: at(NOW) }),
      anEntry({ transition: step(2, 'warning', 'ok'), ...busy }),
    );
    expect(claims(claimDue(alert, claim()))).toEqual({ 'alert#1': 'this-run', 'alert#2': 'other' });
  });
});

describe('silence', () => {
  const silent = claim({ isSilenced: () => true });
  /** Kept quiet when they happened, except for the last, which happens now. */
  const untold = (...steps: readonly Transition[]) =>
    withOutbox(
      ...steps.map((transition, index) =>
        anEntry({ transition, ...(index < steps.length - 1 ? { silenced: true } : {}) }),
      ),
    );

  test('what is silenced is kept, marked as such, and not claimed', () => {
    const alert = claimDue(untold(step(1, 'ok', 'warning')), silent);
    expect(alert.outbox).toEqual([anEntry({ transition: step(1, 'ok', 'warning'), silenced: true })]);
    expect(claimDue(alert, silent)).toBe(alert);
  });

  test('a repeat that is silenced is dropped, and one that is not is claimed', () => {
    const alert = untold(step(4, 'warning', 'warning'));
    expect(ids(claimDue(alert, silent))).toEqual([]);
    expect(claims(claimDue(alert, claim()))).toEqual({ 'alert#4': 'this-run' });
  });

  test('what began and ended unheard is dropped', () => {
    const alert = untold(step(1, 'ok', 'warning'), step(2, 'warning', 'critical'), step(3, 'critical', 'ok'));
    expect(ids(claimDue(alert, silent))).toEqual([]);
    expect(ids(claimDue(alert, claim()))).toEqual([]);
  });

  test('what rose and fell back unheard is dropped', () => {
    expect(
      ids(claimDue(untold(step(2, 'warning', 'critical'), step(3, 'critical', 'warning')), silent)),
    ).toEqual([]);
  });

  test('an alert that fired and grew worse without a notification is sent as firing, without changes since an unsent step', () => {
    const changes = [{ name: 'available', before: 20, now: 3 }];
    const alert = untold(step(1, 'ok', 'warning'), { ...step(2, 'warning', 'critical'), changes });
    const { outbox } = claimDue(alert, claim());
    expect(outbox).toHaveLength(1);
    expect(outbox[0]?.transition).toEqual({
      ...step(2, 'warning', 'critical'),
      transition: 'firing',
      previousSeverity: 'ok',
    });
    expect(outbox[0]?.claimedBy).toBe('this-run');
  });

  test.each([
    ['escalated', step(2, 'warning', 'ok'), step(3, 'ok', 'critical')],
    ['deescalated', step(2, 'critical', 'ok'), step(3, 'ok', 'warning')],
    ['resolved', step(2, 'warning', 'critical'), step(3, 'critical', 'ok')],
  ] as const)('steps that together are %s become that one step', (kind, first, last) => {
    const [entry, ...others] = claimDue(untold(first, last), claim()).outbox;
    expect(others).toEqual([]);
    expect(entry?.transition).toEqual({
      ...last,
      transition: kind,
      previousSeverity: first.previousSeverity,
    });
  });

  test('steps that may have been sent stay: only pending steps become one', () => {
    const alert = withOutbox(
      waiting(1, { attempts: 1, lastError: 'down', claimedUntil: at(NOW) }),
      anEntry({ transition: step(2, 'warning', 'ok') }),
    );
    expect(ids(claimDue(alert, claim()))).toEqual(['alert#1', 'alert#2']);
    const crashed = withOutbox(
      waiting(1, { claimedBy: 'other', claimedUntil: at(NOW) }),
      anEntry({ transition: step(2, 'warning', 'ok') }),
    );
    expect(claims(claimDue(crashed, claim()))).toEqual({ 'alert#1': 'this-run', 'alert#2': 'this-run' });
  });

  test('pending steps become one behind a step that may have been sent', () => {
    const alert = withOutbox(
      waiting(1, { attempts: 1, claimedUntil: at(NOW) }),
      anEntry({ transition: step(2, 'warning', 'critical'), silenced: true }),
      anEntry({ transition: step(3, 'critical', 'ok') }),
    );
    expect(ids(claimDue(alert, claim()))).toEqual(['alert#1', 'alert#3']);
  });

  test('steps that only wait behind what another run is sending are all said', () => {
    const alert = withOutbox(
      waiting(1, { claimedBy: 'other', claimedUntil: at(NOW + 1) }),
      anEntry({ transition: step(2, 'warning', 'ok') }),
      anEntry({ transition: step(3, 'ok', 'warning') }),
    );
    expect(claimDue(alert, claim())).toBe(alert);
    expect(ids(claimDue(alert, claim({ now: NOW + 1 })))).toEqual(['alert#1', 'alert#2', 'alert#3']);
  });

  test('what was tried before it was silenced goes on being tried: some may have it, and order is kept', () => {
    const alert = withOutbox(
      waiting(1, { attempts: 1, claimedUntil: at(NOW), deliveredTo: ['chat'] }),
      anEntry({ transition: step(2, 'warning', 'ok') }),
    );
    const inhibited = claim({ isSilenced: ({ severity }) => severity === 'warning' });
    expect(claims(claimDue(alert, inhibited))).toEqual({ 'alert#1': 'this-run', 'alert#2': 'this-run' });
  });

  test('only what is silenced is held back', () => {
    const alert = withOutbox(
      waiting(1, { attempts: 1, claimedUntil: at(NOW) }),
      anEntry({ transition: step(2, 'warning', 'critical') }),
    );
    const muted = claim({ isSilenced: ({ severity }) => severity === 'critical' });
    expect(claims(claimDue(alert, muted))).toEqual({ 'alert#1': 'this-run', 'alert#2': null });
  });
});

describe('steps that have failed for an hour', () => {
  const failed = (transition: Transition, changes: Partial<OutboxEntry> = {}): OutboxEntry =>
    anEntry({
      transition: { ...transition, at: at(NOW - 60 * MINUTE) },
      attempts: 5,
      lastError: 'down',
      claimedUntil: at(NOW),
      ...changes,
    });
  const became = (...steps: readonly Transition[]): OutboxEntry | undefined => {
    const [entry, ...others] = claimDue(withOutbox(...steps.map((each) => failed(each))), claim()).outbox;
    expect(others).toEqual([]);
    return entry;
  };

  test.each([
    ['came and went', [step(1, 'ok', 'critical'), step(2, 'critical', 'ok')], 'resolved', 'critical'],
    ['grew worse', [step(1, 'ok', 'warning'), step(2, 'warning', 'critical')], 'firing', 'ok'],
    [
      'had been announced and grew worse',
      [step(2, 'warning', 'ok'), step(3, 'ok', 'critical')],
      'escalated',
      'warning',
    ],
    [
      'was worse meanwhile',
      [step(2, 'warning', 'critical'), step(3, 'critical', 'warning')],
      'deescalated',
      'critical',
    ],
    ['came back as it was', [step(2, 'warning', 'ok'), step(3, 'ok', 'warning')], 'firing', 'ok'],
  ] as const)('what %s is one step, for all who may have heard of any', (_, steps, kind, before) => {
    const entry = became(...steps);
    expect(entry?.transition).toMatchObject({
      id: steps.at(-1)?.id,
      transition: kind,
      previousSeverity: before,
    });
    expect(entry).toMatchObject({ claimedBy: 'this-run', attempts: 5 });
  });

  test('a resolve goes to all levels that were announced meanwhile', () => {
    expect(
      became(step(1, 'ok', 'warning'), step(2, 'warning', 'critical'), step(3, 'critical', 'ok'))?.transition
        .announced,
    ).toEqual(['warning', 'critical']);
  });

  test('what is kept quiet behind them stays quiet', () => {
    const alert = withOutbox(
      failed(step(1, 'ok', 'warning')),
      failed(step(2, 'warning', 'ok')),
      anEntry({ transition: step(3, 'ok', 'critical') }),
    );
    const muted = claim({ isSilenced: ({ severity }) => severity === 'critical' });
    expect(claims(claimDue(alert, muted))).toEqual({ 'alert#2': 'this-run', 'alert#3': null });
  });

  test('only the last step says which destinations have it', () => {
    const alert = withOutbox(
      failed(step(1, 'ok', 'warning'), { deliveredTo: ['chat'] }),
      failed(step(2, 'warning', 'ok')),
    );
    expect(claimDue(alert, claim()).outbox[0]?.deliveredTo).toBeUndefined();
  });

  test.each([
    ['younger', [failed(step(1, 'ok', 'warning'), {}), failed(step(2, 'warning', 'ok'))], NOW - 1],
    [
      'not tried yet',
      [failed(step(1, 'ok', 'warning'), { attempts: 0 }), failed(step(2, 'warning', 'ok'))],
      NOW,
    ],
    [
      'being sent',
      [
        failed(step(1, 'ok', 'warning')),
        failed(step(2, 'warning', 'ok'), { claimedBy: 'other', claimedUntil: at(NOW + 1) }),
      ],
      NOW,
    ],
  ] as const)('those that are %s stay as they are', (_, entries, now) => {
    expect(ids(claimDue(withOutbox(...entries), claim({ now })))).toEqual(['alert#1', 'alert#2']);
  });
});

describe('outcomes', () => {
  const mine = { claimedBy: 'this-run', claimedUntil: at(NOW + MINUTE) };
  const run = { runId: 'this-run', now: NOW, timing: OUTBOX_TIMING };
  const outcome = (changes: Partial<SendOutcome> = {}): ReadonlyMap<string, SendOutcome> =>
    new Map([['alert#1', { deliveredTo: [], failure: null, ...changes }]]);
  const down = { message: 'SNS is down' };

  test('what was delivered leaves the outbox, and the rest stays', () => {
    const alert = withOutbox(waiting(1, mine), waiting(2, mine));
    expect(withOutcomes(alert, outcome({ deliveredTo: ['default'] }), run).outbox).toEqual([
      waiting(2, mine),
    ]);
  });

  test('what was delivered leaves the outbox even when another run has claimed it since', () => {
    const alert = withOutbox(waiting(1, { claimedBy: 'other', claimedUntil: at(NOW + MINUTE) }));
    expect(withOutcomes(alert, outcome(), run).outbox).toEqual([]);
  });

  test('a failure keeps its causes, where the destination names some', () => {
    const failed = (causes?: readonly string[]) =>
      withOutcomes(
        withOutbox(waiting(1, { claimedBy: run.runId })),
        outcome({ failure: { message: 'refused', ...(causes === undefined ? {} : { causes }) } }),
        run,
      ).outbox[0];
    expect(failed(['slack: channel_not_found'])?.failing).toEqual(['slack: channel_not_found']);
    expect(failed([])).not.toHaveProperty('failing');
    expect(failed()).not.toHaveProperty('failing');
  });

  test('an alert that the outcomes do not speak of is handed back as it is', () => {
    const alert = withOutbox(waiting(2, mine));
    expect(withOutcomes(alert, outcome(), run)).toBe(alert);
  });

  test('what failed is given back, with why, and waits a minute', () => {
    expect(withOutcomes(withOutbox(waiting(1, mine)), outcome({ failure: down }), run).outbox).toEqual([
      waiting(1, { attempts: 1, lastError: 'SNS is down', claimedUntil: at(NOW + MINUTE) }),
    ]);
  });

  test.each([
    [0, 1],
    [1, 2],
    [2, 4],
    [3, 8],
    [4, 15],
    [50, 15],
  ])('after %i failures another makes it wait %i minutes', (attempts, minutes) => {
    const alert = withOutbox(waiting(1, { ...mine, attempts }));
    expect(withOutcomes(alert, outcome({ failure: down }), run).outbox[0]?.claimedUntil).toBe(
      at(NOW + minutes * MINUTE),
    );
  });

  test('while other destinations are tried, the claim goes on, and those that have it are remembered', () => {
    const alert = withOutbox(waiting(1, mine));
    const partial = outcome({ deliveredTo: ['slack'], isPartial: true });
    expect(withOutcomes(alert, partial, run).outbox).toEqual([
      waiting(1, { ...mine, deliveredTo: ['slack'] }),
    ]);
  });

  test('destinations that have it are remembered, over several attempts', () => {
    const once = withOutcomes(
      withOutbox(waiting(1, { ...mine, deliveredTo: ['slack'] })),
      outcome({ deliveredTo: ['pager', 'slack'], failure: down }),
      run,
    );
    expect(once.outbox[0]?.deliveredTo).toEqual(['slack', 'pager']);
  });

  test('what failed while another run took it over is that run’s; which destinations have it is still reported', () => {
    const taken = waiting(1, { claimedBy: 'other', claimedUntil: at(NOW + MINUTE) });
    const after = withOutcomes(withOutbox(taken), outcome({ deliveredTo: ['pager'], failure: down }), run);
    expect(after.outbox).toEqual([{ ...taken, deliveredTo: ['pager'] }]);
  });

  test('a claim can be given back untouched', () => {
    const alert = withOutbox(waiting(1, mine), waiting(2, mine), waiting(3, { ...mine, claimedBy: 'other' }));
    expect(released(alert, 'this-run', new Set(['alert#1', 'alert#3'])).outbox).toEqual([
      waiting(1),
      waiting(2, mine),
      waiting(3, { ...mine, claimedBy: 'other' }),
    ]);
  });
});

describe('timing', () => {
  test('the first attempt is short, and every further one patient', () => {
    expect([0, 1, 2, 20].map((attempts) => sendTimeout(attempts, OUTBOX_TIMING) / SECOND)).toEqual([
      30, 90, 90, 90,
    ]);
  });

  test('a claim outlasts the most patient attempt, and ends before the next scan of five minutes', () => {
    const { claimFor, patientSendTimeout, margin } = OUTBOX_TIMING;
    expect(margin).toBe(10 * SECOND);
    expect(patientSendTimeout + margin).toBeLessThan(claimFor);
    expect(claimFor).toBeLessThan(5 * MINUTE);
  });
});

describe('quiet hours of a destination', () => {
  /** Steps for `chat` and `pager`; `chat` is quiet for what is not critical. */
  const night = (isNight = true): NonNullable<Claim['quiet']> => ({
    destinationsOf: () => ['chat', 'pager'],
    waits: (name, { severity, transition }) =>
      isNight && name === 'chat' && (severity !== 'critical' || transition === 'repeated'),
  });
  const claimedAs = (alert: Alert): readonly (readonly [string, string | null, readonly string[]])[] =>
    alert.outbox.map((entry) => [entryId(entry), entry.claimedBy, entry.deliveredTo ?? []]);
  /** What `this-run` claimed of these steps has been sent. */
  const sent = (alert: Alert): Alert => ({
    ...alert,
    outbox: alert.outbox.filter(({ claimedBy }) => claimedBy === null),
  });
  const then = (alert: Alert, ...steps: readonly Transition[]): Alert => ({
    ...alert,
    outbox: [...alert.outbox, ...steps.map((transition) => anEntry({ transition }))],
  });

  test('a step is sent to the others, and waits for the one destination', () => {
    const alert = claimDue(withOutbox(waiting(1)), claim({ quiet: night() }));
    expect(claimedAs(alert)).toEqual([
      ['alert#1', 'this-run', ['chat']],
      ['alert#1@chat', null, []],
    ]);
    expect(claimDue(sent(alert), claim({ quiet: night() }))).toEqual(sent(alert));
    expect(claimedAs(claimDue(sent(alert), claim({ quiet: night(false) })))).toEqual([
      ['alert#1@chat', 'this-run', []],
    ]);
  });

  test('a step for which no destination waits stays one, and the outbox the very one', () => {
    const alert = withOutbox(waiting(1, { claimedBy: 'another-run', claimedUntil: at(NOW + MINUTE) }));
    expect(claimDue(alert, claim({ quiet: night(false) }))).toBe(alert);
    expect(claimedAs(claimDue(withOutbox(waiting(1)), claim({ quiet: night(false) })))).toEqual([
      ['alert#1', 'this-run', []],
    ]);
  });

  test('a step for which everybody waits has no entry for others', () => {
    const quiet = { destinationsOf: () => ['chat'], waits: () => true };
    expect(claimedAs(claimDue(withOutbox(waiting(1)), claim({ quiet })))).toEqual([
      ['alert#1@chat', null, []],
    ]);
  });

  test('what begins and ends within them is not sent at all', () => {
    const alert = sent(claimDue(withOutbox(waiting(1)), claim({ quiet: night() })));
    const over = claimDue(then(alert, step(2, 'warning', 'ok')), claim({ quiet: night() }));
    expect(claimedAs(over)).toEqual([['alert#2', 'this-run', ['chat']]]);
  });

  test('what becomes critical wakes, as one step with what waited', () => {
    const alert = sent(claimDue(withOutbox(waiting(1)), claim({ quiet: night() })));
    const worse = claimDue(then(alert, step(2, 'warning', 'critical')), claim({ quiet: night() }));
    expect(claimedAs(worse)).toEqual([
      ['alert#2@chat', 'this-run', []],
      ['alert#2', 'this-run', ['chat']],
    ]);
    expect(worse.outbox[0]?.transition).toMatchObject({ transition: 'firing', previousSeverity: 'ok' });
  });

  test('a reminder does not wait: it is dropped', () => {
    const alert = claimDue(
      withOutbox(anEntry({ transition: step(2, 'critical', 'critical') })),
      claim({ quiet: night() }),
    );
    expect(claimedAs(alert)).toEqual([['alert#2', 'this-run', ['chat']]]);
  });

  test('what came of one entry changes no other entry of the same step', () => {
    const alert = claimDue(withOutbox(waiting(1)), claim({ quiet: night() }));
    const after = withOutcomes(alert, new Map([['alert#1', { deliveredTo: ['pager'], failure: null }]]), {
      runId: 'this-run',
      now: NOW,
      timing: OUTBOX_TIMING,
    });
    expect(claimedAs(after)).toEqual([['alert#1@chat', null, []]]);
  });
});
