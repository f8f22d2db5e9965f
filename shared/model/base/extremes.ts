/**
 * Largest and smallest of any number of values. `Math.max(...values)` puts each value on the stack, and throws a RangeError from
 * about 120,000 on: what comes from outside decides how many there are.
 */

/** The largest value; `-Infinity` where there is none, as `Math.max()` says. */
export const largestOf = (values: Iterable<number>): number => {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
};

/** The smallest value; `Infinity` where there is none, as `Math.min()` says. */
export const smallestOf = (values: Iterable<number>): number => {
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) smallest = Math.min(smallest, value);
  return smallest;
};
