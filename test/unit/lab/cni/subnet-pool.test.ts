import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressNumber, addressText, rangeOf } from '../../../../lab/cni/ipv4-range.ts';
import { seededRandom } from '../../../../lab/cni/seeded-random.ts';
import { SubnetPool } from '../../../../lab/cni/subnet-pool.ts';

const pool = (cidr: string, options?: { reservedCountsAsAvailable?: boolean }): SubnetPool =>
  new SubnetPool(cidr, seededRandom(7), options);

describe('an empty subnet', () => {
  test.each([
    ['10.0.0.0/28', 11, 0],
    ['10.0.0.0/27', 27, 0],
    ['10.0.0.0/26', 59, 2],
    ['10.0.0.0/24', 251, 14],
    ['10.0.0.0/20', 4091, 254],
    ['10.0.0.0/16', 65_531, 4094],
  ])('%s has %i addresses and %i prefixes', (cidr, addresses, prefixes) => {
    const subnet = pool(cidr);
    expect([subnet.availableIpAddressCount, subnet.freeAddresses, subnet.freePrefixes]).toEqual([
      addresses,
      addresses,
      prefixes,
    ]);
  });

  test('gives every one of them once, and then refuses', () => {
    const subnet = pool('10.0.0.0/24');
    const taken = subnet.takeAddresses(251);
    expect(new Set(taken).size).toBe(251);
    expect(Math.min(...taken)).toBe(addressNumber('10.0.0.4'));
    expect(Math.max(...taken)).toBe(addressNumber('10.0.0.254'));
    expect(() => subnet.takeAddresses(1)).toThrow(
      expect.objectContaining({ code: 'InsufficientFreeAddressesInSubnet' }),
    );
  });

  test('gives prefixes that are aligned, never the first block or the last', () => {
    const subnet = pool('10.0.0.0/24');
    const bases = subnet.takePrefixes(14);
    expect(bases.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 14 }, (_, block) => addressNumber('10.0.0.16') + block * 16),
    );
    expect(() => subnet.takePrefixes(1)).toThrow(expect.objectContaining({ code: 'InsufficientCidrBlocks' }));
    expect(subnet.freeAddresses).toBe(12 + 15);
  });
});

describe('requests', () => {
  test('are granted whole or not at all', () => {
    const subnet = pool('10.0.0.0/28');
    expect(() => subnet.takeAddresses(12)).toThrow();
    expect(subnet.freeAddresses).toBe(11);
    expect(() => pool('10.0.0.0/26').takePrefixes(3)).toThrow();
  });

  test("for one address by name are refused when it is taken, or AWS's own", () => {
    const subnet = pool('10.0.0.0/28');
    subnet.takeAddress(addressNumber('10.0.0.4'));
    expect(() => subnet.takeAddress(addressNumber('10.0.0.4'))).toThrow(
      expect.objectContaining({ code: 'InvalidIPAddress.InUse' }),
    );
    for (const address of ['10.0.0.3', '10.0.0.15', '10.0.0.16']) {
      expect(() => subnet.takeAddress(addressNumber(address))).toThrow(
        expect.objectContaining({ code: 'InvalidParameterValue' }),
      );
    }
  });

  test('scatter single addresses: a fifth of a /20 in use leaves few whole blocks, as (1 - u)^16 says', () => {
    const subnet = pool('10.0.0.0/20');
    subnet.takeAddresses(819);
    // 254 blocks x 0.8^16 = 7.1
    expect(subnet.freePrefixes).toBeGreaterThan(1);
    expect(subnet.freePrefixes).toBeLessThan(16);
  });
});

describe('reservations', () => {
  test('of type prefix are where prefixes come from first, and no single address does', () => {
    const subnet = pool('10.0.0.0/24');
    subnet.reserve('10.0.0.64/26', 'prefix');
    expect(subnet.freeAddresses).toBe(251 - 64);
    const inside = subnet.takePrefixes(4);
    expect(
      inside.every((base) => base >= addressNumber('10.0.0.64') && base < addressNumber('10.0.0.128')),
    ).toBe(true);
    expect(subnet.takePrefixes(1)[0]).not.toBe(undefined);
    const singles = subnet.takeAddresses(subnet.freeAddresses);
    expect(
      singles.some(
        (address) => address >= addressNumber('10.0.0.64') && address < addressNumber('10.0.0.128'),
      ),
    ).toBe(false);
  });

  test('of type explicit are only given to callers that ask by name', () => {
    const subnet = pool('10.0.0.0/26');
    subnet.reserve('10.0.0.16/28', 'explicit');
    expect(subnet.freePrefixes).toBe(1);
    expect(subnet.freeAddresses).toBe(59 - 16);
    expect(addressText(subnet.takeAddress(addressNumber('10.0.0.20')))).toBe('10.0.0.20');
    expect(subnet.freeAddresses).toBe(59 - 16);
  });

  test('count as available only if the pool is set so', () => {
    for (const reservedCountsAsAvailable of [true, false]) {
      const subnet = pool('10.0.0.0/24', { reservedCountsAsAvailable });
      subnet.reserve('10.0.0.64/26', 'prefix');
      subnet.reserve('10.0.0.16/28', 'explicit');
      expect(subnet.availableIpAddressCount).toBe(reservedCountsAsAvailable ? 251 : 251 - 64 - 16);
    }
  });

  test('lie inside the subnet and do not overlap', () => {
    const subnet = pool('10.0.0.0/24');
    subnet.reserve('10.0.0.64/26', 'prefix');
    expect(() => subnet.reserve('10.0.0.96/28', 'explicit')).toThrow(RangeError);
    expect(() => subnet.reserve('10.0.1.0/28', 'explicit')).toThrow(RangeError);
  });
});

test('whatever is taken and given back, no address is lost and none given twice', () => {
  const step = fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ prefixes: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ release: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
      const subnet = new SubnetPool('10.0.0.0/25', seededRandom(seed));
      subnet.reserve('10.0.0.32/27', 'prefix');
      const held: { base: number; size: number }[] = [];
      for (const each of steps) {
        try {
          if ('take' in each)
            held.push(...subnet.takeAddresses(each.take).map((base) => ({ base, size: 1 })));
          else if ('prefixes' in each)
            held.push(...subnet.takePrefixes(each.prefixes).map((base) => ({ base, size: 16 })));
          else {
            for (const { base, size } of held.splice(each.release % (held.length + 1), 1)) {
              if (size === 16) subnet.releasePrefix(base);
              else subnet.releaseAddress(base);
            }
          }
        } catch (error) {
          expect(error).toHaveProperty('code');
        }
        const addresses = held.flatMap(({ base, size }) =>
          Array.from({ length: size }, (_, offset) => base + offset),
        );
        const reserved = addresses.filter(
          (address) => address >= addressNumber('10.0.0.32') && address < addressNumber('10.0.0.64'),
        );
        expect(new Set(addresses).size).toBe(addresses.length);
        expect(subnet.freeAddresses).toBe(123 - 32 - (addresses.length - reserved.length));
      }
    }),
    { numRuns: 300 },
  );
});

test.each(['10.0.0.1/24', '10.0.0.0/33', '10.0.0.0', '10.0.0/24', '10.0.0.256/32'])(
  '%s is not a range',
  (cidr) => {
    expect(() => rangeOf(cidr)).toThrow(RangeError);
  },
);
