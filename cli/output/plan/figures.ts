import { number } from '../../../shared/model/base/text/numbers.ts';
import type { Bounds } from '../../../shared/model/plan/state-figures.ts';

/** `12`, or `8-12` where only bounds are known. */
export const bounds = (range: Bounds | null): string | null => {
  if (range === null) return null;
  const [least, most] = range;
  return least === most ? number(least) : `${number(least)}-${number(most)}`;
};

/** `12 -> 8-9`. */
export const fromTo = (before: string | null, after: string | null): string | null => {
  if (before === null && after === null) return null;
  return before === after ? after : `${before ?? '-'} -> ${after ?? '-'}`;
};
