import { describe, expect, test } from 'vitest';
import { medianLead, verdictOf } from '../../../lab/demo/verdict.ts';
import type { Transition } from '../../../shared/model/alert/alert.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { anAlert, aSubject, aTransition } from '../../fixtures/stored-alerts.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');

const alerted = (subnetId: string, rule: string, hours: number): Transition =>
  aTransition(anAlert({ subject: aSubject(subnetId), rule }), {
    rule,
    at: new Date(START + hours * HOUR).toISOString(),
  });

const ranOut = (subnetId: string, hours: number) => ({
  subnetId,
  supply: 'addresses' as const,
  at: START + hours * HOUR,
});

const told = {
  startsAt: START,
  before: [],
  after: [
    anAssessment({
      subnets: ['a', 'b', 'c', 'd'].map((name) => aSubnet({ subnetId: `subnet-${name}`, name })),
    }),
  ],
  exhaustions: [
    ranOut('subnet-a', 50),
    ranOut('subnet-b', 20),
    ranOut('subnet-c', 90),
    // It was empty before the story began: nothing could have warned of it.
    ranOut('subnet-d', 0),
  ],
  transitions: [
    alerted('subnet-a', 'addresses-exhaustion', 10),
    alerted('subnet-a', 'addresses-low', 40),
    alerted('subnet-b', 'addresses-surge', 19),
    // After the fact.
    alerted('subnet-c', 'addresses-exhausted', 91),
  ],
};

describe('what came of the warnings of the demo', () => {
  test('is, for each shortage, the first alert before it', () => {
    const { shortages } = verdictOf(told);
    expect(shortages.map(({ name, first }) => [name, first?.rule])).toEqual([
      ['a', 'addresses-exhaustion'],
      ['b', 'addresses-surge'],
      ['c', undefined],
    ]);
    expect(medianLead(verdictOf(told))).toBe(40 * HOUR);
  });

  test('counts what was said to run out and did not', () => {
    const transitions = [
      ...told.transitions,
      alerted('subnet-d', 'prefixes-exhaustion', 30),
      alerted('subnet-d', 'prefixes-exhaustion', 60),
      // Few left is no forecast.
      alerted('subnet-d', 'prefixes-low', 60),
    ];
    expect(verdictOf({ ...told, transitions }).notCome).toEqual(['d (prefixes)']);
    expect(verdictOf(told).notCome).toEqual([]);
  });

  test('has no lead where nothing ran out', () => {
    expect(medianLead(verdictOf({ ...told, exhaustions: [] }))).toBeNull();
  });
});
