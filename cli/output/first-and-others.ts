import { count } from '../../shared/model/base/text/numbers.ts';

/** `shop-a`, or `shop-a and 3 others`. */
export const firstAndOthers = ([first = '', ...others]: Iterable<string>): string =>
  others.length === 0 ? first : `${first} and ${count(others.length, 'other')}`;
