import type { SubnetAssessment } from '../result/assessment.ts';

/**
 * The single addresses that a subnet can still give. AWS keeps `prefix` reservations for prefixes and gives nothing of
 * `explicit` ones by itself, so neither counts.
 */
export interface AddressSupply {
  readonly available: number;
  /** What there could ever be, if nothing were in use. */
  readonly usable: number;
  /**
   * Where the figure comes from: our model, our model without the addresses that AWS counts for unseen owners, or AWS's
   * count alone.
   */
  readonly source: 'model' | 'model-less-unaccounted' | 'aws';
}

/** What the supply of single addresses is made from. An assessment that an earlier version stored has no `usableSingle`. */
export type AddressFigures = Pick<
  SubnetAssessment,
  'availableSingle' | 'usable' | 'usableSingle' | 'unaccounted' | 'awsAvailable'
>;

/**
 * The lower of two counts: of our model and of AWS. `null`: neither is known.
 *
 * Where AWS counts fewer than our model, something that the scan cannot see holds the difference. Where our model has no
 * figure (a participant's view of a shared subnet), AWS's own count still applies, because it covers all accounts.
 */
export const addressSupply = (subnet: AddressFigures): AddressSupply | null => {
  const { availableSingle, awsAvailable } = subnet;
  const usable = subnet.usableSingle ?? subnet.usable;
  if (usable === null) return null;
  if (availableSingle === null) {
    return awsAvailable === null ? null : { available: awsAvailable, usable, source: 'aws' };
  }
  const available = awsAvailable === null ? availableSingle : Math.min(availableSingle, awsAvailable);
  const isLower = available < availableSingle || (subnet.unaccounted ?? 0) > 0;
  return { available, usable, source: isLower ? 'model-less-unaccounted' : 'model' };
};
