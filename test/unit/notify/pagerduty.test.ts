import { describe, expect, test } from 'vitest';
import { incidentOf } from '../../../shared/model/result/identity.ts';
import {
  MAX_DEDUP_KEY,
  MAX_EVENT_BYTES,
  pagerDutyAcknowledgement,
  pagerDutyEvents,
} from '../../../shared/notify/pagerduty.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const onlyEvent = (name: string) => {
  const [event] = pagerDutyEvents(messageNamed(name), 'key');
  if (event === undefined) throw new Error('One transition makes one event.');
  return event;
};

describe('a PagerDuty event', () => {
  test('triggers, updates and resolves one incident, by the key of the incident', () => {
    const events = ['prefixes-will-run-out', 'escalated-to-critical', 'resolved'].map(onlyEvent);
    expect(events.map(({ event_action }) => event_action)).toEqual(['trigger', 'trigger', 'resolve']);
    expect(events.map(({ payload }) => payload?.severity)).toEqual(['warning', 'critical', undefined]);
    expect(new Set(events.map(({ dedup_key }) => dedup_key)).size).toBe(1);
  });

  test('acknowledges the same incident', () => {
    const [transition] = messageNamed('surge').transitions;
    if (transition === undefined) throw new Error('the example has no transition');
    expect(pagerDutyAcknowledgement(incidentOf(transition), 'key')).toEqual({
      routing_key: 'key',
      event_action: 'acknowledge',
      dedup_key: onlyEvent('surge').dedup_key,
    });
  });

  test('opens an incident again that is worse at its level: PagerDuty pages no one for one that was acknowledged', () => {
    const { transitions, ...message } = messageNamed('escalated-to-critical');
    const events = pagerDutyEvents(
      {
        ...message,
        transitions: transitions.map((transition) => ({ ...transition, previousSeverity: 'critical' })),
      },
      'key',
    );
    expect(events.map(({ event_action }) => event_action)).toEqual(['resolve', 'trigger']);
    expect(new Set(events.map(({ dedup_key }) => dedup_key)).size).toBe(1);
  });

  test('is one for all alerts of an incident', () => {
    const message = messageNamed('many-subnets-of-one-vpc');
    const events = pagerDutyEvents(message, 'key');
    expect(events.map(({ dedup_key }) => dedup_key)).toEqual([message.threadId]);
    expect(events.map(({ payload }) => payload?.group)).toEqual([message.threadId]);
  });

  test('is one for each incident of a message about many', () => {
    const message = messageNamed('many-subnets-of-one-vpc');
    const transitions = message.transitions.map((transition, index) => ({
      ...transition,
      cause: `vpc/${index}`,
    }));
    expect(pagerDutyEvents({ ...message, transitions }, 'key')).toHaveLength(transitions.length);
  });

  test('resolves an incident with the last of its alerts, and not with an earlier one', () => {
    const message = messageNamed('resolved');
    const actions = (quietThreads: readonly string[]) =>
      pagerDutyEvents({ ...message, quietThreads }, 'key').map(({ event_action }) => event_action);
    expect(actions([message.threadId])).toEqual(['resolve']);
    expect(actions([])).toEqual([]);
  });

  test('stays as severe as the worst alert of its incident', () => {
    const message = messageNamed('prefixes-will-run-out');
    const [event] = pagerDutyEvents(
      { ...message, incidents: [{ id: message.threadId, level: 'critical' }] },
      'key',
    );
    expect(event?.payload?.severity).toBe('critical');
  });

  test('says when it happened, where, what and what to do', () => {
    expect(onlyEvent('surge').payload).toMatchObject({
      timestamp: '2026-11-20T14:10:00.000Z',
      source: 'batch-eu-west-1b (subnet-0bbbbbbbbbbbbbbb2)',
      component: 'batch',
      class: 'addresses-surge',
      custom_details: {
        Command: expect.stringContaining('kubectl'),
        'Owners of the addresses': [expect.stringContaining('batch')],
      },
    });
  });

  test('of something that is in no VPC and no cluster has a component anyway', () => {
    expect(onlyEvent('scan-failed').payload).toMatchObject({
      source: '444455556666, us-east-1',
      component: 'headroom',
    });
  });

  test('has the key itself while that fits, and one of a kind of the same length when it does not', () => {
    const keyed = (length: number, end: string) =>
      pagerDutyAcknowledgement(`${'k'.repeat(length - 1)}${end}`, 'key').dedup_key;
    expect(keyed(MAX_DEDUP_KEY, 'a')).toBe(`${'k'.repeat(254)}a`);
    expect(keyed(MAX_DEDUP_KEY + 1, 'a')).toHaveLength(MAX_DEDUP_KEY);
    expect(keyed(MAX_DEDUP_KEY + 1, 'a')).not.toBe(keyed(MAX_DEDUP_KEY + 1, 'b'));
  });

  test('stays far below the largest size that PagerDuty takes, and leaves out a command that is out of all proportion', () => {
    const finding = exampleFinding(subnetSubject('subnet-1', 'a'), {
      kind: 'addresses-low',
      title: 'x'.repeat(9_000),
      explanation: 'y'.repeat(90_000),
      remedies: [{ title: 'Act', effect: 'e', commands: ['c'.repeat(90_000)], preconditions: [] }],
    });
    const [event] = pagerDutyEvents(exampleMessage([exampleTransition(finding)]), 'key');
    expect(JSON.stringify(event).length).toBeLessThan(MAX_EVENT_BYTES / 10);
  });
});
