import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OwnerChanges } from '../../../shared/model/result/owner-changes.ts';
import { KeptMaps } from '../../../shared/pipeline/kept-maps.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { aTarget } from '../../fixtures/inventory-records.ts';
import { Inbox, Killed, MINUTE, Process, StandingClock } from '../alerting/rehearsal.ts';
import { STORES, type StoreKind, type Survivor } from '../alerting/stores.ts';
import { BETWEEN_SCANS, job, SCANS, type Scene, Series } from './story.ts';

/**
 * Lambda may be killed at any await of the whole job: while it reads, adds up, stores, sends, remembers or publishes. SQS hands
 * the message out again, and in the end all is as if nothing had happened.
 */

interface Life {
  readonly inbox: Inbox;
  readonly series: Series;
  readonly end: Awaited<ReturnType<typeof stateOf>>;
}

const SUBNETS = ['subnet-0a', 'subnet-0b'] as const;

/** What the last scan left behind, as far as it does not tell at which minute something happened. */
const stateOf = async (survivor: Survivor) => {
  const store = survivor.reopen();
  const latest = await store.assessments.latest(aTarget);
  const histories = await store.history.read(aTarget, SUBNETS, 0);
  const alerts = await store.alerts.list(aTarget);
  return {
    status: latest?.target,
    // A scan that is done again is a minute later, so windows begin and end later. What was taken in them is the same.
    subnets: latest?.subnets.map(({ forecast: _, interfacesReadAt: _at, ownerChanges = [], ...subnet }) => ({
      ...subnet,
      taken: takenIn(ownerChanges),
    })),
    leaks: latest?.leakedInterfaces,
    alerts: alerts
      .map(({ alert: { key, status, severity, sequence, outbox } }) => ({
        key,
        status,
        severity,
        sequence,
        outbox,
      }))
      .toSorted((one, other) => (one.key < other.key ? -1 : 1)),
    // A scan that is done again is another sample of the same value.
    history: SUBNETS.map((subnetId) => withoutRepeats(histories.get(subnetId)?.addresses.recent ?? [])),
  };
};

/** How many addresses each owner took, over all windows. */
const takenIn = (windows: readonly OwnerChanges[]): Readonly<Record<string, number>> => {
  const taken = new Map<string, number>();
  for (const { changes } of windows)
    for (const { kind, name, addresses } of changes ?? []) {
      const owner = `${kind} ${name}`;
      taken.set(owner, (taken.get(owner) ?? 0) + addresses);
    }
  return Object.fromEntries([...taken].filter(([, addresses]) => addresses !== 0));
};

const withoutRepeats = (samples: readonly { readonly value: number }[]): readonly number[] =>
  samples.map(({ value }) => value).filter((value, index, values) => value !== values[index - 1]);

type Reading = 'full' | 'incremental';

/** A process that dies is started again with the same message a minute later. */
const live = async (
  survivor: Survivor,
  first: Process,
  scans: readonly Scene[],
  reading: Reading = 'full',
): Promise<Life> => {
  const clock = new StandingClock();
  const inbox = new Inbox();
  const series = new Series();
  let process = first;
  let runs = 0;
  // What a process remembers goes with it.
  const memory = (): KeptMaps | undefined => (reading === 'full' ? undefined : new KeptMaps());
  let maps = memory();
  const attempt = (scene: Scene) => {
    runs += 1;
    return job({
      scene,
      store: survivor.reopen(),
      sink: series,
      inbox,
      clock,
      runId: `run-${runs}`,
      process,
      maps,
    });
  };
  for (const scene of scans) {
    const startedAt = clock.now;
    try {
      expect((await attempt(scene)).problems).toEqual([]);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      process = new Process(null);
      maps = memory();
      clock.now += MINUTE;
      expect((await attempt(scene)).problems).toEqual([]);
    }
    clock.now = startedAt + BETWEEN_SCANS;
  }
  return { inbox, series, end: await stateOf(survivor) };
};

describe.each<[string, Reading, readonly Scene[]]>([
  ['memory', 'full', SCANS],
  ['memory', 'incremental', SCANS],
  ['SQLite', 'full', SCANS],
  ['SQLite', 'incremental', [SCANS[1], SCANS[2], SCANS[4], SCANS[4]] as readonly Scene[]],
  // Each of its steps is a request or two: the shortest story in which an alert fires and resolves.
  ['DynamoDB', 'full', [SCANS[2], SCANS[4], SCANS[4]] as readonly Scene[]],
])('the whole job with state in %s, %s reading', (name, reading, scans) => {
  let kind: StoreKind;
  beforeAll(async () => {
    const start = STORES[name];
    if (start === undefined) throw new Error(`no store ${name}`);
    kind = await start();
  });
  afterAll(() => kind.stop());

  test.each(['before', 'after'] as const)(
    'killed %s any one await and started again, it ends where it would have ended, and nothing is lost',
    async (when) => {
      const undisturbed = new Process(null);
      const expected = await live(await kind.fresh(), undisturbed, scans, reading);
      expect(expected.inbox.received.length).toBeGreaterThan(1);
      expect(undisturbed.steps).toBeGreaterThan(20 * scans.length);
      expect(expected.end.leaks).toHaveLength(1);

      let repeated = 0;
      for (let step = 1; step <= undisturbed.steps; step += 1) {
        const at = `killed ${when} step ${step} of ${undisturbed.steps}`;
        const { inbox, series, end } = await live(
          await kind.fresh(),
          new Process({ step, when }),
          scans,
          reading,
        );
        expect(end, at).toEqual({ ...expected.end, leaks: end.leaks });
        expect(end.leaks, at).toHaveLength(1);
        expect([...inbox.distinct].toSorted(), at).toEqual(expected.inbox.received.toSorted());
        for (const id of inbox.distinct) expect(inbox.count(id), `${id}, ${at}`).toBeLessThanOrEqual(2);
        for (const subnetId of SUBNETS) {
          const values = (of: Series) =>
            withoutRepeats(of.valuesOf('AvailableAddresses', subnetId).map((value) => ({ value })));
          expect(values(series), `${subnetId}, ${at}`).toEqual(values(expected.series));
        }
        repeated += inbox.received.length - inbox.distinct.length;
      }
      // A kill between sending and marking must show as a duplicate: otherwise this test never hit that gap.
      if (when === 'after') expect(repeated).toBeGreaterThan(0);
    },
  );
});

test('planted: with a store that does not keep the outbox, some kill loses a message, and this test would see it', async () => {
  const forgetful = (): Survivor => {
    const store = createMemoryStateStore();
    const { alerts } = store;
    const commit: typeof alerts.commit = (of, alert, version) =>
      alerts.commit(of, { ...alert, outbox: [] }, version);
    return { reopen: () => ({ ...store, alerts: { ...alerts, commit } }) };
  };
  const undisturbed = new Process(null);
  const expected = await live(forgetful(), undisturbed, SCANS);
  let lost = 0;
  for (let step = 1; step <= undisturbed.steps; step += 1) {
    const { inbox } = await live(forgetful(), new Process({ step, when: 'after' }), SCANS);
    if (inbox.distinct.length < expected.inbox.received.length) lost += 1;
  }
  expect(lost).toBeGreaterThan(0);
});
