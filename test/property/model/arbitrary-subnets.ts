import fc from 'fast-check';
import type { NetworkInterface, SubnetCidrReservation } from '../../../shared/model/aws/inventory.ts';
import { busyInterfaces, repeatableRandom } from '../../fixtures/busy-subnet.ts';
import { addresses, anInterfaceRecord, aReservation } from '../../fixtures/inventory-records.ts';

/** A subnet with whatever AWS could put into it. */
export interface ArbitrarySubnet {
  readonly cidrBlock: string;
  readonly interfaces: readonly NetworkInterface[];
  readonly reservations: readonly SubnetCidrReservation[];
}

const quad = (address: number): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;

const sizeOf = (length: number): number => 2 ** (32 - length);

/** Where a subnet of this length may begin: anywhere in IPv4, so that the sign bit is met too. */
const arbitraryBase = (length: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 2 ** length - 1 }).map((index) => index * sizeOf(length));

const arbitraryReservations = (base: number, length: number): fc.Arbitrary<SubnetCidrReservation[]> =>
  fc
    .array(
      fc.record({
        length: fc.integer({ min: length, max: 32 }),
        position: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        type: fc.constantFrom('prefix' as const, 'explicit' as const),
      }),
      { maxLength: 4 },
    )
    .map((reservations) =>
      reservations.map((reservation, index) => {
        const size = sizeOf(reservation.length);
        const start = base + Math.floor((reservation.position * sizeOf(length)) / size) * size;
        return aReservation(`${quad(start)}/${reservation.length}`, reservation.type, `scr-${index}`);
      }),
    );

/** Interfaces with addresses and prefixes that may meet each other's: while addresses move, answers overlap. */
const arbitraryInterfaces = (base: number, length: number): fc.Arbitrary<NetworkInterface[]> => {
  const size = sizeOf(length);
  const blocks = size / 16;
  const address = fc.integer({ min: 4, max: size - 2 }).map((offset) => quad(base + offset));
  const prefix = fc
    .integer({ min: 1, max: Math.max(1, blocks - 2) })
    .map((block) => `${quad(base + block * 16)}/28`);
  return fc.array(
    fc
      .record({
        held: fc.array(address, { maxLength: 20 }),
        ipv4Prefixes: blocks > 2 ? fc.array(prefix, { maxLength: 3 }) : fc.constant([]),
      })
      .map(({ held, ipv4Prefixes }) =>
        anInterfaceRecord({ privateAddresses: addresses(...held), ipv4Prefixes }),
      ),
    { maxLength: 12 },
  );
};

/** Any subnet from /28 up to the given length, generated element by element, so that a failure shrinks to its cause. */
export const arbitrarySubnet = (largest = 20): fc.Arbitrary<ArbitrarySubnet> =>
  fc
    .integer({ min: largest, max: 28 })
    .chain((length) => arbitraryBase(length).map((base) => ({ base, length })))
    .chain(({ base, length }) =>
      fc.record({
        cidrBlock: fc.constant(`${quad(base)}/${length}`),
        interfaces: arbitraryInterfaces(base, length),
        reservations: arbitraryReservations(base, length),
      }),
    );

/** Large subnets, filled at random to any degree from a seed. */
export const arbitraryLargeSubnet = (): fc.Arbitrary<ArbitrarySubnet> =>
  fc
    .integer({ min: 16, max: 22 })
    .chain((length) => arbitraryBase(length).map((base) => ({ base, length })))
    .chain(({ base, length }) =>
      fc.record({
        cidrBlock: fc.constant(`${quad(base)}/${length}`),
        interfaces: fc
          .record({ seed: fc.integer(), share: fc.double({ min: 0, max: 1, noNaN: true }) })
          .map(({ seed, share }) =>
            busyInterfaces(
              base,
              sizeOf(length),
              Math.floor(share * (sizeOf(length) - 5)),
              repeatableRandom(seed),
            ),
          ),
        reservations: arbitraryReservations(base, length),
      }),
    );
