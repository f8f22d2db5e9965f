import { didYouMean } from '../../shared/config/nearest-word.ts';

const NAMED = 3;

/**
 * What was probably meant by a name that nothing has, or what there is. Starts with a space.
 *
 * @param given one name for each thing: these are counted
 * @param others further names of the same things, such as ids
 */
export const nearestOf = (name: string, given: readonly string[], others: readonly string[] = []): string => {
  const names = [...new Set(given)];
  const near = didYouMean(name, [...names, ...others]);
  if (near !== '') return near;
  if (names.length === 0) return ' There is none at all.';
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return ` There ${names.length === 1 ? 'is only' : 'are'} ${names.slice(0, NAMED).join(', ')}${more}.`;
};
