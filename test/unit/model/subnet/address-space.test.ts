import { describe, expect, test } from 'vitest';
import { HeadroomError } from '../../../../shared/model/base/errors.ts';
import { type Cidr, parseCidr } from '../../../../shared/model/net/cidr.ts';
import { parseIpv4 } from '../../../../shared/model/net/ipv4.ts';
import {
  AddressSpace,
  countAddresses,
  parseSubnetCidr,
} from '../../../../shared/model/subnet/address-space.ts';

const cidr = (text: string): Cidr => parseCidr(text) ?? expect.fail(`${text} should be a range`);
const address = (text: string): number => parseIpv4(text) ?? expect.fail(`${text} should be an address`);
const spaceOf = (text: string): AddressSpace => new AddressSpace(cidr(text));

const refusal = (text: string): HeadroomError => {
  try {
    spaceOf(text);
  } catch (error) {
    if (error instanceof HeadroomError) return error;
  }
  return expect.fail(`${text} should be refused`);
};

describe('the sizes of subnet that AWS makes', () => {
  test('the largest is a /16 and the smallest a /28', () => {
    expect(parseSubnetCidr('10.0.0.0/16')).toEqual({ base: address('10.0.0.0'), length: 16 });
    expect(parseSubnetCidr('10.0.0.16/28')).toEqual({ base: address('10.0.0.16'), length: 28 });
    expect(spaceOf('10.0.0.0/16').blockCount).toBe(4_096);
    expect(spaceOf('10.0.0.16/28').blockCount).toBe(1);
  });

  test('one step past either is not a subnet', () => {
    expect(parseSubnetCidr('10.0.0.0/15')).toBeNull();
    expect(parseSubnetCidr('10.0.0.0/29')).toBeNull();
    expect(parseSubnetCidr('10.0.0.1/24')).toBeNull();
    expect(refusal('10.0.0.0/15')).toMatchObject({
      code: 'invalid-subnet-range',
      message: '10.0.0.0/15 cannot be a subnet: AWS makes subnets from /16 to /28.',
      action: 'Check the CidrBlock that DescribeSubnets answers for this subnet.',
    });
    expect(refusal('10.0.0.0/29').message).toContain('10.0.0.0/29');
  });
});

describe("AWS's own addresses", () => {
  test('are the first four and the last: the fifth and the last but one can be used', () => {
    const space = spaceOf('10.0.1.0/24');
    expect(space.takeAddress(address('10.0.1.0'), 0)).toBe('aws-reserved');
    expect(space.takeAddress(address('10.0.1.3'), 0)).toBe('aws-reserved');
    expect(space.takeAddress(address('10.0.1.4'), 0)).toBe('placed');
    expect(space.takeAddress(address('10.0.1.254'), 0)).toBe('placed');
    expect(space.takeAddress(address('10.0.1.255'), 0)).toBe('aws-reserved');
    expect(space.usedIn(0)).toBe(0b0000_0000_0001_0000);
    expect(space.usedIn(15)).toBe(0b0100_0000_0000_0000);
  });

  test('are free in no block', () => {
    const space = spaceOf('10.0.1.0/24');
    expect(space.freeIn(0)).toBe(0xfff0);
    expect(space.freeIn(1)).toBe(0xffff);
    expect(space.freeIn(14)).toBe(0xffff);
    expect(space.freeIn(15)).toBe(0x7fff);
    expect(spaceOf('10.0.1.0/28').freeIn(0)).toBe(0x7ff0);
  });

  test('keep the first block and the last from ever being a prefix', () => {
    const space = spaceOf('10.0.1.0/24');
    expect(space.takePrefix(cidr('10.0.1.0/28'), 0)).toBe('aws-reserved');
    expect(space.takePrefix(cidr('10.0.1.16/28'), 0)).toBe('placed');
    expect(space.takePrefix(cidr('10.0.1.224/28'), 0)).toBe('placed');
    expect(space.takePrefix(cidr('10.0.1.240/28'), 0)).toBe('aws-reserved');
    expect(spaceOf('10.0.1.0/28').takePrefix(cidr('10.0.1.0/28'), 0)).toBe('aws-reserved');
    expect(space.stateOf(0)).toBe('awsReserved');
    expect(space.stateOf(15)).toBe('awsReserved');
    expect(space.usedIn(0)).toBe(0);
  });
});

describe('what cannot be in the subnet', () => {
  test('an address beyond either end is outside', () => {
    const space = spaceOf('10.0.1.0/24');
    expect(space.takeAddress(address('10.0.0.255'), 0)).toBe('outside');
    expect(space.takeAddress(address('10.0.2.0'), 0)).toBe('outside');
    expect(space.takeAddress(address('10.0.2.4'), 0)).toBe('outside');
  });

  test('a prefix is inside as a whole, and always a /28', () => {
    const space = spaceOf('10.0.1.0/24');
    expect(space.takePrefix(cidr('10.0.2.0/28'), 0)).toBe('outside');
    expect(space.takePrefix(cidr('10.0.0.0/23'), 0)).toBe('outside');
    expect(space.takePrefix(cidr('10.0.1.32/27'), 0)).toBe('not-a-block');
    expect(space.takePrefix(cidr('10.0.1.32/29'), 0)).toBe('not-a-block');
    expect(space.usedIn(2)).toBe(0);
  });

  test('a reservation that reaches beyond the subnet reserves nothing', () => {
    const space = spaceOf('10.0.1.0/24');
    expect(space.reserve(cidr('10.0.0.0/23'), 'explicit')).toBe('outside');
    expect(space.reservedIn(2, 'explicit')).toBe(0);
  });
});

describe('who holds what', () => {
  test('an address has one owner, the first that says so', () => {
    const space = spaceOf('10.0.1.0/24');
    space.takeAddress(address('10.0.1.20'), 3);
    space.takeAddress(address('10.0.1.20'), 1);
    expect(space.ownerAt(20)).toBe(3);
    expect(space.ownerAt(21)).toBeNull();
    expect([...space.addressesByOwner(5)]).toEqual([0, 0, 0, 1, 0]);
  });

  test('a prefix leaves addresses in use to their owners and takes the rest', () => {
    const space = spaceOf('10.0.1.0/24');
    space.takeAddress(address('10.0.1.20'), 0);
    space.takePrefix(cidr('10.0.1.16/28'), 1);
    space.takeAddress(address('10.0.1.21'), 2);
    expect([...space.addressesByOwner(3)]).toEqual([1, 15, 0]);
    expect(space.usedIn(1)).toBe(0xffff);
  });

  test('an empty subnet has no owners', () => {
    const space = spaceOf('10.0.1.0/24');
    expect(space.ownerAt(20)).toBeNull();
    expect([...space.addressesByOwner(2)]).toEqual([0, 0]);
  });

  test('the highest owner number differs from no owner', () => {
    const space = spaceOf('10.0.0.0/16');
    space.takeAddress(address('10.0.0.4'), 65_534);
    expect(space.ownerAt(4)).toBe(65_534);
  });
});

describe('the state of a block', () => {
  test('free, fragmented, full, and held as a prefix', () => {
    const space = spaceOf('10.0.1.0/24');
    expect(space.stateOf(1)).toBe('free');
    for (let host = 16; host < 31; host += 1) space.takeAddress(address(`10.0.1.${host}`), 0);
    expect(space.stateOf(1)).toBe('fragmented');
    space.takeAddress(address('10.0.1.31'), 0);
    expect(space.stateOf(1)).toBe('full');
    space.takePrefix(cidr('10.0.1.16/28'), 0);
    expect(space.stateOf(1)).toBe('prefix');
    expect(space.stateOf(2)).toBe('free');
  });
});

describe('reservations', () => {
  test('lie over whole blocks or parts of one, each type in its own layer', () => {
    const space = spaceOf('10.0.1.0/24');
    expect(space.reserve(cidr('10.0.1.32/27'), 'prefix')).toBe('placed');
    expect(space.reserve(cidr('10.0.1.72/30'), 'explicit')).toBe('placed');
    expect(space.reserve(cidr('10.0.1.76/30'), 'explicit')).toBe('placed');
    expect([1, 2, 3, 4].map((block) => space.reservedIn(block, 'prefix'))).toEqual([0, 0xffff, 0xffff, 0]);
    expect([3, 4, 5].map((block) => space.reservedIn(block, 'explicit'))).toEqual([0, 0xff00, 0]);
  });

  test("count what is free inside them, without AWS's own and without what is in use", () => {
    const space = spaceOf('10.0.1.0/24');
    space.takeAddress(address('10.0.1.9'), 0);
    space.takePrefix(cidr('10.0.1.32/28'), 0);
    expect(space.freeWithin(cidr('10.0.1.0/29'))).toBe(4);
    expect(space.freeWithin(cidr('10.0.1.8/29'))).toBe(7);
    expect(space.freeWithin(cidr('10.0.1.0/26'))).toBe(12 - 1 + 16 + 0 + 16);
    expect(space.freeWithin(cidr('10.0.1.0/24'))).toBe(251 - 17);
    expect(space.freeWithin(cidr('10.0.1.9/32'))).toBe(0);
    expect(space.freeWithin(cidr('10.0.1.10/32'))).toBe(1);
  });
});

test('counting the addresses of a mask counts its bits, for every mask there is', () => {
  const wrong = Array.from({ length: 65_536 }, (_, mask) => mask).filter(
    (mask) => countAddresses(mask) !== mask.toString(2).replaceAll('0', '').length,
  );
  expect(wrong).toEqual([]);
});
