import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../../shared/model/subnet/reconciliation.ts';

const fieldsOf = (unknowns: readonly { readonly field: string }[]): string[] =>
  unknowns.map(({ field }) => field);
const reasonFor = (
  unknowns: readonly { readonly field: string; readonly reason: string }[],
  field: string,
): string =>
  unknowns.find((unknown) => unknown.field === field)?.reason ?? expect.fail(`nothing is said of ${field}`);

const ALL_FIGURES = [
  'used',
  'owners',
  'available',
  'availableSingle',
  'prefixes',
  'reservations',
  'largestFreeBlock',
  'blocks',
  'fragmentationIndex',
  'stranded',
];

describe('without reservations there is one count to compare', () => {
  test("when it equals AWS's, every address is accounted for", () => {
    expect(reconcile({ awsAvailable: 200, free: 200, freeUnreserved: 200 })).toEqual({
      unaccounted: 0,
      awsCounts: null,
      unknowns: [],
    });
  });

  test('when AWS has fewer, an unseen owner has them, and the count of AWS is used', () => {
    const { unaccounted, awsCounts, unknowns } = reconcile({
      awsAvailable: 197,
      free: 200,
      freeUnreserved: 200,
    });
    expect({ unaccounted, awsCounts }).toEqual({ unaccounted: 3, awsCounts: null });
    expect(fieldsOf(unknowns).toSorted()).toEqual(ALL_FIGURES.toSorted());
    expect(reasonFor(unknowns, 'owners')).toBe(
      'A lower bound: 3 addresses more are in use by owners that this scan did not see.',
    );
    expect(reasonFor(unknowns, 'available')).toBe(
      "AWS's count is used: by it 3 addresses more are in use, by owners that this scan did not see.",
    );
    expect(reasonFor(unknowns, 'used')).toBe(reasonFor(unknowns, 'available'));
    expect(reasonFor(unknowns, 'prefixes')).toBe(
      'An upper bound: 3 addresses that look free are in use by owners that this scan did not see.',
    );
    expect(reasonFor(unknowns, 'stranded')).toBe(
      'Not certain: where the 3 addresses lie that this scan did not see is not known.',
    );
  });

  test('when AWS has more, addresses were released while we looked, and free figures are lower bounds', () => {
    const { unaccounted, awsCounts, unknowns } = reconcile({
      awsAvailable: 201,
      free: 200,
      freeUnreserved: 200,
    });
    expect({ unaccounted, awsCounts }).toEqual({ unaccounted: -1, awsCounts: null });
    expect(fieldsOf(unknowns)).toEqual(ALL_FIGURES);
    expect(reasonFor(unknowns, 'owners')).toBe(
      'An upper bound: AWS already counts 1 address of these as free again.',
    );
    expect(reasonFor(unknowns, 'largestFreeBlock')).toBe('A lower bound: AWS counts 1 address more as free.');
    expect(reasonFor(unknowns, 'blocks')).toBe(
      'Not certain: which 1 address AWS counts as free again is not known.',
    );
  });
});

describe('with reservations there are two counts, and it is not documented which is the one of AWS', () => {
  test('AWS counts what is reserved as available', () => {
    expect(reconcile({ awsAvailable: 200, free: 200, freeUnreserved: 150 })).toEqual({
      unaccounted: 0,
      awsCounts: 'reserved-as-available',
      unknowns: [],
    });
  });

  test('AWS does not', () => {
    expect(reconcile({ awsAvailable: 150, free: 200, freeUnreserved: 150 })).toEqual({
      unaccounted: 0,
      awsCounts: 'reserved-as-unavailable',
      unknowns: [],
    });
  });

  test('neither: how many are unaccounted for depends on the reading, so it is unknown', () => {
    const { unaccounted, awsCounts, unknowns } = reconcile({
      awsAvailable: 148,
      free: 200,
      freeUnreserved: 150,
    });
    expect({ unaccounted, awsCounts }).toEqual({ unaccounted: null, awsCounts: null });
    expect(fieldsOf(unknowns)).toEqual(['unaccounted', ...ALL_FIGURES]);
    expect(reasonFor(unknowns, 'unaccounted')).toBe(
      "AWS counts 148 available addresses; we count 200 free ones, 150 of them outside reservations. AWS's figure matches neither.",
    );
    expect(reasonFor(unknowns, 'available')).toBe(
      "Not confirmed: AWS's own count could not be reconciled with ours.",
    );
  });
});

describe('when reservations could not be read', () => {
  test("AWS's count may still equal ours, and then nothing is hidden", () => {
    expect(reconcile({ awsAvailable: 200, free: 200, freeUnreserved: null })).toEqual({
      unaccounted: 0,
      awsCounts: null,
      unknowns: [],
    });
  });

  test('a difference may be reservations or an unseen owner: unknown', () => {
    const { unaccounted, unknowns } = reconcile({ awsAvailable: 150, free: 200, freeUnreserved: null });
    expect(unaccounted).toBeNull();
    expect(fieldsOf(unknowns)).toEqual(['unaccounted', ...ALL_FIGURES]);
    expect(reasonFor(unknowns, 'unaccounted')).toBe(
      'AWS counts 150 available addresses and we 200 free ones; without the reservations it is unknown whether they explain the difference.',
    );
  });
});

test("without AWS's count there is nothing to reconcile with", () => {
  const reason = 'EC2 sent no AvailableIpAddressCount to compare our own count with.';
  expect(reconcile({ awsAvailable: null, free: 200, freeUnreserved: 200 })).toEqual({
    unaccounted: null,
    awsCounts: null,
    unknowns: [
      { field: 'awsAvailable', reason },
      { field: 'unaccounted', reason },
    ],
  });
});
