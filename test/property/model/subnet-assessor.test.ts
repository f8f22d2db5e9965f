import { excludeCidr } from 'cidr-tools';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SubnetAssessment } from '../../../shared/model/result/assessment.ts';
import { decodeAddressMap } from '../../../shared/model/subnet/address-map.ts';
import { SubnetAssessor, type SubnetOutcome } from '../../../shared/model/subnet/subnet-assessor.ts';
import { addresses, anInterfaceRecord, aSubnetRecord, aTarget } from '../../fixtures/inventory-records.ts';
import { assessNaively } from '../../fixtures/naive-subnet.ts';
import { type ArbitrarySubnet, arbitraryLargeSubnet, arbitrarySubnet } from './arbitrary-subnets.ts';

const OWNERS = ['blue', 'green', 'red'];

const scan = (
  {
    cidrBlock,
    interfaces,
    reservations,
  }: Omit<ArbitrarySubnet, 'reservations'> & {
    readonly reservations: ArbitrarySubnet['reservations'] | null;
  },
  awsAvailable: number | null = null,
): SubnetOutcome => {
  const assessor = new SubnetAssessor({
    subnet: aSubnetRecord({ cidrBlock, awsAvailable }),
    target: aTarget,
    reservations,
    interfacesVisible: true,
  });
  for (const [index, networkInterface] of interfaces.entries()) {
    assessor.add(networkInterface, { kind: 'cluster-nodes', name: OWNERS[index % OWNERS.length] ?? null });
  }
  return assessor.finish();
};

const figuresOf = (assessment: SubnetAssessment) => ({
  total: assessment.total,
  usable: assessment.usable,
  used: assessment.used,
  available: assessment.available,
  availableSingle: assessment.availableSingle,
  prefixes: assessment.prefixes,
  blocks: assessment.blocks,
  largestFreeBlock: assessment.largestFreeBlock,
  stranded: assessment.stranded,
  reservations: assessment.reservations,
});

const agreesWithOracle = (subnet: ArbitrarySubnet): void => {
  const { assessment } = scan(subnet);
  const { fragmentationIndex, ...oracle } = assessNaively(
    subnet.cidrBlock,
    subnet.interfaces,
    subnet.reservations,
  );
  expect(figuresOf(assessment)).toEqual(oracle);
  if (fragmentationIndex === null) expect(assessment.fragmentationIndex).toBeNull();
  else expect(assessment.fragmentationIndex).toBeCloseTo(fragmentationIndex, 12);
};

describe('the bit set says what a set of addresses says', () => {
  test('of any subnet from /28 to /20, with overlapping answers and reservations', () => {
    fc.assert(fc.property(arbitrarySubnet(), agreesWithOracle), { numRuns: 1_000 });
  });

  test('of large subnets up to a /16, filled to any degree', () => {
    fc.assert(fc.property(arbitraryLargeSubnet(), agreesWithOracle), { numRuns: 150 });
  });
});

test('the largest free block is the first of the largest that cidr-tools leaves of the subnet', () => {
  fc.assert(
    fc.property(arbitrarySubnet(24), ({ cidrBlock, interfaces }) => {
      const { assessment } = scan({ cidrBlock, interfaces, reservations: [] });
      const [base = '', length = ''] = cidrBlock.split('/');
      const parts = base.split('.').map(Number);
      const first = parts.reduce((sum, part) => sum * 256 + part, 0);
      const quad = (address: number): string =>
        [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
      const last = first + 2 ** (32 - Number(length)) - 1;
      const taken = [
        `${quad(first)}/30`,
        `${quad(last)}/32`,
        ...interfaces.flatMap(({ privateAddresses, ipv4Prefixes }) => [
          ...privateAddresses.map(({ address }) => `${address}/32`),
          ...ipv4Prefixes,
        ]),
      ];
      const left = excludeCidr([cidrBlock], taken);
      const lengths = left.map((range) => Number(range.split('/')[1]));
      const largest = left[lengths.indexOf(Math.min(...lengths))] ?? null;
      expect(assessment.largestFreeBlock).toBe(largest);
    }),
    { numRuns: 500 },
  );
});

describe('whatever the subnet holds', () => {
  test('the figures add up', () => {
    fc.assert(
      fc.property(arbitrarySubnet(), (subnet) => {
        const { used, usable, available, availableSingle, prefixes, blocks, stranded, total } =
          scan(subnet).assessment;
        if (used === null || usable === null || available === null || availableSingle === null) expect.fail();
        if (prefixes === null || blocks === null || stranded === null || total === null) expect.fail();
        expect(used + available).toBeLessThanOrEqual(usable);
        expect(availableSingle).toBeLessThanOrEqual(available);
        expect(stranded).toBeGreaterThanOrEqual(0);
        expect(16 * prefixes.free + stranded).toBe(available);
        expect(blocks.free + blocks.prefix + blocks.full + blocks.fragmented + blocks.awsReserved).toBe(
          total / 16,
        );
      }),
    );
  });

  test('owners sum to what is used, and nothing is counted twice', () => {
    fc.assert(
      fc.property(arbitrarySubnet(), (subnet) => {
        const { used, owners } = scan(subnet).assessment;
        expect(owners?.reduce((sum, { addresses }) => sum + addresses, 0)).toBe(used);
        expect(owners?.reduce((sum, { interfaces }) => sum + interfaces, 0)).toBe(subnet.interfaces.length);
      }),
    );
  });

  test('the figures do not depend on the order in which pages arrive, and an interface seen again changes none', () => {
    fc.assert(
      fc.property(arbitrarySubnet(), (subnet) => {
        const figures = figuresOf(scan(subnet).assessment);
        const again = [...subnet.interfaces].reverse();
        expect(figuresOf(scan({ ...subnet, interfaces: again }).assessment)).toEqual(figures);
        expect(figuresOf(scan({ ...subnet, interfaces: [...again, ...again] }).assessment)).toEqual(figures);
      }),
    );
  });

  test('the map says of every block what the figures say of all', () => {
    fc.assert(
      fc.property(arbitrarySubnet(), (subnet) => {
        const { assessment, map } = scan(subnet);
        if (map === null) expect.fail('there should be a map');
        const blocks = decodeAddressMap(map);
        const states = { free: 0, prefix: 0, full: 0, fragmented: 0, awsReserved: 0 };
        for (const { state, used, owner } of blocks) {
          states[state] += 1;
          expect(owner === null).toBe(used === 0);
        }
        expect(states).toEqual(assessment.blocks);
        expect(blocks.reduce((sum, { used }) => sum + used, 0)).toBe(assessment.used);
      }),
    );
  });

  test('what is said of its supply before its reservations are read stays so, whatever they are', () => {
    let certain = 0;
    const subnets = fc.oneof(arbitrarySubnet(26), arbitraryLargeSubnet());
    fc.assert(
      fc.property(subnets, fc.boolean(), (subnet, countsReserved) => {
        const { available, availableSingle } = scan(subnet).assessment;
        // It is not documented whether AWS counts what is reserved.
        const aws = countsReserved
          ? assessNaively(subnet.cidrBlock, subnet.interfaces, []).available
          : availableSingle;
        expect(available).not.toBeNull();
        const before = scan({ ...subnet, reservations: null }, aws).assessment;
        const after = scan(subnet, aws).assessment;
        const supply = ['available', 'availableSingle', 'prefixes', 'stranded', 'blocks', 'used'] as const;
        for (const field of supply) if (before[field] !== null) expect(before[field]).toEqual(after[field]);
        if (before.prefixes !== null) certain += 1;
        expect(before.prefixes === null).toBe((before.blocks?.free ?? 0) > 0);
      }),
      { numRuns: 300 },
    );
    expect(certain).toBeGreaterThan(20);
  });

  test('hidden addresses are found: what AWS counts less is unaccounted for', () => {
    fc.assert(
      fc.property(arbitrarySubnet(), fc.integer({ min: 0, max: 11 }), (subnet, hidden) => {
        const free = assessNaively(subnet.cidrBlock, subnet.interfaces, []).available;
        const { unaccounted, confidence } = scan({ ...subnet, reservations: [] }, free - hidden).assessment;
        expect(unaccounted).toBe(hidden);
        expect(confidence).toBe(hidden === 0 ? 'exact' : 'partial');
      }),
    );
  });
});

test('no answer of EC2, however garbled, stops a scan, and each that cannot be so is named', () => {
  const text = fc.oneof(fc.string(), fc.ipV4(), fc.ipV4Extended(), fc.ipV6());
  fc.assert(
    fc.property(
      fc.record({
        cidrBlock: fc.option(fc.oneof(fc.constant('10.0.0.0/24'), text)),
        ipv6Native: fc.boolean(),
        held: fc.array(text, { maxLength: 5 }),
        ipv4Prefixes: fc.array(text, { maxLength: 3 }),
        reservations: fc.option(fc.array(text, { maxLength: 3 })),
        awsAvailable: fc.option(fc.nat()),
      }),
      ({ cidrBlock, ipv6Native, held, ipv4Prefixes, reservations, awsAvailable }) => {
        const assessor = new SubnetAssessor({
          subnet: aSubnetRecord({ cidrBlock, ipv6Native, awsAvailable }),
          target: aTarget,
          reservations:
            reservations?.map((cidr, index) => ({
              reservationId: `scr-${index}`,
              subnetId: 'subnet-0a',
              cidr,
              type: 'explicit' as const,
            })) ?? null,
          interfacesVisible: true,
        });
        assessor.add(anInterfaceRecord({ privateAddresses: addresses(...held), ipv4Prefixes }), {
          kind: 'unknown',
          name: null,
        });
        const { assessment } = assessor.finish();
        if (assessment.used !== null && assessment.used < new Set(held).size) {
          expect(assessment.confidence).not.toBe('exact');
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
