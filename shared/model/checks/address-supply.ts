import type { SubnetAssessment } from '../result/assessment.ts';

export interface AddressSupply {
  readonly available: number;
  readonly usable: number;
  /**
   * Where the figure comes from: our model, our model without the addresses that AWS counts for unseen owners, or AWS's
   * count alone.
   */
  readonly source: 'model' | 'model-less-unaccounted' | 'aws';
}

/**
 * The addresses that a subnet can still give: the lower of two counts. `null`: neither is known.
 *
 * Where AWS counts fewer than our model, something that the scan cannot see holds the difference. Where our model has no
 * figure (a participant's view of a shared subnet), AWS's own count still applies, because it covers all accounts.
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
