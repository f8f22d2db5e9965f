import { aws, keep, type ShellVariable } from '../../base/commands.ts';
import { count, verb } from '../../base/text/numbers.ts';
import { cidrContains, cidrContainsAddress, parseCidr } from '../../net/cidr.ts';
import { parseIpv4 } from '../../net/ipv4.ts';
import { ADDRESSES_PER_PREFIX } from '../../net/prefix.ts';
import type { AddressMap, SubnetAssessment } from '../../result/assessment.ts';
import type { Precondition, Remedy } from '../../result/finding.ts';
import { decodeAddressMap } from '../../subnet/address-map.ts';
import { bestReservation, type ReservationRange } from '../../subnet/reservation-range.ts';
import type { Estate } from '../estate.ts';
import { afterReturn } from './afterwards.ts';

/** Addresses in the way that a message names; the rest are counted. */
const NAMED_IN_THE_WAY = 3;

/** Keeps single addresses out of the best range. `null`: no range would leave enough of them, or another account owns the subnet. */
export const reservePrefixRange = (estate: Estate, subnet: SubnetAssessment): Remedy | null => {
  const map = estate.maps.get(subnet.subnetId);
  const range = map === undefined ? null : bestReservation(map);
  if (range === null || subnet.ownerId !== null) return null;
  return {
    title: `Reserve ${range.cidr} for prefixes`,
    effect: reservationEffect(estate, subnet, range, map?.unseen ?? 0),
    price: 'Free. One call, and nothing restarts. New single addresses come from the rest of the subnet.',
    when: 'Right when the subnet has addresses, but they are scattered.',
    // Free blocks were free before; a reservation only keeps them whole.
    gains: { addresses: 0, prefixes: 0 },
    commands: [
      aws('ec2', 'create-subnet-cidr-reservation', subnet.region, {
        'subnet-id': subnet.subnetId,
        'reservation-type': 'prefix',
        cidr: range.cidr,
      }),
    ],
    preconditions: [
      { text: "The range holds none of AWS's own addresses and no other reservation.", holds: true },
      { text: 'Enough single addresses stay outside it.', holds: true },
      ...noneUnseen(map),
    ],
  };
};

const reservationEffect = (
  estate: Estate,
  subnet: SubnetAssessment,
  { blocks, cidr, freeBlocks, singles }: ReservationRange,
  unseen: number,
): string => {
  // Among unseen addresses no more blocks are whole than AWS's count leaves room for.
  const most = unseen === 0 ? freeBlocks : Math.min(freeBlocks, subnet.prefixes?.free ?? freeBlocks);
  const holds = `It holds ${count(blocks, 'block')}, and ${unseen === 0 ? '' : 'at most '}${most} can be ${most === 1 ? 'a prefix' : 'prefixes'} at once.`;
  if (singles === 0) return unseen === 0 ? `${holds} No single address can spoil them any more.` : holds;
  const named = inTheWay(estate, subnet, cidr);
  const way = `${count(singles, 'single address is', 'single addresses are')} in the way of the rest`;
  return `${holds} ${way}${named === '' ? '.' : `: ${named}.`} A block becomes a prefix when its addresses are given back.`;
};

/** Any place that looks free may hold an address that the scan cannot see. */
const noneUnseen = (map: AddressMap | undefined): readonly Precondition[] =>
  map?.unseen === undefined
    ? []
    : [
        {
          text: `None of the ${count(map.unseen, 'address')} that this scan cannot see lies in it.`,
          holds: null,
        },
      ];

/** `10.0.0.20 (eni-01, load-balancer app/shop/0a), ...` */
const inTheWay = (estate: Estate, { subnetId }: SubnetAssessment, cidr: string): string => {
  const range = parseCidr(cidr);
  const found = (estate.input.obstacles?.get(subnetId) ?? []).filter(({ address }) => {
    const number = parseIpv4(address);
    return range !== null && number !== null && cidrContainsAddress(range, number);
  });
  const named = found
    .slice(0, NAMED_IN_THE_WAY)
    .map(
      ({ address, kind, name, networkInterfaceId }) =>
        `${address} (${networkInterfaceId}, ${kind}${name === null ? '' : ` ${name}`})`,
    );
  return [...named, ...(found.length > named.length ? [`and ${found.length - named.length} more`] : [])].join(
    ', ',
  );
};

const RESERVATION_ID: ShellVariable = { variable: 'RESERVATION_ID' };

/** An `explicit` reservation gives nothing by itself. Made a `prefix` one, its whole free blocks serve the CNI. */
export const turnExplicitReservation = (estate: Estate, subnet: SubnetAssessment): Remedy | null => {
  const map = estate.maps.get(subnet.subnetId);
  if (map === undefined || subnet.ownerId !== null) return null;
  const blocks = decodeAddressMap(map);
  const [best] = (subnet.reservations ?? [])
    .filter(({ type }) => type === 'explicit')
    .map(({ available, cidr }) => ({ available, cidr, free: freeBlocksIn(blocks, cidr) }))
    .filter(({ free }) => free > 0)
    .toSorted((a, b) => b.free - a.free);
  if (best === undefined) return null;
  const { available, cidr, free } = best;
  return {
    title: `Give the explicit reservation ${cidr} to prefixes`,
    effect: `Its ${count(free, 'free block')} can be ${free === 1 ? 'a prefix' : 'prefixes'} at once. AWS gives out nothing of an explicit reservation by itself.`,
    ...afterReturn(estate, subnet, { addresses: free * ADDRESSES_PER_PREFIX, prefixes: free }),
    price: 'Free. Two calls, and nothing restarts.',
    when: 'Right when addresses from the reservation are no longer assigned by hand.',
    gains: { addresses: available, prefixes: free },
    commands: [
      ...deleteCommands(subnet, cidr),
      aws('ec2', 'create-subnet-cidr-reservation', subnet.region, {
        'subnet-id': subnet.subnetId,
        'reservation-type': 'prefix',
        cidr,
      }),
    ],
    preconditions: [
      { text: `${count(free, 'whole block')} of it ${verb(free, 'is')} free.`, holds: true },
      { text: 'No addresses from it are assigned by hand.', holds: null },
      ...noneUnseen(map),
    ],
  };
};

/** Deletes a reservation. EC2 takes its id, which the first command looks up. */
const deleteCommands = ({ region, subnetId }: SubnetAssessment, cidr: string): readonly string[] => [
  keep(
    RESERVATION_ID,
    'ec2',
    'get-subnet-cidr-reservations',
    region,
    { 'subnet-id': subnetId },
    `SubnetIpv4CidrReservations[?Cidr=='${cidr}'].SubnetCidrReservationId`,
  ),
  aws('ec2', 'delete-subnet-cidr-reservation', region, { 'subnet-cidr-reservation-id': RESERVATION_ID }),
];

/**
 * Gives what a reservation keeps back to everything in the subnet. An `explicit` one serves addresses that are assigned by hand
 * alone, and a `prefix` one nothing but prefixes: it is left alone where a cluster takes prefixes. `null` where none keeps any.
 */
export const releaseReservation = (estate: Estate, subnet: SubnetAssessment): Remedy | null => {
  const { clusters } = estate.input;
  const takesPrefixes = clusters.some(({ takesPrefixesFrom }) => takesPrefixesFrom.includes(subnet.subnetId));
  const [largest] = (subnet.reservations ?? [])
    .filter(({ available, type }) => available > 0 && (type === 'explicit' || !takesPrefixes))
    .toSorted((a, b) => b.available - a.available);
  if (largest === undefined || subnet.ownerId !== null) return null;
  const { available, cidr, type } = largest;
  const gives = `Its ${count(available, 'free address', 'free addresses')} then ${verb(available, 'serves')} everything in the subnet.`;
  const isExplicit = type === 'explicit';
  return {
    title: `Delete the ${type} reservation ${cidr}`,
    effect: isExplicit
      ? `${gives} AWS gives out nothing of an explicit reservation by itself.`
      : `${gives} AWS takes only prefixes from it, and no cluster takes prefixes here.`,
    ...afterReturn(estate, subnet, { addresses: available, prefixes: 0 }),
    price: 'Free. Two calls, and nothing restarts. Addresses in use stay as they are.',
    when: isExplicit
      ? 'Right when addresses from the reservation are no longer assigned by hand.'
      : 'Right when no nodes in prefix mode are to start here.',
    gains: { addresses: available, prefixes: null },
    commands: deleteCommands(subnet, cidr),
    preconditions: [
      isExplicit
        ? { text: 'No addresses from it are assigned by hand.', holds: null }
        : { text: 'No prefixes from it are assigned by hand.', holds: null },
    ],
  };
};

const freeBlocksIn = (blocks: ReturnType<typeof decodeAddressMap>, cidr: string): number => {
  const outer = parseCidr(cidr);
  return blocks.filter(({ cidr: block, state }) => {
    const inner = parseCidr(block);
    return state === 'free' && outer !== null && inner !== null && cidrContains(outer, inner);
  }).length;
};
