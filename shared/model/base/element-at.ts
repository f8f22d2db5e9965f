/**
 * The element at an index that the caller knows to be there. Indexing alone says that there may be none, and a value to fall
 * back on would hide a mistake: here it throws.
 */
export const elementAt = <Element extends {}>(list: ArrayLike<Element>, index: number): Element => {
  const element = list[index];
  if (element === undefined) throw new RangeError(`There is no element ${index} among ${list.length}.`);
  return element;
};
