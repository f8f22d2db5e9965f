import { expect, test } from 'vitest';
import { isGone } from '../../../shared/alerts/gone.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { Alert, Transition } from '../../../shared/model/alert/alert.ts';
import { raiseForDelivery } from '../../../shared/pipeline/raise-and-deliver.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { observationsOf } from '../../fixtures/check-observations.ts';

/** A table that is restored from a backup of yesterday: its alerts are those of yesterday. */

const target = { accountId: '111111111111', region: 'eu-west-1' };
const START = Date.parse('2026-01-01T01:00:00.000Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Longer than the 12 hours for which an exhaustion rule must be clear. */
const WATCHED = 13 * 60 * MINUTE;

/** Scans every five minutes with so many addresses available, and returns what was sent. */
const watch = async (
  { alerts: store }: StateStore,
  start: number,
  available: number,
): Promise<readonly string[]> => {
  const sent: Transition[] = [];
  for (let now = start; now < start + WATCHED; now += 5 * MINUTE) {
    const assessment = anAssessment({
      subnets: [aSubnet({ available })],
      scannedAt: new Date(now).toISOString(),
    });
    const { deliver } = await raiseForDelivery({
      target,
      observations: observationsOf(assessment, DEFAULT_POLICY),
      policy: DEFAULT_POLICY,
      stored: await store.list(target),
      isGone: (alert) => isGone(alert, assessment, null),
      links: { dashboard: null },
      store,
      notifier: { send: async ({ transitions }) => void sent.push(...transitions) },
      now,
      clock: () => now,
      runId: String(now),
    });
    await deliver();
  }
  return sent.map(({ key, transition }) => `${key.split('/')[0]} ${transition}`);
};

const backupOf = async (store: StateStore): Promise<readonly Alert[]> =>
  (await store.alerts.list(target)).map(({ alert }) => structuredClone(alert));

const restored = async (alerts: readonly Alert[]): Promise<StateStore> => {
  const store = createMemoryStateStore();
  for (const alert of alerts) await store.alerts.commit(target, alert, 0);
  return store;
};

test('what fired yesterday and is over now is resolved once more', async () => {
  const store = createMemoryStateStore();
  expect(await watch(store, START, 3)).toContain('addresses firing');
  const backup = await backupOf(store);
  expect(await watch(store, START + DAY, 200)).toEqual(['addresses resolved']);
  expect(await watch(await restored(backup), START + 2 * DAY, 200)).toEqual(['addresses resolved']);
});

test('what was well yesterday and fires now is announced once more: it is not taken for an all-clear', async () => {
  const store = createMemoryStateStore();
  await watch(store, START, 200);
  const backup = await backupOf(store);
  expect(await watch(store, START + DAY, 3)).toContain('addresses firing');
  const again = await watch(await restored(backup), START + 2 * DAY, 3);
  expect(again.filter((step) => step === 'addresses firing')).toHaveLength(1);
  expect(again).not.toContain('addresses resolved');
});
