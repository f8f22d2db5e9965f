import { expect, test } from 'vitest';
import { DayMemo } from '../../../../shared/state/dynamo/dynamo-day-memo.ts';
import type { Item } from '../../../../shared/state/dynamo/dynamo-table.ts';

const NOON = 43_200_000;

const day = (name: string, bytes = 10): Item => ({ sk: { S: name }, body: { B: new Uint8Array(bytes) } });
const names = (items: readonly Item[] | null) => items?.map(({ sk }) => sk?.S) ?? null;

test('folded days are remembered until the ledger moves on', () => {
  const memo = new DayMemo();
  memo.remember('bucket', NOON, 'day-1', [day('day-1'), day('day-2')]);
  expect(names(memo.recall('bucket', NOON, 'day-1'))).toEqual(['day-1', 'day-2']);
  expect(memo.recall('bucket', NOON + 1, 'day-1')).toBeNull();
  expect(memo.recall('other', NOON, 'day-1')).toBeNull();
});

test('who asks for less gets less, and who asks for more has to read', () => {
  const memo = new DayMemo();
  memo.remember('bucket', NOON, 'day-2', [day('day-2'), day('day-3')]);
  expect(names(memo.recall('bucket', NOON, 'day-3'))).toEqual(['day-3']);
  expect(memo.recall('bucket', NOON, 'day-1')).toBeNull();
});

test('what was folded into is read again', () => {
  const memo = new DayMemo();
  memo.remember('bucket', NOON, 'day-1', [day('day-1')]);
  memo.forget('bucket');
  memo.forget('bucket');
  expect(memo.recall('bucket', NOON, 'day-1')).toBeNull();
});

test('it holds 16 MB, and forgets the oldest beyond that', () => {
  const memo = new DayMemo();
  const megabytes = (count: number) => [day('day-1', count * 1024 * 1024)];
  memo.remember('first', NOON, 'day-1', megabytes(8));
  memo.remember('second', NOON, 'day-1', megabytes(8));
  expect(memo.recall('first', NOON, 'day-1')).not.toBeNull();
  memo.remember('third', NOON, 'day-1', megabytes(1));
  expect(memo.recall('first', NOON, 'day-1')).toBeNull();
  expect(memo.recall('second', NOON, 'day-1')).not.toBeNull();
  memo.remember('second', NOON, 'day-1', megabytes(15));
  expect(memo.recall('third', NOON, 'day-1')).not.toBeNull();
});
