import type { ReservationType } from '../aws/inventory.ts';
import { type Cidr, cidrSize, formatCidr } from '../net/cidr.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { ReservationAssessment, SubnetAssessment } from '../result/assessment.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';
import type { Unknown } from '../result/unknown.ts';
import { type AddressSpace, usableAddresses } from './address-space.ts';
import { fragmentationIndex, largestFreeBlock, strandedAddresses } from './fragmentation.ts';
import { NO_FREE_RANGE } from './free-range.ts';
import { reconcile } from './reconciliation.ts';
import { measureSupply, type Supply } from './supply.ts';

/** What a scan measures of a subnet, as opposed to what EC2 says of it. */
export type SubnetFigures = Pick<
  SubnetAssessment,
  | 'total'
  | 'usable'
  | 'usableSingle'
  | 'used'
  | 'available'
  | 'availableSingle'
  | 'awsAvailable'
  | 'unaccounted'
  | 'awsCounts'
  | 'prefixes'
  | 'blocks'
  | 'largestFreeBlock'
  | 'fragmentationIndex'
  | 'stranded'
  | 'reservations'
  | 'owners'
  | 'usesPrefixes'
  | 'confidence'
  | 'unknowns'
>;

export interface Reservation {
  readonly range: Cidr;
  readonly type: ReservationType;
}

const NO_FIGURES: Omit<SubnetFigures, 'unknowns'> = {
  total: null,
  usable: null,
  usableSingle: null,
  used: null,
  available: null,
  availableSingle: null,
  awsAvailable: null,
  unaccounted: null,
  awsCounts: null,
  prefixes: null,
  blocks: null,
  largestFreeBlock: null,
  fragmentationIndex: null,
  stranded: null,
  reservations: null,
  owners: null,
  usesPrefixes: null,
  confidence: 'unknown',
};

/** The figures that reservations change. */
const RESERVATION_FIGURES = [
  'usableSingle',
  'available',
  'availableSingle',
  'prefixes',
  'largestFreeBlock',
  'fragmentationIndex',
  'stranded',
  'reservations',
];

/** The figures that take a sight of every interface. */
const INTERFACE_FIGURES = ['used', 'unaccounted', 'blocks', 'owners', ...RESERVATION_FIGURES];

const unknown = (fields: readonly string[], reason: string): readonly Unknown[] =>
  fields.map((field) => ({ field, reason }));

/**
 * A subnet without IPv4 has no supply that could run out, so its figures are absent rather than unknown.
 * @param unseen why not every interface in it could be seen, if so
 */
export const ipv6OnlyFigures = (
  owners: readonly OwnerUsage[],
  unseen: string | null,
  oddities: readonly Unknown[],
): SubnetFigures => ({
  ...NO_FIGURES,
  owners: unseen === null ? owners : null,
  usesPrefixes: false,
  confidence: oddities.length === 0 ? 'exact' : 'partial',
  unknowns: [...(unseen === null ? [] : unknown(['owners'], unseen)), ...oddities],
});

/** A subnet whose range EC2 did not send, or sent in a form that cannot be so. */
export const rangelessFigures = (cidrBlock: string | null, awsAvailable: number | null): SubnetFigures => ({
  ...NO_FIGURES,
  awsAvailable,
  unknowns: [
    ...unknown(
      ['total', 'usable', 'usesPrefixes', ...INTERFACE_FIGURES],
      cidrBlock === null
        ? 'EC2 sent neither an IPv4 range for this subnet nor said that it is IPv6-only.'
        : `EC2 sent ${cidrBlock} as its range, which is not an IPv4 range from /16 to /28.`,
    ),
    ...unsent(awsAvailable),
  ],
});

const unsent = (awsAvailable: number | null): readonly Unknown[] =>
  awsAvailable === null ? unknown(['awsAvailable'], 'EC2 sent no AvailableIpAddressCount.') : [];

/** A subnet of known size whose interfaces could not all be seen: AWS's own count is all there is. */
export const unseenFigures = (
  cidr: Cidr,
  reservations: readonly Reservation[] | null,
  awsAvailable: number | null,
  unseen: string,
): SubnetFigures => {
  const usesPrefixes = usesPrefixReservations(reservations) ? true : null;
  return {
    ...NO_FIGURES,
    total: cidrSize(cidr),
    usable: usableAddresses(cidr),
    awsAvailable,
    usesPrefixes,
    unknowns: [
      ...unknown(INTERFACE_FIGURES, unseen),
      ...(usesPrefixes === null ? unknown(['usesPrefixes'], unseen) : []),
      ...unsent(awsAvailable),
    ],
  };
};

const usesPrefixReservations = (reservations: readonly Reservation[] | null): boolean =>
  reservations?.some(({ type }) => type === 'prefix') ?? false;

export interface ModelledSubnet {
  readonly space: AddressSpace;
  /** `null`: they could not be read. */
  readonly reservations: readonly Reservation[] | null;
  readonly owners: readonly OwnerUsage[];
  readonly awsAvailable: number | null;
  /** What EC2 answered that could not be placed. */
  readonly oddities: readonly Unknown[];
  /** Some interface holds a prefix and will ask for more. */
  readonly asksForPrefixes: boolean;
}

/** A subnet whose every interface was seen. */
export const modelledFigures = (subnet: ModelledSubnet): SubnetFigures => {
  const { space, reservations, owners, asksForPrefixes, awsAvailable, oddities } = subnet;
  const seen = measureSupply(space);
  const { unaccounted, awsCounts, unknowns } = reconcile({
    awsAvailable,
    free: seen.free,
    freeUnreserved: reservations === null ? null : seen.availableSingle,
  });
  const supply = reservations === null ? seen : withoutUnseen(seen, awsAvailable);
  const certain = reservations === null ? withoutAnyFree(seen) : {};
  const doubts =
    reservations === null
      ? [...oddities, ...withoutReservations(unknowns, asksForPrefixes, Object.keys(certain))]
      : [...oddities, ...unknowns];
  return {
    ...NO_FIGURES,
    total: supply.total,
    usable: supply.usable,
    used: supply.used,
    awsAvailable,
    unaccounted,
    awsCounts,
    blocks: supply.blocks,
    owners,
    ...(reservations === null ? certain : freeFigures(space, supply, reservations)),
    usesPrefixes:
      asksForPrefixes || usesPrefixReservations(reservations) || (reservations === null ? null : false),
    confidence: doubts.length === 0 ? 'exact' : 'partial',
    unknowns: reservations === null || supply.available > 0 ? doubts : [...doubts, ...NOTHING_AVAILABLE],
  };
};

/**
 * The supply without what AWS counts as in use and no visible interface holds. AWS never counts fewer single addresses
 * than there are, whichever way it counts reserved ones, so its lower count is the figure. Prefixes are then no more
 * than what is left can make.
 */
const withoutUnseen = (seen: Supply, awsAvailable: number | null): Supply => {
  const unseen = awsAvailable === null ? 0 : Math.max(0, seen.availableSingle - awsAvailable);
  if (unseen === 0) return seen;
  const availableSingle = seen.availableSingle - unseen;
  const { assigned, freeInReservation, freeUnreserved } = seen.prefixes;
  const whole = Math.min(freeUnreserved, Math.floor(availableSingle / ADDRESSES_PER_PREFIX));
  return {
    ...seen,
    used: seen.used + unseen,
    free: seen.free - unseen,
    available: seen.available - unseen,
    availableSingle,
    prefixes: {
      assigned,
      free: freeInReservation + whole,
      freeInReservation,
      freeUnreserved: whole,
    },
  };
};

/** Reservations only take from what is free: where nothing is, they change nothing, and an alert need not wait for them. */
const withoutAnyFree = ({ blocks, free, prefixes }: Supply): Partial<SubnetFigures> => ({
  ...(blocks.free > 0 ? {} : { prefixes }),
  ...(free > 0 ? {} : { available: 0, availableSingle: 0, stranded: 0 }),
});

/** What is free, and how, needs the reservations. */
const freeFigures = (
  space: AddressSpace,
  supply: Supply,
  reservations: readonly Reservation[],
): Partial<SubnetFigures> => {
  const largest = largestFreeBlock(space);
  const isSure = largest !== null && cidrSize(largest) <= supply.available;
  return {
    usableSingle: supply.usableSingle,
    available: supply.available,
    availableSingle: supply.availableSingle,
    prefixes: supply.prefixes,
    largestFreeBlock: isSure ? formatCidr(largest) : null,
    fragmentationIndex: fragmentationIndex(supply),
    stranded: strandedAddresses(supply),
    reservations: reservations.map((reservation) => assessReservation(space, reservation)),
  };
};

const assessReservation = (space: AddressSpace, { range, type }: Reservation): ReservationAssessment => ({
  cidr: formatCidr(range),
  type,
  available: space.freeWithin(range),
});

/** A figure that is unknown for want of reservations needs no further doubt. */
const withoutReservations = (
  doubts: readonly Unknown[],
  asksForPrefixes: boolean,
  certain: readonly string[],
): readonly Unknown[] => [
  ...doubts.filter(({ field }) => !RESERVATION_FIGURES.includes(field) || certain.includes(field)),
  ...unknown(
    RESERVATION_FIGURES.filter((field) => !certain.includes(field)),
    'They depend on reservations, and those could not be read.',
  ),
  ...(asksForPrefixes
    ? []
    : unknown(['usesPrefixes'], 'No node holds a prefix, and the reservations could not be read.')),
];

/** Neither is in doubt: there is no free range to name, and no share of nothing. */
const NOTHING_AVAILABLE = unknown(['largestFreeBlock', 'fragmentationIndex'], NO_FREE_RANGE);
