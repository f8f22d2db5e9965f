import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { AlertStore } from '../../../shared/state/state-store.ts';
import { Inbox, type Levels, MINUTE, Process, run, StandingClock, target } from './rehearsal.ts';
import { STORES, type StoreKind } from './stores.ts';

const FIRST: Levels = { 'subnet-0a': 'warning', 'subnet-0b': 'critical' };
const SECOND: Levels = { 'subnet-0a': 'critical', 'subnet-0b': 'ok' };
/** What fires of itself, without a scan before it. */
const SECOND_ALONE: Levels = { 'subnet-0a': 'critical', 'subnet-0b': 'warning' };
const IDS = ['subnet-0a', 'subnet-0b'].flatMap((subnetId) =>
  [1, 2].map((sequence) => `addresses-low/subnet/${subnetId}#${sequence}`),
);

describe.each(Object.keys(STORES))('two scans that overlap, with state in %s', (name) => {
  let kind: StoreKind;
  beforeAll(async () => {
    const start = STORES[name];
    if (start === undefined) throw new Error(`no store ${name}`);
    kind = await start();
  });
  afterAll(() => kind.stop());

  /**
   * Two scans' work, in which another run of the second one happens whole at one step of the first process.
   *
   * @param later how much later that other run is, in milliseconds.
   * @returns how many steps the first process took.
   */
  const overlap = async (
    step: number,
    when: 'before' | 'after',
    later: number,
    inbox: Inbox,
  ): Promise<number> => {
    const { reopen } = await kind.fresh();
    const clock = new StandingClock();
    const alone = { store: reopen().alerts, notifier: inbox.notifier, clock };
    await run({ ...alone, levels: FIRST, runId: 'before' });
    clock.now += 5 * MINUTE;
    const scannedAt = clock.now;
    const process = new Process({ step, when }, async () => {
      clock.now += later;
      await run({ ...alone, levels: SECOND, runId: 'other', scannedAt });
    });
    const store = process.mortal(reopen().alerts);
    const notifier = process.mortal(inbox.notifier);
    await run({ levels: SECOND, store, notifier, clock, runId: 'first', scannedAt });
    // Whatever they left to each other is taken up by the next scan.
    clock.now = scannedAt + 10 * MINUTE;
    await run({ ...alone, levels: SECOND, runId: 'after' });
    return process.steps;
  };

  /** Step 0 does not happen: that is a run of which the other one only sees the result. */
  const atEveryStep = async (
    drill: (step: number, when: 'before' | 'after') => Promise<number>,
  ): Promise<number> => {
    const steps = await drill(0, 'before');
    for (const when of ['before', 'after'] as const) {
      for (let step = 1; step <= steps; step += 1) await drill(step, when);
    }
    return steps;
  };

  test('never both send, at whichever step they meet', async () => {
    const steps = await atEveryStep(async (step, when) => {
      const inbox = new Inbox();
      const taken = await overlap(step, when, 0, inbox);
      expect(inbox.received.toSorted(), `${when} step ${step}`).toEqual(IDS);
      return taken;
    });
    // One list; two alerts, each stored, sent and marked.
    expect(steps).toBe(7);
  });

  test('when one stood still past the end of its claims, all is delivered, and at most twice', async () => {
    await atEveryStep(async (step, when) => {
      const inbox = new Inbox();
      const steps = await overlap(step, when, 5 * MINUTE, inbox);
      expect([...inbox.distinct].toSorted(), `${when} step ${step}`).toEqual(IDS);
      for (const id of IDS) expect(inbox.count(id), `${id}, ${when} step ${step}`).toBeLessThanOrEqual(2);
      return steps;
    });
  });

  test('when a later scan with other transitions overtakes one at any step, everything is sent once', async () => {
    const later: Levels = { 'subnet-0a': 'ok', 'subnet-0b': 'ok', 'subnet-0c': 'critical' };
    await atEveryStep(async (step, when) => {
      const inbox = new Inbox();
      const { reopen } = await kind.fresh();
      const clock = new StandingClock();
      const alone = { store: reopen().alerts, notifier: inbox.notifier, clock };
      const scannedAt = clock.now;
      const process = new Process({ step, when }, async () => {
        clock.now += MINUTE;
        const report = await run({ ...alone, levels: later, runId: 'later' });
        expect(report.problems, `${when} step ${step}`).toEqual([]);
      });
      const store = process.mortal(reopen().alerts);
      const notifier = process.mortal(inbox.notifier);
      const report = await run({ levels: SECOND_ALONE, store, notifier, clock, runId: 'first', scannedAt });
      expect(report.problems, `${when} step ${step}`).toEqual([]);
      for (const runId of ['after', 'and-after']) {
        clock.now += 5 * MINUTE;
        await run({ ...alone, levels: later, runId });
      }
      for (const id of inbox.distinct) expect(inbox.count(id), `${id}, ${when} step ${step}`).toBe(1);
      const last = (await alone.store.list(target)).map(({ alert }) => [
        alert.subject.id,
        alert.status,
        alert.outbox,
      ]);
      expect(last.filter(([, status]) => status === 'firing')).toEqual([['subnet-0c', 'firing', []]]);
      // All recipients of the firing notification get its end.
      for (const subnetId of ['subnet-0a', 'subnet-0b']) {
        expect([0, 2], `${when} step ${step}`).toContain(
          inbox.distinct.filter((id) => id.includes(subnetId)).length,
        );
      }
      return process.steps;
    });
  });

  test('two that run side by side send everything once between them', async () => {
    const inbox = new Inbox();
    const { reopen } = await kind.fresh();
    const clock = new StandingClock();
    const levels: Levels = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `subnet-${String(index).padStart(2, '0')}`,
        'critical' as const,
      ]),
    );
    await Promise.all(
      ['left', 'right', 'middle'].map((runId) =>
        run({ levels, store: reopen().alerts, notifier: inbox.notifier, clock, runId }),
      ),
    );
    expect(inbox.received.toSorted()).toEqual(
      Object.keys(levels).map((subnetId) => `addresses-low/subnet/${subnetId}#1`),
    );
  });
});

test('planted: with a store that does not compare before it writes, both send, and this test would see it', async () => {
  const inbox = new Inbox();
  const { alerts } = createMemoryStateStore();
  const careless: AlertStore = {
    ...alerts,
    commit: async (of, alert, expected) => {
      const known = (await alerts.read(of, alert.key))?.version ?? expected;
      return alerts.commit(of, alert, known);
    },
  };
  const clock = new StandingClock();
  const levels: Levels = { 'subnet-0a': 'critical' };
  const other = () => run({ levels, store: careless, notifier: inbox.notifier, clock, runId: 'other' });
  // After the first process has listed, and before it stores.
  const process = new Process({ step: 1, when: 'after' }, async () => {
    await other();
  });
  await run({ levels, store: process.mortal(careless), notifier: inbox.notifier, clock, runId: 'first' });
  expect(inbox.received).toEqual(['addresses-low/subnet/subnet-0a#1', 'addresses-low/subnet/subnet-0a#1']);
});
