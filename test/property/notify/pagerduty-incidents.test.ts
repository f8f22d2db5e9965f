import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupTransitions } from '../../../shared/alerts/grouping.ts';
import { reduceAlert } from '../../../shared/alerts/lifecycle.ts';
import type { Alert, Transition } from '../../../shared/model/alert/alert.ts';
import { INCIDENTS_ABOVE, type PagerDutyEvent, pagerDutyEvents } from '../../../shared/notify/pagerduty.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';

const SUBNETS = 60;
const SETTINGS = { pendingFor: 0, clearFor: 0, repeatEvery: 0 };
const START = Date.parse('2026-01-01T00:00:00.000Z');
const MINUTE = 60_000;

type Levels = readonly ('ok' | 'warning' | 'critical')[];

/** What is open at PagerDuty, by dedup key: a trigger opens or updates, a resolve closes. */
const open = (incidents: ReadonlySet<string>, events: readonly PagerDutyEvent[]): ReadonlySet<string> => {
  const after = new Set(incidents);
  for (const { dedup_key, event_action } of events) {
    if (event_action === 'resolve') after.delete(dedup_key);
    else after.add(dedup_key);
  }
  return after;
};

/** Scans of one target, whose messages all arrive: what fires, and what is open, after each. */
const watch = (scans: readonly Levels[], hasCause: boolean, eventsOf: typeof pagerDutyEvents) => {
  const alerts = new Map<string, Alert>();
  let incidents: ReadonlySet<string> = new Set();
  return scans.map((levels, scan) => {
    const transitions: Transition[] = [];
    levels.forEach((level, index) => {
      const id = `subnet-${index}`;
      const subject = aSubnetSubject({ id, subnetIds: [id] });
      const observation = anObservation(level, { subject, ...(hasCause ? { cause: 'vpc/vpc-01' } : {}) });
      const before = alerts.get(id) ?? null;
      const { alert, transitions: steps } = reduceAlert(before, observation, SETTINGS, START + scan * MINUTE);
      if (alert !== null) alerts.set(id, { ...alert, outbox: [] });
      transitions.push(...steps);
    });
    const firing = [...alerts.values()].filter(({ status }) => status === 'firing');
    const messages = groupTransitions(transitions, {
      destinationsOf: () => [],
      links: { dashboard: null },
      destination: '',
      firing,
    });
    for (const message of messages) incidents = open(incidents, eventsOf(message, 'key'));
    return { firing: firing.length, incidents: incidents.size, largest: messages.length };
  });
};

const scan: fc.Arbitrary<Levels> = fc
  .tuple(
    fc.constantFrom(0, 1, 5, 30, SUBNETS),
    fc.constantFrom('warning' as const, 'critical' as const),
    fc.nat(SUBNETS),
  )
  .map(([count, level, from]) =>
    Array.from({ length: SUBNETS }, (_, index) => ((index + from) % SUBNETS < count ? level : 'ok')),
  );

const isWrong = ({ firing, incidents }: { readonly firing: number; readonly incidents: number }): boolean =>
  firing === 0 ? incidents !== 0 : incidents === 0;

describe('incidents at PagerDuty', () => {
  test('some is open while anything fires, and none when nothing does', () => {
    fc.assert(
      fc.property(fc.array(scan, { minLength: 1, maxLength: 8 }), fc.boolean(), (scans, hasCause) => {
        expect(watch(scans, hasCause, pagerDutyEvents).filter(isWrong)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test.each([true, false])(
    'many alerts at once are one page, which ends with the last of them',
    (hasCause) => {
      const all: Levels = Array.from({ length: SUBNETS }, () => 'critical' as const);
      const half: Levels = all.map((level, index) => (index < SUBNETS / 2 ? level : 'ok'));
      const none: Levels = all.map(() => 'ok' as const);
      expect(watch([all, half, none], hasCause, pagerDutyEvents).map(({ incidents }) => incidents)).toEqual([
        1, 1, 0,
      ]);
    },
  );

  test('planted violation: an incident of many that no message ends is found', () => {
    const neverEnds: typeof pagerDutyEvents = ({ quietThreads: _quiet, ...message }, key) =>
      pagerDutyEvents(message, key);
    const scans = [
      fc.sample(scan, { numRuns: 40, seed: 1 }),
      [Array.from({ length: SUBNETS }, () => 'ok' as const)],
    ].flat();
    expect(watch(scans, false, neverEnds).some(isWrong)).toBe(true);
    expect(INCIDENTS_ABOVE).toBeLessThan(SUBNETS);
  });
});
