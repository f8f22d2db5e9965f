import { expect, test } from 'vitest';
import { inDoubt, largestFreeText, NO_FREE_RANGE } from '../../../../shared/model/subnet/free-range.ts';
import { subnetDetail } from '../../../../shared/report/subnet-detail.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';

const full = aSubnet({
  available: 0,
  largestFreeBlock: null,
  fragmentationIndex: null,
  unknowns: ['largestFreeBlock', 'fragmentationIndex'].map((field) => ({ field, reason: NO_FREE_RANGE })),
});
const REASON = 'They depend on reservations, and those could not be read.';
const unread = aSubnet({
  largestFreeBlock: null,
  fragmentationIndex: null,
  unknowns: ['largestFreeBlock', 'fragmentationIndex'].map((field) => ({ field, reason: REASON })),
});

const detailOf = (subnet: typeof full): string => subnetDetail(subnet, undefined, 0).text;

test('a full subnet has no free range, and nothing of it is in doubt', () => {
  expect(largestFreeText(full)).toBe('none');
  expect(inDoubt(full.unknowns)).toEqual([]);
  expect(detailOf(full)).toContain('<dt>Largest free block</dt><dd>none</dd>');
  expect(detailOf(full)).not.toMatch(/Fragmented|Not known/);
});

test('a range that is not known is no full subnet', () => {
  expect(largestFreeText(unread)).toBeNull();
  expect(inDoubt(unread.unknowns)).toHaveLength(2);
  expect(detailOf(unread)).toContain(
    `<dt>Largest free block</dt><dd><abbr class="unknown" title="${REASON}">unknown</abbr></dd>`,
  );
  expect(detailOf(unread)).toContain('Not known');
});

test('a range that is known is named', () => {
  expect(largestFreeText(aSubnet({ largestFreeBlock: '10.0.0.0/26' }))).toBe('10.0.0.0/26');
});
