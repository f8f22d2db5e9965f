import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGone } from '../../../shared/alerts/gone.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { Alert } from '../../../shared/model/alert/alert.ts';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import type { SubnetAssessment } from '../../../shared/model/result/assessment.ts';
import { identityOf } from '../../../shared/model/result/identity.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { pagerDutyEvents } from '../../../shared/notify/pagerduty.ts';
import { raiseForDelivery } from '../../../shared/pipeline/raise-and-deliver.ts';
import type { AlertStore } from '../../../shared/state/state-store.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { observationsOf } from '../../fixtures/check-observations.ts';
import { aFinding, anAlert, anEntry, aSubject } from '../../fixtures/stored-alerts.ts';
import { STORES, type StoreKind } from './stores.ts';

/** A state that an earlier version has left: an alert for each check of a supply, where one alert covers all of them now. */

const target = { accountId: '111111111111', region: 'eu-west-1' };
const SUBNET = 'subnet-0a';
const START = Date.parse('2026-01-01T01:00:00.000Z');
const MINUTE = 60_000;

const old = (rule: string, kind = rule, changes: Partial<Alert> = {}): Alert => ({
  ...anAlert({
    key: kind === rule ? `${rule}/subnet/${SUBNET}` : `findings/${kind}/subnet/${SUBNET}`,
    rule,
    severity: 'critical',
    finding: { ...aFinding(aSubject(SUBNET), 'critical'), kind, title: `private-a: ${kind} of before` },
  }),
  ...changes,
});

const OLD: readonly Alert[] = [
  old('addresses-low'),
  old('addresses-exhaustion'),
  old('fragmented'),
  old('findings', 'fragmentation'),
  old('addresses-surge', 'addresses-surge', {
    status: 'pending',
    severity: 'ok',
    candidate: { severity: 'warning', since: '2026-01-01T00:50:00.000Z' },
  }),
  old('prefixes-low', 'prefixes-low', { status: 'resolved', severity: 'ok' }),
];

const SHORT: Partial<SubnetAssessment> = {
  available: 0,
  usesPrefixes: true,
  prefixes: { assigned: 0, free: 0, freeInReservation: 0, freeUnreserved: 0 },
};

/** Scans every five minutes, and returns what is sent. */
const watch = async (store: AlertStore, minutes: number, subnet: Partial<SubnetAssessment>) => {
  const messages: AlertMessage[] = [];
  for (let minute = 0; minute < minutes; minute += 5) {
    const now = START + minute * MINUTE;
    const assessment = anAssessment({
      subnets: [aSubnet({ ...subnet, subnetId: SUBNET })],
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
      notifier: { send: async (message) => void messages.push(message) },
      now,
      clock: () => now,
      runId: String(now),
    });
    await deliver();
  }
  return messages;
};

const endsIn = (messages: readonly AlertMessage[]) =>
  messages.flatMap((message) => composeMessage(message).entries.filter(({ kind }) => kind === 'resolved'));

const keysIn = async (store: AlertStore): Promise<readonly string[]> =>
  (await store.list(target)).map(({ alert }) => alert.key).toSorted();

describe.each(Object.keys(STORES))('after an upgrade, with state in %s', (name) => {
  let kind: StoreKind;
  beforeAll(async () => {
    const start = STORES[name];
    if (start === undefined) throw new Error(`no store ${name}`);
    kind = await start();
  });
  afterAll(() => kind.stop());

  const upgraded = async (alerts: readonly Alert[] = OLD): Promise<AlertStore> => {
    const before = (await kind.fresh()).reopen().alerts;
    for (const alert of alerts) await before.commit(target, alert, 0);
    return before;
  };

  test('old alerts are closed once, when the alert that takes their place fires, and say that nothing is over', async () => {
    const store = await upgraded();
    const messages = await watch(store, 60, SHORT);
    const ends = endsIn(messages);
    expect(ends.map(({ transition }) => transition.key).toSorted()).toEqual(
      OLD.filter(({ status }) => status === 'firing')
        .map(({ key }) => key)
        .toSorted(),
    );
    for (const { lead, title, explanation, transition } of ends) {
      expect(lead).toBe('Continues in another alert');
      expect(title).toMatch(/, not over$/);
      expect(explanation).toMatch(/^Nothing has ended\./);
      const firing = messages
        .flatMap(({ transitions }) => transitions)
        .find(({ key }) => key === transition.continuesAs);
      expect(firing?.transition).toBe('firing');
      expect(Date.parse(firing?.at ?? '')).toBeLessThanOrEqual(Date.parse(transition.at));
    }
    expect(await keysIn(store)).toEqual([`addresses/subnet/${SUBNET}`, `prefixes/subnet/${SUBNET}`]);
  });

  test('each old incident is closed once in PagerDuty', async () => {
    const known = OLD.map((alert) => ({ ...alert, formerKey: identityOf(alert) }));
    const messages = await watch(await upgraded(known), 60, SHORT);
    const resolved = messages
      .flatMap((message) => pagerDutyEvents(message, 'R'.repeat(32)))
      .filter(({ event_action }) => event_action === 'resolve')
      .map(({ dedup_key }) => dedup_key);
    expect(resolved.filter((key) => key.startsWith('111111111111/')).toSorted()).toEqual(
      OLD.filter(({ status }) => status === 'firing')
        .map(({ key }) => `111111111111/eu-west-1/${key}`)
        .toSorted(),
    );
  });

  test('what is healthy at the upgrade ends with what is free now', async () => {
    const store = await upgraded();
    const ends = endsIn(await watch(store, 60, { available: 200, usesPrefixes: false }));
    expect(ends.map(({ title }) => title)).toContain('private-a: 200 of 251 addresses available');
    expect(ends.every(({ lead }) => lead === 'Resolved')).toBe(true);
    expect(await keysIn(store)).toEqual([]);
  });

  test('nothing ends while the supply is not known', async () => {
    const store = await upgraded([old('addresses-low')]);
    expect(await watch(store, 60, { available: null, awsAvailable: null })).toEqual([]);
    expect(await keysIn(store)).toEqual([`addresses-low/subnet/${SUBNET}`]);
  });

  test('what was not delivered before the upgrade is still delivered', async () => {
    const waiting = old('addresses-low', 'addresses-low', {
      status: 'resolved',
      severity: 'ok',
      outbox: [anEntry()],
    });
    const store = await upgraded([waiting]);
    const [message] = await watch(store, 60, { available: 200, usesPrefixes: false });
    expect(message?.transitions.map(({ id }) => id)).toEqual([anEntry().transition.id]);
    expect(await keysIn(store)).toEqual([]);
  });
});
