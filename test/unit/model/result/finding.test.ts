import { expect, test } from 'vitest';
import { evidenceChanges, hasChanged } from '../../../../shared/model/result/finding.ts';
import { keyOf } from '../../../../shared/model/result/identity.ts';
import { aFinding } from '../../../fixtures/observations.ts';

test('a figure that is another than before is a change, in the order of before', () => {
  const before = [
    { name: 'available', value: 12, unit: 'addresses' },
    { name: 'usable', value: 251, unit: 'addresses' },
    { name: 'instanceType', value: 'm5.large' },
  ];
  const now = [
    { name: 'instanceType', value: 'm5.xlarge' },
    { name: 'usable', value: 251, unit: 'addresses' },
    { name: 'available', value: null, unit: 'addresses' },
  ];
  expect(evidenceChanges(before, now)).toStrictEqual([
    { name: 'available', unit: 'addresses', before: 12, now: null },
    { name: 'instanceType', before: 'm5.large', now: 'm5.xlarge' },
  ]);
});

test('a figure that only one of the two has is no change', () => {
  expect(evidenceChanges([{ name: 'gone', value: 1 }], [{ name: 'new', value: 1 }])).toEqual([]);
});

test('the unit is the one of now, or of before where now gives none', () => {
  const unitOf = (before: string | undefined, now: string | undefined) =>
    evidenceChanges(
      [{ name: 'left', value: 1, ...(before === undefined ? {} : { unit: before }) }],
      [{ name: 'left', value: 2, ...(now === undefined ? {} : { unit: now }) }],
    )[0]?.unit;
  expect(unitOf('addresses', 'prefixes')).toBe('prefixes');
  expect(unitOf('addresses', undefined)).toBe('addresses');
});

test('a finding is identified by its kind and its subject', () => {
  expect(keyOf('fragmentation', { type: 'subnet', id: 'subnet-0a' })).toBe('fragmentation/subnet/subnet-0a');
});

test('a finding says something new when it is of another kind, or when title and figures are others', () => {
  const before = aFinding();
  const value = (available: number) => [{ name: 'available', value: available }];
  expect(hasChanged(before, before)).toBe(false);
  expect(hasChanged(before, { ...before, kind: 'exhausted' })).toBe(true);
  expect(hasChanged(before, { ...before, title: 'b' })).toBe(false);
  expect(hasChanged(before, { ...before, evidence: value(1) })).toBe(false);
  expect(hasChanged(before, { ...before, title: 'b', evidence: value(1) })).toBe(true);
});
