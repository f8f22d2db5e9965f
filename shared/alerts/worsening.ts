import type { Alert, Observation } from '../model/alert/alert.ts';

/** An alert's record stays small: about 12 kB of names. A message with so many of them needs no other to follow it. */
const CAUSES_KEPT = 500;

type Worsening = Pick<Alert, 'announcedCauses' | 'worseSince'>;

/** What the record knows of causes once this observation is announced. */
export const withAnnouncedCauses = (
  { announcedCauses = [] }: Worsening,
  { causes }: Observation,
  begins: boolean,
): Worsening => {
  if (causes === undefined) return {};
  const all = new Set([...(begins ? [] : announcedCauses), ...causes]);
  return { announcedCauses: [...all].slice(0, CAUSES_KEPT) };
};

/**
 * What the record knows of causes while nothing is announced. An alert that an earlier version stored has no list: it takes
 * over the causes of today, because it was announced with some of them.
 */
export const withWaitingCauses = (
  { announcedCauses, worseSince }: Worsening,
  { causes }: Observation,
  at: string,
): Worsening => {
  if (causes === undefined) return announcedCauses === undefined ? {} : { announcedCauses };
  if (announcedCauses === undefined) return { announcedCauses: causes.slice(0, CAUSES_KEPT) };
  const known = new Set(announcedCauses);
  const isWorse = announcedCauses.length < CAUSES_KEPT && causes.some((cause) => !known.has(cause));
  return isWorse ? { announcedCauses, worseSince: worseSince ?? at } : { announcedCauses };
};
