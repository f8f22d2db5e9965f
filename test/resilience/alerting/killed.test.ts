import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { AlertStore } from '../../../shared/state/state-store.ts';
import { Inbox, Killed, type Levels, MINUTE, Process, run, StandingClock } from './rehearsal.ts';
import { STORES, type StoreKind, type Survivor } from './stores.ts';

/** Three subnets, five scans: everything an alert can go through. */
const SCANS: readonly Levels[] = [
  { 'subnet-0a': 'warning', 'subnet-0b': 'critical', 'subnet-0c': 'ok' },
  { 'subnet-0a': 'critical', 'subnet-0b': 'critical', 'subnet-0c': 'warning' },
  { 'subnet-0a': 'warning', 'subnet-0b': 'ok', 'subnet-0c': 'warning' },
  { 'subnet-0a': 'ok', 'subnet-0b': 'warning', 'subnet-0c': 'ok' },
  { 'subnet-0a': 'ok', 'subnet-0b': 'ok', 'subnet-0c': 'ok' },
];

/** Every step of an alert's life, by subnet: firing, escalated, de-escalated, resolved, firing again. */
const TRANSITIONS = { 'subnet-0a': 4, 'subnet-0b': 4, 'subnet-0c': 2 };

/** Runs all scans, five minutes apart. A process that dies is started again, as Lambda does, with the same scan. */
const live = async (survivor: Survivor, inbox: Inbox, first: Process): Promise<void> => {
  const clock = new StandingClock();
  let process = first;
  let runs = 0;
  const attempt = (levels: Levels, scannedAt: number) => {
    runs += 1;
    const store = process.mortal(survivor.reopen().alerts);
    return run({
      levels,
      store,
      notifier: process.mortal(inbox.notifier),
      clock,
      runId: `run-${runs}`,
      scannedAt,
    });
  };
  for (const levels of [...SCANS, ...SCANS.slice(-1)]) {
    const scannedAt = clock.now;
    try {
      await attempt(levels, scannedAt);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      process = new Process(null);
      clock.now += MINUTE;
      await attempt(levels, scannedAt);
    }
    clock.now = scannedAt + 5 * MINUTE;
  }
};

const expected = Object.entries(TRANSITIONS).flatMap(([subnetId, count]) =>
  Array.from({ length: count }, (_, index) => `addresses-low/subnet/${subnetId}#${index + 1}`),
);

describe.each(Object.keys(STORES))('alerting with state in %s', (name) => {
  let kind: StoreKind;
  beforeAll(async () => {
    const start = STORES[name];
    if (start === undefined) throw new Error(`no store ${name}`);
    kind = await start();
  });
  afterAll(() => kind.stop());

  /** How many steps an undisturbed life takes. */
  const stepsOfALife = async (): Promise<number> => {
    const process = new Process(null);
    await live(await kind.fresh(), new Inbox(), process);
    return process.steps;
  };

  test('undisturbed, every transition is delivered once', async () => {
    const inbox = new Inbox();
    await live(await kind.fresh(), inbox, new Process(null));
    expect(inbox.received.toSorted()).toEqual(expected.toSorted());
  });

  test.each(['before', 'after'] as const)(
    'killed %s any one step, every transition is delivered, none more than twice, and in order',
    async (when) => {
      const steps = await stepsOfALife();
      expect(steps).toBeGreaterThan(30);
      let duplicates = 0;
      for (let step = 1; step <= steps; step += 1) {
        const inbox = new Inbox();
        const survivor = await kind.fresh();
        await live(survivor, inbox, new Process({ step, when }));
        const at = `killed ${when} step ${step} of ${steps}`;
        expect([...inbox.distinct].toSorted(), at).toEqual(expected.toSorted());
        for (const id of expected) expect(inbox.count(id), `${id}, ${at}`).toBeLessThanOrEqual(2);
        for (const subnetId of Object.keys(TRANSITIONS)) {
          const ofSubnet = inbox.distinct.filter((id) => id.includes(subnetId));
          expect(ofSubnet, at).toEqual(expected.filter((id) => id.includes(subnetId)));
        }
        duplicates += inbox.received.length - inbox.distinct.length;
        const left = (
          await survivor.reopen().alerts.list({ accountId: '111111111111', region: 'eu-west-1' })
        ).flatMap(({ alert }) => alert.outbox);
        expect(left, at).toEqual([]);
      }
      // A kill between sending and marking must show as a duplicate: otherwise this test never hit that gap.
      if (when === 'after') expect(duplicates).toBeGreaterThan(0);
    },
  );
});

test('planted: with a store that does not keep the outbox, a kill loses a transition, and this test would see it', async () => {
  const { alerts } = createMemoryStateStore();
  const forgetful: AlertStore = {
    ...alerts,
    commit: (of, alert, expected) => alerts.commit(of, { ...alert, outbox: [] }, expected),
  };
  const inbox = new Inbox();
  // After the first alert was stored, and before anything was sent.
  await live(
    { reopen: () => ({ ...createMemoryStateStore(), alerts: forgetful }) },
    inbox,
    new Process({ step: 2, when: 'after' }),
  );
  expect(inbox.distinct.length).toBeLessThan(expected.length);
});
