import type { SubnetAssessment } from '../result/assessment.ts';
import type { Unknown } from '../result/unknown.ts';

/**
 * Our count of free addresses held against AWS's own, `AvailableIpAddressCount`.
 *
 * It is not documented whether AWS counts a free address inside a reservation as available, so AWS's figure is compared
 * with both readings. Whatever neither reading explains is held by something that the scan could not see (interfaces
 * hidden from it, or whose release or creation fell into the scan), and then some figures promise less.
 */
export interface Reconciliation {
  readonly unaccounted: number | null;
  readonly awsCounts: SubnetAssessment['awsCounts'];
  /** Empty where every address is accounted for. */
  readonly unknowns: readonly Unknown[];
}

export interface Counts {
  readonly awsAvailable: number | null;
  /** Free by our model, reserved or not. */
  readonly free: number;
  /** Free by our model outside every reservation; `null` where the reservations could not be read. */
  readonly freeUnreserved: number | null;
}

export const reconcile = ({ awsAvailable, free, freeUnreserved }: Counts): Reconciliation => {
  if (awsAvailable === null) {
    const reason = 'EC2 sent no AvailableIpAddressCount to compare our own count with.';
    return undecided([
      { field: 'awsAvailable', reason },
      { field: 'unaccounted', reason },
    ]);
  }
  if (freeUnreserved === free) return settled(free - awsAvailable, null);
  if (awsAvailable === free) return settled(0, freeUnreserved === null ? null : 'reserved-as-available');
  if (awsAvailable === freeUnreserved) return settled(0, 'reserved-as-unavailable');
  return undecided([
    { field: 'unaccounted', reason: disagreement(awsAvailable, free, freeUnreserved) },
    ...IN_DOUBT,
  ]);
};

const settled = (unaccounted: number, awsCounts: Reconciliation['awsCounts']): Reconciliation => ({
  unaccounted,
  awsCounts,
  unknowns: consequencesOf(unaccounted),
});

const undecided = (unknowns: readonly Unknown[]): Reconciliation => ({
  unaccounted: null,
  awsCounts: null,
  unknowns,
});

const disagreement = (awsAvailable: number, free: number, freeUnreserved: number | null): string =>
  freeUnreserved === null
    ? `AWS counts ${awsAvailable} available addresses and we ${free} free ones; without the reservations it is unknown whether they explain the difference.`
    : `AWS counts ${awsAvailable} available addresses; we count ${free} free ones, ${freeUnreserved} of them outside reservations. AWS's figure matches neither.`;

/** Counts of free addresses: AWS's lower count is the figure. */
const COUNTED_FIGURES = ['available', 'availableSingle'] as const;
/** What a shortfall leaves as a bound only. Free blocks may hold unseen addresses, so what depends on places may be too high. */
const PLACED_FIGURES = ['prefixes', 'reservations', 'largestFreeBlock'] as const;
const FREE_FIGURES = [...COUNTED_FIGURES, ...PLACED_FIGURES] as const;
const SHAPE_FIGURES = ['blocks', 'fragmentationIndex', 'stranded'] as const;

const noteOn = (fields: readonly string[], reason: string): Unknown[] =>
  fields.map((field) => ({ field, reason }));

const consequencesOf = (unaccounted: number): readonly Unknown[] => {
  if (unaccounted === 0) return [];
  const count = Math.abs(unaccounted);
  const addresses = count === 1 ? '1 address' : `${count} addresses`;
  return unaccounted > 0
    ? [
        ...noteOn(
          ['owners'],
          `A lower bound: ${addresses} more are in use by owners that this scan did not see.`,
        ),
        ...noteOn(
          ['used', ...COUNTED_FIGURES],
          `AWS's count is used: by it ${addresses} more are in use, by owners that this scan did not see.`,
        ),
        ...noteOn(
          PLACED_FIGURES,
          `An upper bound: ${addresses} that look free are in use by owners that this scan did not see.`,
        ),
        ...noteOn(
          SHAPE_FIGURES,
          `Not certain: where the ${addresses} lie that this scan did not see is not known.`,
        ),
      ]
    : [
        ...noteOn(
          ['used', 'owners'],
          `An upper bound: AWS already counts ${addresses} of these as free again.`,
        ),
        ...noteOn(FREE_FIGURES, `A lower bound: AWS counts ${addresses} more as free.`),
        ...noteOn(SHAPE_FIGURES, `Not certain: which ${addresses} AWS counts as free again is not known.`),
      ];
};

const IN_DOUBT: readonly Unknown[] = noteOn(
  ['used', 'owners', ...FREE_FIGURES, ...SHAPE_FIGURES],
  "Not confirmed: AWS's own count could not be reconciled with ours.",
);
