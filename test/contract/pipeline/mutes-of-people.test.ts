import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import { planRun } from '../../../shared/pipeline/plan.ts';
import { addMute, removeMute } from '../../../shared/pipeline/stored-mutes.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';

const HOME = { accountId: '111111111111', region: 'eu-west-1' };
const START = Date.parse('2026-01-01T00:00:00.000Z');
const MINUTE = 60_000;

describe('a mute that a person made', () => {
  test("holds back the monitor's own alerts until it is taken back", async () => {
    const store = createMemoryStateStore();
    const sent: AlertMessage[] = [];
    let now = START;
    const run = () =>
      planRun({
        home: HOME,
        runId: `run ${now}`,
        resolved: {
          targets: [],
          unresolved: [
            {
              accountId: '222222222222',
              problem: { code: 'access-denied', message: 'Denied', action: 'Allow it.' },
            },
          ],
        },
        policy: DEFAULT_POLICY,
        vpcIds: null,
        subnetSeries: 0,
        links: { dashboard: null },
        store,
        notifier: { send: async (message) => void sent.push(message) },
        enqueue: async () => {},
        deadLetters: null,
        clock: () => now,
      });
    const mute = await addMute(
      store.cache,
      {
        match: { rule: ['coverage'] },
        reason: 'known',
        until: new Date(START + 600 * MINUTE).toISOString(),
        by: 'mia',
      },
      now,
    );
    for (now = START; now <= START + 60 * MINUTE; now += 5 * MINUTE) await run();
    expect(sent).toEqual([]);
    await removeMute(store.cache, mute.number, now);
    await run();
    expect(sent.flatMap(({ transitions }) => transitions.map(({ rule }) => rule))).toEqual(['coverage']);
  });
});
