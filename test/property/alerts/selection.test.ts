import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupTransitions } from '../../../shared/alerts/grouping.ts';
import { isInForce } from '../../../shared/alerts/mutes.ts';
import { destinationsFor } from '../../../shared/alerts/routing.ts';
import { matchesWildcard } from '../../../shared/alerts/wildcard.ts';
import { compareLevel } from '../../../shared/model/alert/alert.ts';
import type { RulePolicy, Threshold } from '../../../shared/model/alert/policy.ts';
import { levelsOf } from '../../../shared/model/checks/thresholds.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { lastTransition } from '../../fixtures/transitions.ts';

describe('wildcards', () => {
  const letters = (alphabet: string, maxLength: number) =>
    fc.array(fc.constantFrom(...alphabet), { maxLength }).map((characters) => characters.join(''));

  test('mean what the regular expression means that is made of them', () => {
    fc.assert(
      fc.property(letters('ab.*?', 8), letters('ab.\n', 12), (pattern, text) => {
        const source = [...pattern]
          .map((character) => ({ '*': '[^]*', '?': '[^]', '.': '\\.' })[character] ?? character)
          .join('');
        expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('weekly windows', () => {
  test('in UTC are what counting minutes from Sunday says', () => {
    const clock = fc.integer({ min: 0, max: 1439 });
    const text = (minutes: number): string =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
        clock,
        clock,
        fc.integer({ min: 0, max: 60 * 24 * 400 }),
        (days, start, end, minute) => {
          fc.pre(start !== end);
          // The epoch began on a Thursday.
          const inWeek = (minute + 4 * 1440) % (7 * 1440);
          const length = (end - start + 1440) % 1440;
          const expected = days.some(
            (day) => (inWeek - (day * 1440 + start) + 7 * 1440) % (7 * 1440) < length,
          );
          const weekly = { days, start: text(start), end: text(end), timeZone: 'UTC' };
          expect(
            isInForce({ match: {}, reason: 'x', from: null, until: null, weekly }, minute * 60_000),
          ).toBe(expected);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('thresholds', () => {
  const threshold: fc.Arbitrary<Threshold | null> = fc.option(
    fc.record(
      { percent: fc.integer({ min: 0, max: 100 }), count: fc.integer({ min: 0, max: 100 }) },
      { requiredKeys: [] },
    ),
  );
  const policies: fc.Arbitrary<RulePolicy> = fc.record({
    enabled: fc.constant(true),
    warning: threshold,
    critical: threshold,
    pendingFor: fc.constant(0),
    clearMargin: fc.constantFrom(0, 0.1, 0.25, 1),
    clearFor: fc.constant(0),
    repeatEvery: fc.constant(0),
  });

  test('hold at least what they raise, get no worse with more, and clear a supply that is full', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 4091 }), fc.nat(4091), (policy, capacity, some) => {
        const value = some % (capacity + 1);
        const levels = levelsOf(value, capacity, policy);
        expect(compareLevel(levels.hold, levels.raise)).toBeGreaterThanOrEqual(0);
        const more = levelsOf(Math.min(value + 1, capacity), capacity, policy);
        expect(compareLevel(more.raise, levels.raise)).toBeLessThanOrEqual(0);
        expect(compareLevel(more.hold, levels.hold)).toBeLessThanOrEqual(0);
        expect(levelsOf(capacity, capacity, policy)).toMatchObject({ raise: 'ok', hold: 'ok' });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('grouping', () => {
  const transition = fc
    .record({
      subnet: fc.constantFrom('subnet-a', 'subnet-b', 'subnet-c'),
      rule: fc.constantFrom('addresses-low', 'fragmented', 'addresses-surge'),
      wide: fc.boolean(),
      severity: fc.constantFrom('warning' as const, 'critical' as const),
    })
    .map(({ subnet, rule, wide, severity }) =>
      lastTransition(
        anObservation(severity, {
          rule,
          subject: aSubnetSubject({ id: subnet, subnetIds: [subnet] }),
          cause: wide ? 'vpc/vpc-01' : `subnet/${subnet}`,
        }),
      ),
    );
  const routes = [
    { match: { severity: ['critical' as const] }, to: ['pager'], continue: true },
    { match: { subnet: ['subnet-b'] }, to: ['b'], continue: false },
  ];

  test('puts every transition into exactly one message, with the destinations of its own, and never two causes into one', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(transition, { maxLength: 12, selector: ({ key }) => key }),
        (transitions) => {
          const messages = groupTransitions(transitions, {
            destinationsOf: (transition) => destinationsFor(transition, routes),
            links: { dashboard: null },
          });
          const told = messages.flatMap((message) => message.transitions);
          expect(told.map(({ id }) => id).toSorted()).toEqual(transitions.map(({ id }) => id).toSorted());
          for (const message of messages) {
            expect(new Set(message.transitions.map(({ cause }) => cause)).size).toBe(1);
            for (const each of message.transitions)
              expect(destinationsFor(each, routes)).toEqual(message.destinations);
          }
          expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(messages.length);
          const heads = messages.map(({ threadId, destinations }) => [threadId, ...destinations].join());
          expect(new Set(heads).size).toBe(heads.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});
