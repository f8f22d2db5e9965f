import type { SubnetAssessment } from '../model/result/assessment.ts';

export interface AddressSupply {
  readonly available: number;
  readonly usable: number;
  /** Where the figure comes from: our model, our model less what AWS says somebody else holds, or AWS's count alone. */
  readonly source: 'model' | 'model-less-unaccounted' | 'aws';
}

/**
 * The addresses that a subnet can still give, as an alert must see them: the more careful of two counts.
 *
 * Where AWS counts fewer than our model, somebody holds addresses that the scan cannot see, and they are gone all the
 * same. Where our model has no figure (a participant's view of a shared subnet), AWS's own count still holds: it counts
 * everybody's addresses. `null`: neither is known.
 */
export const addressSupply = ({
  available,
  usable,
  unaccounted,
  awsAvailable,
}: SubnetAssessment): AddressSupply | null => {
  if (usable === null) return null;
  if (available === null) {
    return awsAvailable === null ? null : { available: awsAvailable, usable, source: 'aws' };
  }
  if (unaccounted !== null && unaccounted > 0) {
    return { available: Math.max(0, available - unaccounted), usable, source: 'model-less-unaccounted' };
  }
  return { available, usable, source: 'model' };
};
