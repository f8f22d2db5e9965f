import { type AddressSpace, AWS_RESERVED_FIRST, AWS_RESERVED_LAST } from './address-space.ts';
import type { OwnerUsage, ReservationAssessment, SubnetAssessment, Unknown } from './assessment.ts';
import { type Cidr, cidrSize, formatCidr } from './cidr.ts';
import { fragmentationIndex, largestFreeBlock, strandedAddresses } from './fragmentation.ts';
import type { ReservationType } from './inventory.ts';
import { reconcile } from './reconciliation.ts';
import { measureSupply } from './supply.ts';

/** What a scan measures of a subnet, as opposed to what EC2 says of it. */
export type SubnetFigures = Pick<
  SubnetAssessment,
  | 'total'
  | 'usable'
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

const NO_FIGURES: SubnetFigures = {
  total: null,
  usable: null,
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
  unknowns: [],
};

/** The figures that reservations change. */
const RESERVATION_FIGURES = [
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

/** A subnet whose range EC2 did not send, or sent in a form that can not be so. */
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
    ...sizeOf(cidr),
    awsAvailable,
    usesPrefixes,
    unknowns: [
      ...unknown(INTERFACE_FIGURES, unseen),
      ...(usesPrefixes === null ? unknown(['usesPrefixes'], unseen) : []),
      ...unsent(awsAvailable),
    ],
  };
};

const sizeOf = (cidr: Cidr): Pick<SubnetFigures, 'total' | 'usable'> => {
  const total = cidrSize(cidr);
  return { total, usable: total - AWS_RESERVED_FIRST - AWS_RESERVED_LAST };
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
}

/** A subnet whose every interface was seen. */
export const modelledFigures = (subnet: ModelledSubnet): SubnetFigures => {
  const { space, reservations, awsAvailable } = subnet;
  const { total, usable, used, free, available, availableSingle, prefixes, blocks } = measureSupply(space);
  const known = reservations !== null;
  const { unaccounted, awsCounts, unknowns } = reconcile({
    awsAvailable,
    free,
    freeUnreserved: known ? availableSingle : null,
  });
  const usesPrefixes =
    prefixes.assigned > 0 || usesPrefixReservations(reservations) ? true : known ? false : null;
  const largest = largestFreeBlock(space);
  const doubts = [
    ...subnet.oddities,
    // A figure that is unknown for want of reservations needs no further doubt.
    ...unknowns.filter(({ field }) => known || !RESERVATION_FIGURES.includes(field)),
    ...(known ? [] : unknown(RESERVATION_FIGURES, 'They depend on reservations, which could not be read.')),
    ...(usesPrefixes === null
      ? unknown(['usesPrefixes'], 'No interface holds a prefix, and the reservations could not be read.')
      : []),
  ];
  const exhausted =
    known && available === 0
      ? unknown(
          ['largestFreeBlock', 'fragmentationIndex'],
          'Nothing is available, so there is no free range.',
        )
      : [];
  return {
    total,
    usable,
    used,
    available: known ? available : null,
    availableSingle: known ? availableSingle : null,
    awsAvailable,
    unaccounted,
    awsCounts,
    prefixes: known ? prefixes : null,
    blocks,
    largestFreeBlock: known && largest !== null ? formatCidr(largest) : null,
    fragmentationIndex: known ? fragmentationIndex({ available, prefixes }) : null,
    stranded: known ? strandedAddresses({ available, prefixes }) : null,
    reservations:
      reservations === null ? null : reservations.map((reservation) => assessReservation(space, reservation)),
    owners: subnet.owners,
    usesPrefixes,
    confidence: doubts.length === 0 ? 'exact' : 'partial',
    unknowns: [...doubts, ...exhausted],
  };
};

const assessReservation = (space: AddressSpace, { range, type }: Reservation): ReservationAssessment => ({
  cidr: formatCidr(range),
  type,
  available: space.freeWithin(range),
});
