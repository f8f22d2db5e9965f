import { describe, expect, test } from 'vitest';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import type { Surge } from '../../../../shared/model/result/forecast.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { findingsOf } from '../../../fixtures/findings-input.ts';

const found = (surge: Partial<Surge>, subnet: Partial<SubnetAssessment> = {}) =>
  findingsOf('addresses-surge', {
    subnets: [
      aSubnet({
        available: 200,
        forecast: {
          addresses: {
            exhaustionAt: null,
            earliest: null,
            latest: null,
            probabilityWithin: { '24h': 0.5, '72h': 0.9, '7d': 1 },
            method: 'trend-paths',
            reason: '',
            surge: {
              raise: 'critical',
              hold: 'critical',
              lossPerHour: { fast: 345, slow: 300 },
              ordinaryLossPerHour: 22,
              exhaustionAt: '2026-01-01T00:39:00.000Z',
              reason: '',
              ...surge,
            },
          },
        },
        ...subnet,
      }),
    ],
  })[0];

describe('the text of a fast loss', () => {
  test('has what is left of the whole, and the usual pace', () => {
    expect(found({})).toMatchObject({
      title: 'private-a: using up addresses fast: 345 an hour, empty in 35 minutes',
      explanation:
        '200 of 251 addresses are left. Usually at most 22 an hour are used up at this time of day.',
    });
  });

  test.each<[string, Partial<Surge>, string]>([
    [
      'no loss is usual',
      { ordinaryLossPerHour: -3 },
      'Usually no addresses are used up at this time of day.',
    ],
    [
      'there are no earlier days',
      { ordinaryLossPerHour: null },
      'There are no earlier days to compare with.',
    ],
    [
      'it lasts for hours',
      {
        lossPerHour: { fast: 12, slow: 12 },
        drain: { hours: 6, lossPerHour: 12, exhaustionAt: '2026-01-01T16:00:00.000Z' },
        basis: { available: 200, lossPerHour: 12, ordinaryLossPerHour: 2, minutesToEmpty: 1_000 },
      },
      'It has lasted 6 hours, and used up more than any ordinary 6 hours of the last two weeks.',
    ],
  ])('says with what it is compared where %s', (_, surge, text) => {
    expect(found(surge)?.explanation).toContain(text);
  });

  test('that was sudden says what was lost, and that the next part may take the rest', () => {
    expect(found({ raise: 'warning', fall: { lost: 120 } }, { available: 20 })).toMatchObject({
      title: 'private-a: 20 of 251 addresses left after a sudden loss of 120',
      explanation:
        'That is 120 fewer than on any earlier day of the last two weeks. A loss like this one often comes in parts, and the next part may take the rest.',
    });
  });

  test('does not say when nothing is left where the loss is over', () => {
    expect(found({ lossPerHour: { fast: 0, slow: -2 } })).toMatchObject({
      title: 'private-a: 200 addresses left after a fast loss',
      explanation: 'Usually at most 22 an hour are used up at this time of day.',
    });
  });

  test('gives the number alone where the size of the subnet is not known', () => {
    const shared = { usable: null, usableSingle: null };
    expect(found({}, shared)).toBeUndefined();
    const one = { available: 1, availableSingle: 1, awsAvailable: 1 };
    expect(found({}, one)?.explanation).toMatch(/^1 of 251 addresses is left\./);
  });

  test('names the workloads that grew', () => {
    const changes = [
      { kind: 'workload', name: 'shop/web/Deployment/api', addresses: 40 },
      { kind: 'others', name: null, addresses: 3 },
    ];
    const workloadChanges = [{ from: '2025-12-31T21:00:00.000Z', to: '2026-01-01T00:00:00.000Z', changes }];
    expect(found({}, { workloadChanges })?.explanation).toMatch(
      / Workloads that grew: shop\/web\/Deployment\/api \(40 addresses\)\.$/,
    );
    const unnamed = workloadChanges.map((each) => ({ ...each, changes: changes.slice(1) }));
    expect(found({}, { workloadChanges: unnamed })?.explanation).not.toContain('Workloads');
  });
});
