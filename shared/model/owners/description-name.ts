import { shorten } from '../base/text/names.ts';

/** Longer descriptions say nothing more about the owner. */
const LENGTH = 80;

/**
 * What differs between interfaces of one owner: identifiers of AWS (`eni-0a1b...`), UUIDs, and numbers of six digits and
 * more. They become `*`, so that a hundred interfaces of one job are one owner.
 */
const PARTICULARS =
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[a-z]{1,12}-[0-9a-f]{8,40}\b|\b(?=[0-9a-f]{0,63}\d)[0-9a-f]{8,64}\b|\d{6,255}/g;

/** A description as the name of an owner that no mark tells; `null` for an empty one. */
export const describedAs = (description: string): string | null => {
  const text = description.trim().replaceAll(PARTICULARS, '*').replaceAll(/\s+/g, ' ');
  return text === '' ? null : shorten(text, LENGTH);
};
