import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeliveryError } from '../../../shared/notify/delivery-error.ts';
import type { Notifier } from '../../../shared/notify/notifier.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { AlertStore } from '../../../shared/state/state-store.ts';
import {
  Inbox,
  Killed,
  type Levels,
  MINUTE,
  Process,
  run,
  StandingClock,
  target,
} from '../../resilience/alerting/rehearsal.ts';

/** One scan, as the world may treat it. */
interface Episode {
  readonly levels: Levels;
  /** `null`: the process lives. */
  readonly diesAt: { readonly step: number; readonly when: 'before' | 'after' } | null;
  /** Whether the receiver refuses everything for now. */
  readonly isDown: boolean;
  /** How long until the next scan. */
  readonly minutes: number;
}

const level = fc.constantFrom('ok' as const, 'warning' as const, 'critical' as const);

const episode: fc.Arbitrary<Episode> = fc.record({
  levels: fc.record({ 'subnet-0a': level, 'subnet-0b': level }),
  diesAt: fc.option(
    fc.record({
      step: fc.integer({ min: 1, max: 8 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
    { freq: 3 },
  ),
  isDown: fc.boolean(),
  // Also sooner than claims and waits end.
  minutes: fc.constantFrom(1, 3, 5, 20),
});

const sequenceOf = (id: string): number => Number(id.slice(id.indexOf('#') + 1));

/** Notes every transition that is stored. */
const noting = (store: AlertStore, stored: Set<string>): AlertStore => ({
  ...store,
  commit: async (of, alert, version) => {
    const outcome = await store.commit(of, alert, version);
    if (outcome !== 'conflict') for (const { transition } of alert.outbox) stored.add(transition.id);
    return outcome;
  },
});

const down: Notifier = {
  send: async () => {
    throw new DeliveryError('sns-unreachable', 'SNS is down', 'Wait.', { permanent: false });
  },
};

test('whatever happens, what was stored is delivered or summed up in order, and once more at most for each kill', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(episode, { minLength: 1, maxLength: 12 }), async (episodes) => {
      const { alerts } = createMemoryStateStore();
      const stored = new Set<string>();
      const store = noting(alerts, stored);
      const inbox = new Inbox();
      const clock = new StandingClock();
      const startedAt = clock.now;
      let kills = 0;
      for (const [index, { levels, diesAt, isDown, minutes }] of episodes.entries()) {
        const process = new Process(diesAt);
        try {
          await run({
            levels,
            store: process.mortal(store),
            notifier: process.mortal(isDown ? down : inbox.notifier),
            clock,
            runId: `run-${index}`,
          });
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          kills += 1;
        }
        clock.now += minutes * MINUTE;
      }
      // The world is well again, and two more scans find what they find.
      const { levels } = episodes.at(-1) ?? { levels: {} };
      for (const runId of ['well', 'and-again']) {
        clock.now += 20 * MINUTE;
        await run({ levels, store, notifier: inbox.notifier, clock, runId });
      }

      // Steps that failed for an hour become one with those after them: then a later step of the alert was received.
      const last = new Map(inbox.received.map((id) => [id.slice(0, id.indexOf('#')), sequenceOf(id)]));
      for (const id of stored) {
        if (clock.now - startedAt < 60 * MINUTE) expect(inbox.received).toContain(id);
        expect(last.get(id.slice(0, id.indexOf('#'))), id).toBeGreaterThanOrEqual(sequenceOf(id));
      }
      for (const id of stored) expect(inbox.count(id)).toBeLessThanOrEqual(1 + kills);
      const sequences = (subnetId: string) =>
        inbox.distinct.filter((id) => id.includes(subnetId)).map(sequenceOf);
      for (const subnetId of ['subnet-0a', 'subnet-0b']) {
        expect(sequences(subnetId)).toEqual(sequences(subnetId).toSorted((a, b) => a - b));
      }
      const left = (await alerts.list(target)).flatMap(({ alert }) => alert.outbox);
      expect(left).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});
