import { describe, expect, test } from 'vitest';
import { KeptMaps } from '../../../shared/pipeline/kept-maps.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { aTarget } from '../../fixtures/inventory-records.ts';
import { Inbox, Process, StandingClock } from '../alerting/rehearsal.ts';
import { BETWEEN_SCANS, job, SCENES, Series } from './story.ts';

/** SQS hands a message out twice now and then: a whole scan happens while another one of the same target is under way. */

type Reading = 'full' | 'incremental';

/** @param between at which step of the second scan another one happens, from its beginning to its end */
const live = async (
  between: { readonly step: number; readonly when: 'before' | 'after' } | null,
  reading: Reading,
): Promise<{
  readonly inbox: Inbox;
  readonly steps: number;
  readonly scans: number;
  readonly end: unknown;
}> => {
  const store: StateStore = createMemoryStateStore();
  const [clock, inbox, sink] = [new StandingClock(), new Inbox(), new Series()];
  const memory = (): KeptMaps | undefined => (reading === 'full' ? undefined : new KeptMaps());
  const maps = [memory(), memory()];
  let scans = 0;
  const scan = (index: number, by: number, process = new Process(null)) => {
    scans += 1;
    const scene = SCENES[index] ?? { a: 0, b: 0 };
    return job({ scene, store, sink, inbox, clock, runId: `run-${scans}`, process, maps: maps[by] });
  };
  let steps = 0;
  for (const index of SCENES.keys()) {
    clock.now += BETWEEN_SCANS;
    if (index !== 2) {
      expect((await scan(index, 0)).problems).toEqual([]);
      continue;
    }
    const process = new Process(between, async () => {
      // The other one begins later, and is done earlier.
      clock.now += 10_000;
      expect((await scan(index, 1)).problems).toEqual([]);
    });
    await scan(index, 0, process);
    steps = process.steps;
  }
  const latest = await store.assessments.latest(aTarget);
  const alerts = await store.alerts.list(aTarget);
  return {
    inbox,
    steps,
    scans,
    end: {
      status: latest?.target,
      subnets: latest?.subnets.map(({ available, subnetId, unaccounted, used }) => ({
        available,
        subnetId,
        unaccounted,
        used,
      })),
      leaks: latest?.leakedInterfaces.length,
      alerts: alerts
        .map(({ alert: { key, outbox, severity, status } }) => ({ key, outbox, severity, status }))
        .toSorted((one, other) => (one.key < other.key ? -1 : 1)),
    },
  };
};

describe.each<[Reading]>([['full'], ['incremental']])('two scans at once, %s reading', (reading) => {
  test.each(['before', 'after'] as const)(
    'another one %s any step: what is left behind is as after one, everything is sent, and nothing twice',
    async (when) => {
      const alone = await live(null, reading);
      expect(alone.inbox.received.length).toBeGreaterThan(2);
      expect(alone.steps).toBeGreaterThan(20);
      for (let step = 1; step <= alone.steps; step += 1) {
        const at = `${when} step ${step} of ${alone.steps}`;
        const { end, inbox, scans } = await live({ step, when }, reading);
        expect(scans, at).toBe(alone.scans + 1);
        expect(end, at).toEqual(alone.end);
        expect(inbox.received.toSorted(), at).toEqual(alone.inbox.received.toSorted());
      }
    },
  );
});
