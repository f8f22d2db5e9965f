import { beforeEach, describe, expect, test } from 'vitest';
import { type RaiseAlertsInput, raiseAlerts } from '../../../shared/pipeline/alert.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { AlertStore } from '../../../shared/state/state-store.ts';
import { StateStoreError } from '../../../shared/state/state-store-error.ts';
import { anAlert } from '../../fixtures/stored-alerts.ts';
import { Inbox, type Levels, MINUTE, observationsOf, run, StandingClock, target } from './rehearsal.ts';

const DAY = 24 * 60 * MINUTE;

describe('raising alerts', () => {
  let store: AlertStore;
  let commits: string[];
  let clock: StandingClock;
  let inbox: Inbox;
  let runs = 0;

  beforeEach(() => {
    const { alerts } = createMemoryStateStore();
    commits = [];
    store = {
      ...alerts,
      commit: (of, alert, version) => {
        commits.push(alert.key);
        return alerts.commit(of, alert, version);
      },
    };
    clock = new StandingClock();
    inbox = new Inbox();
  });

  const scan = (levels: Levels) => {
    runs += 1;
    return run({ levels, store, notifier: inbox.notifier, clock, runId: `run-${runs}` });
  };
  const raise = (levels: Levels, changes: Partial<RaiseAlertsInput> = {}) => {
    runs += 1;
    return raiseAlerts({
      target,
      observations: observationsOf(levels),
      settingsFor: () => ({ pendingFor: 0, clearFor: 0, repeatEvery: 0 }),
      store,
      now: clock.now,
      clock: clock.read,
      runId: `run-${runs}`,
      ...changes,
    });
  };

  test('a thousand healthy subnets write nothing', async () => {
    await scan(
      Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`subnet-${index}`, 'ok' as const])),
    );
    expect(commits).toEqual([]);
  });

  test('an alert that goes on firing writes nothing', async () => {
    await scan({ 'subnet-0a': 'critical' });
    commits = [];
    for (let scans = 0; scans < 10; scans += 1) {
      clock.now += 5 * MINUTE;
      await scan({ 'subnet-0a': 'critical' });
    }
    expect(commits).toEqual([]);
    expect(inbox.received).toEqual(['addresses-low/subnet/subnet-0a#1']);
  });

  test('an alert costs two writes each time it changes: stored with its claim, and marked as sent', async () => {
    await scan({ 'subnet-0a': 'critical' });
    expect(commits).toHaveLength(2);
  });

  test('a scan that comes late changes nothing that a later one has stored', async () => {
    await scan({ 'subnet-0a': 'critical' });
    const late = await raise({ 'subnet-0a': 'ok' }, { now: clock.now - MINUTE });
    expect(late.transitions).toEqual([]);
    expect(late.alerts[0]?.alert.status).toBe('firing');
  });

  test('what is known to be gone resolves, and an alert that no rule mentions stays as it is', async () => {
    await scan({ 'subnet-0a': 'critical', 'subnet-0b': 'critical' });
    clock.now += 5 * MINUTE;
    const raised = await raise(
      {},
      {
        isGone: ({ subject }) => subject.id === 'subnet-0a',
        goneText: () => 'the subnet is no longer there',
      },
    );
    expect(raised.alerts.map(({ alert }) => [alert.subject.id, alert.status])).toEqual([
      ['subnet-0a', 'resolved'],
      ['subnet-0b', 'firing'],
    ]);
    expect(
      raised.transitions.map(({ clear, transition, subject }) => [subject.id, transition, clear]),
    ).toEqual([['subnet-0a', 'resolved', 'the subnet is no longer there']]);
  });

  test('a resolved alert is forgotten after seven days, and not a moment before', async () => {
    await scan({ 'subnet-0a': 'critical' });
    clock.now += 5 * MINUTE;
    await scan({ 'subnet-0a': 'ok' });
    clock.now += 7 * DAY;
    await scan({ 'subnet-0a': 'ok' });
    expect(await store.list(target)).toHaveLength(1);
    clock.now += 1;
    await scan({ 'subnet-0a': 'ok' });
    expect(await store.list(target)).toEqual([]);
  });

  test('one that comes back before that goes on counting, so that its transitions have names of their own', async () => {
    for (const level of ['critical', 'ok', 'critical'] as const) {
      clock.now += 5 * MINUTE;
      await scan({ 'subnet-0a': level });
    }
    expect(inbox.received.map((id) => id.split('#')[1])).toEqual(['1', '2', '3']);
  });

  test('an alert that cannot be stored is reported, and does not hold up others', async () => {
    const failing: AlertStore = {
      ...store,
      commit: async (of, alert, version) => {
        if (alert.subject.id === 'subnet-0a')
          throw new StateStoreError('state-throttled', 'throttled', 'wait');
        return store.commit(of, alert, version);
      },
    };
    const report = await run({
      levels: { 'subnet-0a': 'critical', 'subnet-0b': 'critical' },
      store: failing,
      notifier: inbox.notifier,
      clock,
      runId: 'run',
    });
    expect(inbox.received).toEqual(['addresses-low/subnet/subnet-0b#1']);
    expect(report.problems).toEqual([{ code: 'state-throttled', message: 'throttled', action: 'wait' }]);
  });

  test('a rule that raises without a finding is reported, and does not hold up others', async () => {
    const [broken, sound] = observationsOf({ 'subnet-0a': 'critical', 'subnet-0b': 'critical' });
    if (broken === undefined || sound === undefined) throw new Error('no observations');
    const raised = await raise({}, { observations: [{ ...broken, finding: null }, sound] });
    expect(raised.problems).toMatchObject([{ code: 'observation-without-finding' }]);
    expect(raised.alerts.map(({ alert }) => alert.subject.id)).toEqual(['subnet-0b']);
  });

  test('a record that other runs keep changing is left after some tries, and reported', async () => {
    let tries = 0;
    const contended: AlertStore = {
      ...store,
      read: async () => ({ alert: anAlert({ status: 'resolved', severity: 'ok' }), version: tries }),
      commit: async () => {
        tries += 1;
        return 'conflict';
      },
    };
    const raised = await raise({ 'subnet-0a': 'critical' }, { store: contended });
    expect(raised.problems).toMatchObject([{ code: 'alert-contended' }]);
    expect(tries).toBe(8);
  });

  test('a list of alerts that cannot be read ends the step: nothing is raised on half of what is known', async () => {
    const failing: AlertStore = {
      ...store,
      list: async () => {
        throw new StateStoreError('state-unavailable', 'gone', 'look');
      },
    };
    await expect(raise({ 'subnet-0a': 'critical' }, { store: failing })).rejects.toMatchObject({
      code: 'state-unavailable',
    });
    expect(commits).toEqual([]);
  });
});
