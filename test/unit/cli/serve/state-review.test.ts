import { describe, expect, test } from 'vitest';
import { LatestScans } from '../../../../cli/serve/latest-scans.ts';
import { createPages } from '../../../../cli/serve/pages.ts';
import { StateReview } from '../../../../cli/serve/state-review.ts';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import { acknowledgeAlert } from '../../../../shared/pipeline/acknowledge.ts';
import { addMute } from '../../../../shared/pipeline/stored-mutes.ts';
import { createMemoryStateStore } from '../../../../shared/state/memory-state-store.ts';
import { anAssessment } from '../../../fixtures/assessments.ts';
import { anAlert } from '../../../fixtures/stored-alerts.ts';

const TARGET = { accountId: '111111111111', region: 'eu-west-1' };
const NOW = Date.parse('2026-01-01T00:20:00.000Z');
const HOUR = 3_600_000;

/** A server whose target has one firing alert, in the state and in what was scanned last. */
const serving = async () => {
  const store = createMemoryStateStore();
  const assessment = anAssessment();
  await store.assessments.putLatest(assessment);
  await store.alerts.commit(TARGET, anAlert(), 0);
  const latest = new LatestScans();
  latest.put({
    assessment,
    alerts: [anAlert()],
    result: { status: 'ok', alerting: 'whole', remembered: true, undelivered: 0 },
  });
  let now = NOW;
  const review = new StateReview({
    latest,
    policy: () => DEFAULT_POLICY,
    open: () => ({ ...store, close: async () => {} }),
    now: () => now,
  });
  const pages = createPages({ latest, now: () => now, review: () => review.refresh() });
  const states = async () =>
    [...(await pages.metrics()).text.matchAll(/^headroom_alert_state\{.*state="(\w+)"\}/gm)].map(
      ([, state]) => state,
    );
  return {
    store,
    latest,
    states,
    isFiring: async () => /^headroom_alert_firing\{/m.test((await pages.metrics()).text),
    later: (milliseconds: number) => {
      now += milliseconds;
    },
  };
};

describe('between two scans', () => {
  test('an alert that is acknowledged by command stops firing in /metrics within seconds', async () => {
    const { store, states, isFiring, later } = await serving();
    expect([await states(), await isFiring()]).toEqual([['firing'], true]);
    await acknowledgeAlert(store, anAlert().key, 'Ada', NOW);
    later(6_000);
    expect([await states(), await isFiring()]).toEqual([['acknowledged'], false]);
    await acknowledgeAlert(store, anAlert().key, null, NOW);
    later(6_000);
    expect([await states(), await isFiring()]).toEqual([['firing'], true]);
  });

  test('a mute holds until it ends, without a scan in between', async () => {
    const { store, states, later } = await serving();
    const until = new Date(NOW + HOUR).toISOString();
    await addMute(store.cache, { match: { subnet: ['subnet-0a'] }, reason: 'a test', by: 'Ada', until }, NOW);
    expect(await states()).toEqual(['muted']);
    later(HOUR + 60_000);
    expect(await states()).toEqual(['firing']);
  });

  test('many requests at once read the state once, and what has not changed makes no new page', async () => {
    const { latest, states } = await serving();
    await states();
    const { changes } = latest;
    await Promise.all(Array.from({ length: 50 }, states));
    expect(latest.changes).toBe(changes);
  });
});
