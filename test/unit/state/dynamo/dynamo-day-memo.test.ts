import { expect, test } from 'vitest';
import { DayMemo } from '../../../../shared/state/dynamo/dynamo-day-memo.ts';
import type { Item } from '../../../../shared/state/dynamo/dynamo-table.ts';

const HOUR = 3_600_000;
const NOON = 12 * HOUR;

const day = (name: string, bytes = 10): Item => ({ sk: { S: name }, body: { B: new Uint8Array(bytes) } });
const names = (recalled: { readonly items: readonly Item[] } | null) =>
  recalled?.items.map(({ sk }) => sk?.S) ?? null;

test('rolled-up days are remembered, with the hour up to which they are rolled up', () => {
  const memo = new DayMemo();
  memo.remember('bucket', NOON, 'day-1', [day('day-1'), day('day-2')]);
  expect(names(memo.recall('bucket', 'day-1'))).toEqual(['day-1', 'day-2']);
  expect(memo.recall('bucket', 'day-1')).toMatchObject({ rolledUpBefore: NOON, readFor: NOON });
  expect(memo.recall('other', 'day-1')).toBeNull();
});

test('who asks for less gets less, and who asks for more has to read', () => {
  const memo = new DayMemo();
  memo.remember('bucket', NOON, 'day-2', [day('day-2'), day('day-3')]);
  expect(names(memo.recall('bucket', 'day-3'))).toEqual(['day-3']);
  expect(memo.recall('bucket', 'day-1')).toBeNull();
});

test('what this process rolls up is in it at once, in the order of the days', () => {
  const memo = new DayMemo();
  memo.remember('target#1', NOON, 'day-1', [day('day-1'), day('day-3', 10)]);
  memo.replace('target#1', day('day-3', 20));
  memo.replace('target#1', day('day-2'));
  memo.replace('target#2', day('day-2'));
  memo.advance('target#', NOON, NOON + HOUR);
  const recalled = memo.recall('target#1', 'day-1');
  expect(names(recalled)).toEqual(['day-1', 'day-2', 'day-3']);
  expect(recalled?.items.map(({ body }) => body?.B?.length)).toEqual([10, 10, 20]);
  expect(recalled).toMatchObject({ rolledUpBefore: NOON + HOUR, readFor: NOON });
  expect(memo.recall('target#2', 'day-1')).toBeNull();
});

test('an hour that another process has rolled up does not count as rolled up here', () => {
  const memo = new DayMemo();
  memo.remember('target#1', NOON, 'day-1', [day('day-1')]);
  memo.advance('target#', NOON + HOUR, NOON + 2 * HOUR);
  memo.advance('other#', NOON, NOON + 2 * HOUR);
  expect(memo.recall('target#1', 'day-1')).toMatchObject({ rolledUpBefore: NOON });
});

test('days that were read in part keep the moment when all of them were read', () => {
  const memo = new DayMemo();
  memo.remember('target#1', NOON, 'day-1', [day('day-1'), day('day-2')]);
  memo.remember('target#1', NOON + HOUR, 'day-1', [day('day-1'), day('day-2', 20)], false);
  expect(memo.recall('target#1', 'day-1')).toMatchObject({ rolledUpBefore: NOON + HOUR, readFor: NOON });
});

test('it counts what was replaced, and holds no more than its limit', () => {
  const memo = new DayMemo(100);
  memo.remember('first', NOON, 'day-1', [day('day-1', 50)]);
  memo.replace('first', day('day-1', 90));
  memo.remember('second', NOON, 'day-1', [day('day-1', 20)]);
  expect(memo.recall('first', 'day-1')).toBeNull();
  expect(memo.recall('second', 'day-1')).not.toBeNull();
});

test('it holds 16 MB, and forgets the oldest beyond that', () => {
  const memo = new DayMemo();
  const megabytes = (count: number) => [day('day-1', count * 1024 * 1024)];
  memo.remember('first', NOON, 'day-1', megabytes(8));
  memo.remember('second', NOON, 'day-1', megabytes(8));
  expect(memo.recall('first', 'day-1')).not.toBeNull();
  memo.remember('third', NOON, 'day-1', megabytes(1));
  expect(memo.recall('first', 'day-1')).toBeNull();
  expect(memo.recall('second', 'day-1')).not.toBeNull();
  memo.remember('second', NOON, 'day-1', megabytes(15));
  expect(memo.recall('third', 'day-1')).not.toBeNull();
});
