import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reduceAlert } from '../../shared/alerts/lifecycle.ts';
import { identityOf } from '../../shared/model/alert/identity.ts';
import type { Subject } from '../../shared/model/result/finding.ts';
import { pagerDutyEvents } from '../../shared/notify/pagerduty.ts';
import { alertFromStored, storedAlert } from '../../shared/state/stored-alert.ts';
import { exampleMessage } from '../fixtures/messages/made-messages.ts';
import { anObservation, aSubnetSubject } from '../fixtures/observations.ts';
import { alertAfter, lastTransition } from '../fixtures/transitions.ts';
import { hostileText } from './hostile-text.ts';

interface Named {
  readonly accountId: string;
  readonly region: string;
  readonly check: string;
  readonly type: Subject['type'];
  readonly id: string;
}

const named: fc.Arbitrary<Named> = fc.record({
  accountId: fc.constantFrom('111111111111', '222222222222'),
  region: fc.constantFrom('eu-west-1', 'eu-west-2'),
  check: fc.constantFrom('addresses', 'findings/upgrade-readiness'),
  type: fc.constantFrom('cluster' as const, 'node-group' as const, 'subnet' as const),
  id: fc.oneof(
    fc.constantFrom('prod', 'prod/blue', 'cluster/prod', '111111111111/eu-west-1/prod'),
    hostileText,
  ),
});

/** The accounts and Regions of one organization whose alerts share an identity although they are not the same. */
const collisions = (all: readonly Named[], identity: typeof identityOf): readonly string[] => {
  const known = new Map<string, string>();
  return all.flatMap((each) => {
    const { accountId, region, check, type, id } = each;
    const key = `${check}/${type}/${id}`;
    const is = identity({ key, subject: aSubnetSubject({ accountId, region, id, type }) });
    const before = known.get(is);
    known.set(is, JSON.stringify(each));
    return before === undefined || before === JSON.stringify(each) ? [] : [is];
  });
};

describe('identity', () => {
  test('no two subjects of an organization share one', () => {
    fc.assert(
      fc.property(fc.array(named, { maxLength: 200 }), (all) => {
        expect(collisions(all, identityOf)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('a planted identity without account and Region is found', () => {
    const all = fc.sample(named, { numRuns: 400, seed: 1 });
    expect(collisions(all, ({ key }) => key).length).toBeGreaterThan(0);
  });

  test('a resolved cluster in one Region closes no incident of a cluster with the same name in another', () => {
    const keyIn = (region: string, ...levels: readonly ('critical' | 'ok')[]) => {
      const subject = aSubnetSubject({ type: 'cluster', id: 'prod', region });
      const transition = lastTransition(...levels.map((level) => anObservation(level, { subject })));
      return pagerDutyEvents(exampleMessage([transition]), 'key').map(({ dedup_key }) => dedup_key);
    };
    expect(keyIn('eu-west-1', 'critical', 'ok')).toHaveLength(1);
    expect(keyIn('eu-west-1', 'critical', 'ok')).toEqual(keyIn('eu-west-1', 'critical'));
    expect(keyIn('eu-west-2', 'critical')).not.toEqual(keyIn('eu-west-1', 'critical', 'ok'));
  });
});

describe('an alert that an earlier version stored', () => {
  const settings = { pendingFor: 0, clearFor: 0, repeatEvery: 0 };
  const firing = alertAfter(anObservation('warning'));
  const later = Date.parse('2026-01-02T00:00:00.000Z');

  test('is closed under its old key, once', () => {
    const old = alertFromStored(JSON.parse(JSON.stringify(firing)));
    const first = reduceAlert(old, anObservation('critical'), settings, later);
    const [escalated] = first.transitions;
    if (escalated === undefined || first.alert === null) throw new Error('it did not escalate');
    expect(
      pagerDutyEvents(exampleMessage([escalated]), 'key').map(({ event_action, dedup_key }) => [
        event_action,
        dedup_key,
      ]),
    ).toEqual([
      ['resolve', firing.key],
      ['trigger', `111111111111/eu-west-1/${firing.key}`],
    ]);
    const again = alertFromStored(JSON.parse(JSON.stringify(storedAlert(first.alert))));
    const ended = reduceAlert(again, anObservation('ok'), settings, later + 60_000);
    expect(ended.transitions[0]).toMatchObject({ transition: 'resolved' });
    expect(ended.transitions[0]).not.toHaveProperty('formerKey');
  });

  test('one of this version has no old key to close', () => {
    expect(alertFromStored(JSON.parse(JSON.stringify(storedAlert(firing))))).toEqual(
      JSON.parse(JSON.stringify(firing)),
    );
  });
});
