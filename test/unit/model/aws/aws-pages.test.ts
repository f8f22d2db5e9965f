import { describe, expect, test } from 'vitest';
import { AwsFailure, RepeatedPageTokenError } from '../../../../shared/model/aws/aws-failure.ts';
import {
  answeredList,
  describingFailure,
  eachItem,
  type Page,
  ReceiverError,
} from '../../../../shared/model/aws/aws-pages.ts';

const context = {
  action: 'ec2:DescribeSubnets',
  target: { accountId: '111111111111', region: 'eu-west-1' },
};

/** Follows these pages, each a token and what it leads to. */
const follow = async (
  pages: Readonly<Record<string, Page<number>>>,
): Promise<{ items: number[]; asked: (string | undefined)[] }> => {
  const items: number[] = [];
  const asked: (string | undefined)[] = [];
  await eachItem<number>(
    context,
    async (nextToken) => {
      asked.push(nextToken);
      const page = pages[nextToken ?? 'first'];
      if (page === undefined) throw new Error('no such page');
      return page;
    },
    (item) => items.push(item),
  );
  return { items, asked };
};

describe('a listing', () => {
  test('is followed from page to page, over empty ones, until a token is absent or empty', async () => {
    expect(
      await follow({
        first: { items: [], nextToken: 'a' },
        a: { items: [1, 2], nextToken: 'b' },
        b: { items: [3], nextToken: undefined },
      }),
    ).toEqual({ items: [1, 2, 3], asked: [undefined, 'a', 'b'] });
    expect(await follow({ first: { items: [1], nextToken: '' } })).toEqual({
      items: [1],
      asked: [undefined],
    });
  });

  test('whose token leads to itself, or back to an earlier page, is refused', async () => {
    for (const last of ['a', 'b']) {
      const listing = follow({
        first: { items: [], nextToken: 'a' },
        a: { items: [], nextToken: 'b' },
        b: { items: [], nextToken: last },
      });
      await expect(listing).rejects.toBeInstanceOf(RepeatedPageTokenError);
      await expect(listing).rejects.toMatchObject({
        code: 'repeated-page-token',
        context,
        message:
          'ec2:DescribeSubnets in account 111111111111, eu-west-1, repeated an earlier page token, so its answer would never end',
      });
    }
  });

  test('of which a page cannot be had fails as the call does', async () => {
    const listing = follow({ first: { items: [1], nextToken: 'missing' } });
    await expect(listing).rejects.toBeInstanceOf(AwsFailure);
    await expect(listing).rejects.toMatchObject({
      code: 'aws-error',
      message: expect.stringContaining('no such page'),
    });
  });

  test('whose receiver fails, fails with what the receiver threw', async () => {
    const defect = new TypeError('a defect of ours');
    const page = async (): Promise<Page<number>> => ({ items: [1], nextToken: undefined });
    const listing = eachItem(context, page, () => {
      throw defect;
    });
    await expect(listing).rejects.toBe(defect);
  });
});

test('what a receiver threw while a call was going on is separate from a failure of the call', async () => {
  const defect = new TypeError('a defect of ours');
  const failing = (error: unknown) =>
    describingFailure(context, async () => {
      throw error;
    });
  await expect(failing(new ReceiverError(defect))).rejects.toBe(defect);
  await expect(failing(defect)).rejects.toMatchObject({ code: 'aws-error', cause: defect });
  expect(await describingFailure(context, async () => 'answer')).toBe('answer');
  expect(new ReceiverError(defect)).toMatchObject({
    name: 'ReceiverError',
    message: 'The receiver of the records failed',
  });
});

test('an answer without its list is no empty list, unless a page follows', () => {
  expect(answeredList([], 'fleets')).toEqual([]);
  expect(answeredList(undefined, 'fleets', 'next')).toEqual([]);
  for (const nextToken of [undefined, ''])
    expect(() => answeredList(undefined, 'fleets', nextToken)).toThrow(
      expect.objectContaining({ code: 'malformed-answer' }),
    );
});
