import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCallEvent } from '../../../shared/pipeline/parse-call-event.ts';
import { CHANGING_CALLS, callEvent, OTHER_CALLS, REFUSED_CALLS } from '../../fixtures/events/call-events.ts';
import { matchesPattern } from '../../fixtures/infra/event-pattern.ts';

interface Rules {
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Condition?: string;
        readonly Properties: {
          readonly EventPattern: Readonly<Record<string, unknown>>;
          readonly [property: string]: unknown;
        };
      }
    >
  >;
}

/** The intrinsics' short forms do not matter here: only patterns are read. */
const rulesOf = (file: string): Rules['Resources'] =>
  (
    parse(
      readFileSync(join(import.meta.dirname, '../../../infra/lambda', file), 'utf8').replace(
        /!(Ref|Sub|GetAtt|If|Or|And|Not|Equals|Condition) ?/g,
        '',
      ),
    ) as Rules
  ).Resources;

const hub = rulesOf('events.yml');
const spoke = rulesOf('spoke-role.yml');
const RULES = ['RefusedCalls', 'ChangedSubnets'] as const;

const selects = (rule: (typeof RULES)[number], detail: Readonly<Record<string, unknown>>): boolean =>
  matchesPattern(spoke[rule]?.Properties.EventPattern ?? {}, callEvent({ detail }));

describe('the rules of EventBridge', () => {
  test.each(RULES)('are the same in the hub and in other accounts: %s', (rule) => {
    expect(hub[rule]?.Properties.EventPattern).toBeDefined();
    expect(hub[rule]?.Properties.EventPattern).toEqual(spoke[rule]?.Properties.EventPattern);
  });

  test.each(Object.entries(REFUSED_CALLS))(
    'pass on a refused call, and it is understood: %s',
    (_, detail) => {
      expect(selects('RefusedCalls', detail)).toBe(true);
      expect(selects('ChangedSubnets', detail)).toBe(false);
      expect(parseCallEvent(JSON.stringify(callEvent({ detail })))?.refusals).toHaveLength(1);
    },
  );

  test.each(Object.entries(CHANGING_CALLS))('pass on a change, and it is understood: %s', (_, detail) => {
    expect(selects('ChangedSubnets', detail)).toBe(true);
    expect(selects('RefusedCalls', detail)).toBe(false);
    const {
      interfaceIds = [],
      reservedIn = [],
      subnetIds = [],
    } = parseCallEvent(JSON.stringify(callEvent({ detail })))?.changed ?? {};
    expect([...interfaceIds, ...reservedIn, ...subnetIds]).not.toEqual([]);
  });

  test.each(Object.entries(OTHER_CALLS))('pass on nothing else: %s', (_, detail) => {
    expect(RULES.map((rule) => selects(rule, detail))).toEqual([false, false]);
  });

  test('the bus of the hub passes on what the rules of other accounts send, and nothing of another source', () => {
    const pattern = hub['CallEventsOfOthers']?.Properties.EventPattern ?? {};
    expect(matchesPattern(pattern, callEvent())).toBe(true);
    expect(matchesPattern(pattern, { ...callEvent(), source: 'my.app' })).toBe(false);
  });
});

describe('the stack of events', () => {
  test('has an alarm for events that could not be stored', () => {
    expect(hub['EventsGivenUpAlarm']).toMatchObject({
      Condition: 'RefusedCallsAreTaken',
      Properties: {
        Dimensions: [{ Name: 'QueueName', Value: 'CallEventDeadLetters.QueueName' }],
        AlarmActions: ['AlertTopic'],
        OKActions: ['AlertTopic'],
      },
    });
  });
});
