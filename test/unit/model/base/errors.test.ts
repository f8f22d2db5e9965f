import { expect, test } from 'vitest';
import { HeadroomError, problemOf } from '../../../../shared/model/base/errors.ts';

const cause = new Error('socket hang up');
const error = new HeadroomError('STORE_UNREACHABLE', 'The state table cannot be read.', 'Try again.', {
  cause,
});

test('an error says what was wrong, what to do, and what it came from', () => {
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'HeadroomError', message: 'The state table cannot be read.', cause });
});

test('a problem is its plain data: neither stack nor cause, which may hold what is not for others', () => {
  expect(problemOf(error)).toStrictEqual({
    code: 'STORE_UNREACHABLE',
    message: 'The state table cannot be read.',
    action: 'Try again.',
  });
});
