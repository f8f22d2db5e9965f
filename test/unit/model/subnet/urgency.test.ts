import { expect, test } from 'vitest';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import type { Severity } from '../../../../shared/model/result/finding.ts';
import type { Forecast } from '../../../../shared/model/result/forecast.ts';
import { compareUrgency, firstToRunOut } from '../../../../shared/model/subnet/urgency.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';

const ends = (exhaustionAt: string | null): Forecast =>
  ({ ...aSubnet().forecast.addresses, exhaustionAt }) as Forecast;

interface Case {
  readonly singles: number | null;
  /** Free prefixes where they are used; `null` where they are not. */
  readonly prefixes?: number | null;
  readonly addressesEnd?: string | null;
  readonly prefixesEnd?: string | null;
  readonly severity?: Severity;
}

const subnetOf = ({ singles, prefixes = null, addressesEnd = null, prefixesEnd = null }: Case) =>
  aSubnet({
    usable: 100,
    availableSingle: singles,
    awsAvailable: singles,
    unaccounted: 0,
    usesPrefixes: prefixes !== null,
    prefixes: { assigned: 4, free: prefixes ?? 0, freeInReservation: 0, freeUnreserved: prefixes ?? 0 },
    blocks: { free: prefixes ?? 0, prefix: 4, full: 0, fragmented: 6, awsReserved: 2 },
    forecast: { addresses: ends(addressesEnd), prefixes: ends(prefixesEnd) },
  } satisfies Partial<SubnetAssessment>);

const order = (cases: Readonly<Record<string, Case>>): readonly string[] =>
  Object.entries(cases)
    .map(([name, each]) => ({ name, subnet: subnetOf(each), severity: each.severity ?? null }))
    .toSorted(compareUrgency)
    .map(({ name }) => name);

test('a subnet without a free prefix stands before one that has few addresses, and beside one that has none', () => {
  expect(
    order({
      few: { singles: 1 },
      'no prefix': { singles: 90, prefixes: 0 },
      'prefixes not used': { singles: 95 },
      'no address': { singles: 0 },
    }),
  ).toEqual(['no address', 'no prefix', 'few', 'prefixes not used']);
});

test('what is empty stands before what a check calls critical', () => {
  expect(
    order({
      critical: { singles: 5, severity: 'critical' },
      empty: { singles: 50, prefixes: 0, severity: 'info' },
    }),
  ).toEqual(['empty', 'critical']);
});

test('of those that are not empty, the level comes first, then the end of either supply, then the smaller free share', () => {
  expect(
    order({
      quiet: { singles: 80, prefixes: 2 },
      roomy: { singles: 90 },
      'prefixes soon': {
        singles: 90,
        prefixes: 4,
        addressesEnd: '2026-12-09T00:00:00Z',
        prefixesEnd: '2026-12-01T00:00:00Z',
      },
      later: { singles: 20, addressesEnd: '2026-12-02T00:00:00Z' },
      warned: { singles: 60, severity: 'warning' },
      unknown: { singles: null },
    }),
  ).toEqual(['warned', 'prefixes soon', 'later', 'quiet', 'roomy', 'unknown']);
});

test('an end of prefixes that are not used says nothing', () => {
  expect(firstToRunOut(subnetOf({ singles: 9, prefixesEnd: '2026-12-01T00:00:00Z' }))).toMatchObject({
    supply: 'addresses',
    isEmpty: false,
  });
});

test('a subnet whose prefixes are not known stands after one that has few', () => {
  const known = subnetOf({ singles: 90, prefixes: 1 });
  const unknown: SubnetAssessment = { ...subnetOf({ singles: 90, prefixes: 1 }), prefixes: null };
  const unsized: SubnetAssessment = { ...subnetOf({ singles: 90, prefixes: 1 }), blocks: null };
  const subjects = [unknown, unsized, known].map((subnet) => ({ subnet, severity: null, name: '' }));
  expect(subjects.toSorted(compareUrgency)[0]?.subnet).toBe(known);
});

test('where reservations cover a subnet, it has no single addresses to run out of', () => {
  const covered = aSubnet({ usable: 100, usableSingle: 0, availableSingle: 0, usesPrefixes: false });
  expect(firstToRunOut(covered)).toMatchObject({ supply: 'addresses', isEmpty: false });
});

test('where the blocks of a subnet are not known, its addresses decide', () => {
  const unknown = { subnet: { ...subnetOf({ singles: 90, prefixes: 1 }), blocks: null }, severity: null };
  const half = { subnet: subnetOf({ singles: 50 }), severity: null };
  expect([unknown, half].toSorted(compareUrgency)).toEqual([half, unknown]);
});
