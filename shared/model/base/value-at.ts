/**
 * The value of a key that the caller knows to be there. A value to fall back on would hide a mistake, and would read as if it
 * had been measured: here it throws.
 */
export const valueAt = <Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value => {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`There is no entry ${String(key)} among ${map.size}.`);
  return value;
};
